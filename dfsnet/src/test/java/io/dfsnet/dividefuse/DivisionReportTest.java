package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.List;
import org.junit.jupiter.api.Test;

class DivisionReportTest {
  private final Network original = Models.create("resnet8", 100, 3, 32, 32, Shortcut.PROJECTION);

  @Test
  void tellsForEveryPositionWhetherItIsFusedAndItsBytes() {
    Network divided = Divider.divide(original, Division.keep(4, List.of(1)));

    assertThat(DivisionReport.of(divided).rows())
        .containsExactly(
            new DivisionReport.Row(new Position(0, "layer1.0.conv1"), false, 48 * 1024),
            new DivisionReport.Row(new Position(1, "layer2.0.conv1"), true, 48 * 1024),
            new DivisionReport.Row(new Position(2, "layer3.0.conv1"), false, 24 * 1024));
  }

  @Test
  void agreesWithTheCostModel() {
    Network divided = Divider.divide(original, Division.keep(4, List.of(0, 2)));
    long fused =
        DivisionReport.of(divided).rows().stream()
            .filter(DivisionReport.Row::fused)
            .mapToLong(DivisionReport.Row::bytes)
            .sum();

    assertThat(CostModel.of(divided, Topology.PARALLEL).busiestReceivedBytes()).isEqualTo(fused);
  }

  @Test
  void printsTables() {
    Network divided = Divider.divide(original, Division.keep(4, List.of(1)));

    assertThat(DivisionReport.of(divided).toText().lines())
        .anyMatch(line -> line.matches("\\s*1\\s+layer2.0.conv1\\s+yes\\s+48.00"))
        .anyMatch(line -> line.matches("parallel\\s+\\d+\\s+\\d+\\s+\\d+\\s+48.00\\s+192.00\\s+1"))
        .anyMatch(line -> line.matches("central\\s+\\d+\\s+\\d+\\s+\\d+\\s+48.00\\s+72.00\\s+2"));
  }

  @Test
  void anUndividedNetworkFusesNothing() {
    assertThat(DivisionReport.of(original).rows())
        .noneMatch(DivisionReport.Row::fused)
        .allMatch(row -> row.bytes() == 0);
  }
}
