package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Groups 0 and 2 on rank 1, group 1 on rank 0, group 3 on rank 2. Group 0 is the root. */
class RoutesTest {
  private static final int ALL_GATHER = 0;
  private static final int ALL_REDUCE = 1;
  private static final int GATHER = 2;
  private static final int SCATTER = 3;

  private final Routes routes = new Routes(TestPlans.plan(1, 0, 1, 2));

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 0", "2, 1", "3, 2"})
  void aGroupsSliceGoesOnceToEveryOtherNode(int group, int host) {
    for (int layer : new int[] {ALL_GATHER, ALL_REDUCE}) {
      assertThat(routes.sender(layer, group)).isEqualTo(host);
      assertThat(routes.receivers(layer, group))
          .hasSize(2)
          .doesNotContain(host)
          .doesNotHaveDuplicates();
      for (int rank = 0; rank < 3; rank++) {
        assertThat(routes.holds(rank, layer, group)).isTrue();
      }
    }
  }

  @Test
  void aGatherGoesToTheRootsNodeAlone() {
    assertThat(routes.receivers(GATHER, 0)).isEmpty();
    assertThat(routes.receivers(GATHER, 1)).containsExactly(1);
    assertThat(routes.receivers(GATHER, 2)).as("on the root's node").isEmpty();
    assertThat(routes.receivers(GATHER, 3)).containsExactly(1);
    assertThat(routes.holds(0, GATHER, 1)).isTrue();
    assertThat(routes.holds(0, GATHER, 3)).isFalse();
    assertThat(routes.holds(1, GATHER, 3)).isTrue();
  }

  @Test
  void aScatterComesFromTheRootsNodeAlone() {
    for (int group = 0; group < 4; group++) {
      assertThat(routes.sender(SCATTER, group)).isEqualTo(1);
      assertThat(routes.holds(1, SCATTER, group)).isTrue();
    }
    assertThat(routes.receivers(SCATTER, 0)).isEmpty();
    assertThat(routes.receivers(SCATTER, 1)).containsExactly(0);
    assertThat(routes.receivers(SCATTER, 2)).isEmpty();
    assertThat(routes.receivers(SCATTER, 3)).containsExactly(2);
    assertThat(routes.holds(0, SCATTER, 3)).isFalse();
  }
}
