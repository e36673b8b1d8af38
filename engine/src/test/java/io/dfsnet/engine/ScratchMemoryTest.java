package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScratchMemoryTest {
  @Test
  void givesAllPlansOfAThreadOneArrayAsLongAsTheLargestNeed() {
    var memory = new ScratchMemory();
    memory.require(10);
    memory.require(30);
    memory.require(20);

    assertThat(memory.of(0)).hasSize(30).isSameAs(memory.of(0));
  }

  @Test
  void givesEachThreadItsOwn() {
    var memory = new ScratchMemory();
    memory.require(1);

    float[] last = memory.of(2);

    assertThat(memory.of(0)).isNotSameAs(memory.of(1)).isNotSameAs(last);
    assertThat(memory.of(2)).isSameAs(last);
  }

  @Test
  void growsForALaterPlan() {
    var memory = new ScratchMemory();
    memory.require(1);
    float[] first = memory.of(0);
    memory.require(2);

    assertThat(memory.of(0)).hasSize(2).isNotSameAs(first);
  }
}
