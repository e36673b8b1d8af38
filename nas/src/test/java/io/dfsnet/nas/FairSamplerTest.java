package io.dfsnet.nas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FairSamplerTest {

  @ParameterizedTest
  @CsvSource({"27, 2, 27, 2", "27, 3, 9, 1", "9, 2, 9, 2", "10, 4, 5, 2", "5, 5, 1, 1"})
  void everyPositionIsFusedEquallyOftenAndEverySetIsFull(
      int positions, int budget, int steps, int times) {
    var sampler = new FairSampler(SearchSpaceTest.count(positions, budget), 1);
    for (int block = 0; block < 20; block++) {
      int[] fused = new int[positions];
      for (int step = 0; step < steps; step++) {
        SortedSet<Integer> set = sampler.positions(block * steps + step);
        assertThat(set).hasSize(budget);
        set.forEach(position -> fused[position]++);
      }
      assertThat(fused).containsOnly(times);
    }
  }

  @Test
  void theSetsOfARoundAreDisjoint() {
    var sampler = new FairSampler(SearchSpaceTest.count(27, 2), 2);
    List<Integer> round = new ArrayList<>();
    for (int step = 0; step < 13; step++) {
      round.addAll(sampler.positions(step));
    }

    assertThat(round).hasSize(26).doesNotHaveDuplicates();
  }

  @Test
  void aBudgetForAllFusesAll() {
    var sampler = new FairSampler(SearchSpaceTest.count(3, 7), 3);
    for (int step = 0; step < 5; step++) {
      assertThat(sampler.positions(step)).containsExactly(0, 1, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aByteBudgetIsKeptAndFairAtAllTimes(long seed) {
    RandomGenerator random = Seeds.random(seed, "bytes");
    List<Long> bytes = new ArrayList<>();
    for (int i = 0; i < 27; i++) {
      bytes.add(random.nextLong(1, 100));
    }
    var space = new SearchSpace(bytes, new Budget.Bytes(80));
    var sampler = new FairSampler(space, seed);
    int[] fused = new int[27];
    for (int step = 0; step < 400; step++) {
      SortedSet<Integer> set = sampler.positions(step);
      assertThat(space.bytes(set)).as("seed %d, step %d", seed, step).isBetween(1L, 80L);
      set.forEach(position -> fused[position]++);
      int[] affordable =
          space.affordable().stream().mapToInt(position -> fused[position]).toArray();
      assertThat(IntStream.of(affordable).max().orElseThrow())
          .as("seed %d, step %d", seed, step)
          .isLessThanOrEqualTo(IntStream.of(affordable).min().orElseThrow() + 1);
    }
    for (int position = 0; position < 27; position++) {
      assertThat(fused[position] > 0).isEqualTo(bytes.get(position) <= 80);
    }
  }

  @Test
  void aSetDependsOnTheSeedAndTheStepAlone() {
    SearchSpace space = SearchSpaceTest.count(27, 4);
    var inOrder = new FairSampler(space, 5);
    List<SortedSet<Integer>> sets = IntStream.range(0, 50).mapToObj(inOrder::positions).toList();
    var jumping = new FairSampler(space, 5);
    List<Integer> steps = new ArrayList<>(IntStream.range(0, 50).boxed().toList());
    Collections.shuffle(steps, Seeds.random(5, "steps"));

    for (int step : steps) {
      assertThat(jumping.positions(step)).isEqualTo(sets.get(step));
    }
    var other = new FairSampler(space, 6);
    assertThat(IntStream.range(0, 50).mapToObj(other::positions).toList()).isNotEqualTo(sets);
  }

  @Test
  void refusesStepsBeforeTheFirst() {
    var sampler = new FairSampler(SearchSpaceTest.count(3, 1), 1);
    assertThatThrownBy(() -> sampler.positions(-1))
        .hasMessage("sampler: steps are counted from 0, found -1");
  }
}
