package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Shape;
import org.junit.jupiter.api.Test;

class LayoutsTest {

  @Test
  void putsChannelsLast() {
    float[] map = {1, 2, 3, 4, 10, 20, 30, 40};
    assertThat(Layouts.channelsLast(map, Shape.of(1, 2, 2, 2)))
        .containsExactly(1, 10, 2, 20, 3, 30, 4, 40);
  }

  @Test
  void putsThemBack() {
    Shape shape = Shape.of(2, 3, 4, 5);
    float[] map = Values.uniform("map", shape.elements());
    assertThat(Layouts.channelsFirst(Layouts.channelsLast(map, shape), shape)).containsExactly(map);
  }
}
