package io.dfsnet.nas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.dividefuse.CostModel;
import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchSpaceTest {

  @Test
  void takesTheBytesFromTheCostModel() {
    Network original = Models.create("resnet56", 100, 3, 32, 32, Shortcut.PROJECTION);
    SearchSpace space = SearchSpace.of(original, 4, WidthPolicy.KEEP, Budget.parse("bytes=64KiB"));

    assertThat(space.bytes().subList(0, 10)).containsOnly(48L * 1024);
    assertThat(space.bytes().subList(10, 19)).containsOnly(24L * 1024);
    assertThat(space.bytes().subList(19, 27)).containsOnly(12L * 1024);

    List<Integer> fused = List.of(4, 9, 13, 18, 22);
    Network divided = Divider.divide(original, Division.keep(4, fused));
    assertThat(space.bytes(fused))
        .isEqualTo(CostModel.of(divided, Topology.PARALLEL).busiestReceivedBytes());
    assertThat(space.allows(fused)).isFalse();
    assertThat(space.allows(List.of(9, 19))).isTrue();
  }

  @Test
  void widerMapsCostMore() {
    Network original = Models.create("resnet8", 10, 3, 32, 32, Shortcut.PAD);
    Budget budget = new Budget.Count(1);
    List<Long> keep = SearchSpace.of(original, 4, WidthPolicy.KEEP, budget).bytes();

    assertThat(SearchSpace.of(original, 4, WidthPolicy.ISO, budget).bytes())
        .containsExactlyElementsOf(keep.stream().map(bytes -> 2 * bytes).toList());
  }

  @Test
  void countsAllPairsAndTriplesOf27Positions() {
    assertThat(count(27, 2).enumerate(10_000)).hasSize(351).doesNotHaveDuplicates();
    assertThat(count(27, 3).enumerate(10_000)).hasSize(2925);
    assertThat(count(27, 2).enumerate(351)).hasSize(351);
    assertThat(count(4, 2).enumerate(10))
        .containsExactly(set(0, 1), set(0, 2), set(0, 3), set(1, 2), set(1, 3), set(2, 3));
    assertThat(count(3, 5).enumerate(10)).containsExactly(set(0, 1, 2));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void enumeratesWhatTryingAllSubsetsFinds(long seed) {
    SearchSpace space = randomBytes(seed, 11);
    List<SortedSet<Integer>> expected = new ArrayList<>();
    for (int mask = 0; mask < 1 << 11; mask++) {
      SortedSet<Integer> fused = new TreeSet<>();
      for (int position = 0; position < 11; position++) {
        if ((mask >> position & 1) == 1) {
          fused.add(position);
        }
      }
      if (isFull(space, fused)) {
        expected.add(fused);
      }
    }

    assertThat(space.enumerate(5000))
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void refusesToListTooMany() {
    assertThatThrownBy(() -> count(27, 2).enumerate(350))
        .isInstanceOf(SearchException.class)
        .hasMessage("search: budget count=2 allows more than 350 candidates, too many to list");
    assertThatThrownBy(() -> count(60, 30).enumerate(Integer.MAX_VALUE))
        .hasMessageEndingWith("candidates, too many to list");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void randomCandidatesUseTheBudgetUpAndNoMore(long seed) {
    SearchSpace space = randomBytes(seed, 20);
    RandomGenerator random = Seeds.random(seed, "test");
    for (int i = 0; i < 200; i++) {
      SortedSet<Integer> fused = space.random(random);
      assertThat(isFull(space, fused)).as("seed %d, %s", seed, fused).isTrue();
      assertThat(space.isCandidate(fused)).isTrue();
    }
    assertThat(space.isCandidate(Set.of())).isFalse();
  }

  @Test
  void fillsInTheOrderGiven() {
    var space = new SearchSpace(List.of(5L, 3L, 4L, 1L), new Budget.Bytes(6));

    assertThat(space.fill(List.of(2, 0, 1, 3))).containsExactly(2, 3);
    assertThat(space.fill(List.of(0, 1, 2, 3))).containsExactly(0, 3);
    assertThat(space.affordable()).containsExactly(0, 1, 2, 3);
  }

  @Test
  void refusesBudgetsAndNetworksThatAllowNothing() {
    assertThatThrownBy(() -> new SearchSpace(List.of(2048L, 1024L), Budget.parse("bytes=1000")))
        .isInstanceOf(SearchException.class)
        .hasMessage("search: budget bytes=1000 allows no position, the cheapest takes 1024");
    assertThatThrownBy(() -> new SearchSpace(List.of(), new Budget.Count(1)))
        .isInstanceOf(SearchException.class)
        .hasMessage("search: the network has no fusion positions");
  }

  /** The definition of a candidate, in plain words. */
  private static boolean isFull(SearchSpace space, SortedSet<Integer> fused) {
    long left = space.budget().total();
    for (int position : fused) {
      left -= space.bytes().get(position);
    }
    boolean full = true;
    for (int position = 0; position < space.positions(); position++) {
      full &= fused.contains(position) || space.bytes().get(position) > left;
    }
    return left >= 0 && full;
  }

  private static SearchSpace randomBytes(long seed, int positions) {
    RandomGenerator random = Seeds.random(seed, "space");
    List<Long> bytes = new ArrayList<>();
    for (int i = 0; i < positions; i++) {
      bytes.add(random.nextLong(1, 30));
    }
    return new SearchSpace(bytes, new Budget.Bytes(random.nextLong(30, 60)));
  }

  static SearchSpace count(int positions, int budget) {
    return new SearchSpace(
        java.util.Collections.nCopies(positions, 100L), new Budget.Count(budget));
  }

  private static SortedSet<Integer> set(Integer... positions) {
    return new TreeSet<>(List.of(positions));
  }
}
