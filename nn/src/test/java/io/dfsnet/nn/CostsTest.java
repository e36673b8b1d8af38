package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Costs that were worked out by hand; those of published networks are in ModelsTest. */
class CostsTest {
  private final Network network = EveryOp.network();

  @Test
  void convolutionsCountEveryTapOfEveryOutput() {
    // 6 channels of 13x4 (see the shape), each the sum of 2 channels times 3x2 taps
    assertThat(network.shape("conv").toString()).isEqualTo("[6, 13, 5]");
    assertThat(Costs.macs(network, network.node("conv"))).isEqualTo(6L * 13 * 5 * 2 * 3 * 2);
  }

  @Test
  void linearLayersCountTheirMatrix() {
    assertThat(Costs.macs(network, network.node("left"))).isEqualTo(44 * 5);
    assertThat(Costs.macs(network, network.node("norm"))).isZero();
    assertThat(Costs.macs(network)).isEqualTo(6 * 13 * 5 * 2 * 3 * 2 + 44 * 5 + 132 * 5);
  }

  @Test
  void runningStatisticsAreStoredButNoParameters() {
    assertThat(Costs.parameters(network.node("norm"))).isEqualTo(12);
    assertThat(Costs.storedValues(network.node("norm"))).isEqualTo(24);
    assertThat(Costs.parameters(network.node("conv"))).isEqualTo(6 * 2 * 3 * 2 + 6);
    assertThat(Costs.parameters(network)).isEqualTo(78 + 12 + 44 * 5 + 5 + 132 * 5);
  }
}
