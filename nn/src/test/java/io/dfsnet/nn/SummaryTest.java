package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SummaryTest {
  @Test
  void everyNodeHasARowAndTheLastLineTheTotals() {
    Network network = EveryOp.network();
    Summary summary = Summary.of(network);

    assertThat(summary.rows())
        .extracting(Summary.Row::node)
        .containsExactlyElementsOf(network.nodes().stream().map(Node::name).toList());
    assertThat(summary.parameters()).isEqualTo(Costs.parameters(network));
    assertThat(summary.macs()).isEqualTo(Costs.macs(network));
    assertThat(summary.activationBytes())
        .isEqualTo(
            network.nodes().stream().mapToLong(node -> 4L * network.shape(node).elements()).sum());
  }

  @Test
  void columnsAreAligned() {
    Network.Builder builder = Network.builder("small", 2);
    String x = builder.input(4, 32, 32);
    x = builder.add("conv", Op.Conv2d.square(4, 16, 3, 2, 1, 2), x);
    x = builder.add("wide", new Op.Conv2d(16, 16, 1, 3, 2, 1, 0, 1, 1, 1, 1, false), x);
    builder.add("pool", new Op.MaxPool(2, 2, 0), x);

    assertThat(Summary.of(builder.build()).toText())
        .isEqualTo(
            """
            node   op              output        groups  parameters     MACs   bytes
            input  Input           [4, 32, 32]        1           0        0  16,384
            conv   Conv2d 3x3/2    [16, 16, 16]       2         288   73,728  16,384
            wide   Conv2d 1x3/2x1  [16, 8, 16]        1         768   98,304   8,192
            pool   MaxPool 2x2/2   [16, 4, 8]         1           0        0   2,048
            small  4 nodes         [16, 4, 8]         2       1,056  172,032  43,008
            """);
  }
}
