package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PlacementTest {

  @Test
  void evenPlacementsGiveEachNodeConsecutiveGroups() {
    assertThat(Placement.even(4, 4)).isEqualTo(new Placement(new int[] {0, 1, 2, 3}));
    assertThat(Placement.even(4, 2)).isEqualTo(new Placement(new int[] {0, 0, 1, 1}));
    assertThat(Placement.even(4, 3)).isEqualTo(new Placement(new int[] {0, 0, 1, 2}));
    assertThat(Placement.even(8, 3).groupsOn(1)).containsExactly(3, 4, 5);
  }

  @Test
  void knowsItsNodesAndCannotBeChanged() {
    int[] nodes = {1, 0, 1};
    var placement = new Placement(nodes);
    nodes[0] = 7;
    placement.nodeOfGroup()[1] = 7;

    assertThat(placement.node(0)).isEqualTo(1);
    assertThat(placement.nodes()).isEqualTo(2);
    assertThat(placement.groups()).isEqualTo(3);
    assertThat(placement.groupsOn(1)).containsExactly(0, 2);
    assertThat(placement)
        .hasToString("nodes [1, 0, 1]")
        .hasSameHashCodeAs(new Placement(new int[] {1, 0, 1}));
  }

  @Test
  void refusesNodesThatCannotBe() {
    assertThatThrownBy(() -> Placement.even(4, 5))
        .isInstanceOf(DivisionException.class)
        .hasMessage("placement: 4 groups need 1 to 4 nodes, found 5");
    assertThatThrownBy(() -> Placement.even(4, 0)).hasMessageContaining("found 0");
    assertThatThrownBy(() -> new Placement(new int[] {}))
        .hasMessage("division: groups must be 1 to 256, found 0");
    assertThatThrownBy(() -> new Placement(new int[] {0, 2}))
        .isInstanceOf(DivisionException.class)
        .hasMessage(
            "placement [0, 2]: nodes are numbered from 0 without gaps, but node 1 hosts no group");
    assertThatThrownBy(() -> new Placement(new int[] {0, -1}))
        .hasMessage("placement [0, -1]: nodes are numbered from 0, found -1");
  }
}
