package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Engine;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StretchTest {

  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void everyNodeIsInOneStretchAndComesAfterWhatItReads(Network network) {
    List<Stretch> stretches = stretches(network);
    assertThat(stretches.stream().flatMap(stretch -> stretch.nodes().stream()))
        .containsExactlyInAnyOrderElementsOf(network.nodes());
    List<String> computed = new java.util.ArrayList<>();
    for (Stretch stretch : stretches) {
      assertThat(computed).containsAll(stretch.inputs());
      computed.add(stretch.last().name());
    }
  }

  @Test
  void aWideMapThatADepthwiseConvolutionAloneReadsIsNeverWhole() {
    // The scalar kernels have no depthwise ones.
    org.junit.jupiter.api.Assumptions.assumeTrue(Engine.describe().contains("simd"));
    assertThat(pairs(TestNetworks.expanded())).containsExactly("a", "b");
  }

  @Test
  void smallMapsStay() {
    assertThat(pairs(Models.create("mobilenetv2", 10, 3, 32, 32, Shortcut.PAD))).isEmpty();
  }

  private static List<String> pairs(Network network) {
    return stretches(network).stream()
        .filter(Stretch::isPair)
        .map(stretch -> stretch.first().head().name())
        .toList();
  }

  private static List<Stretch> stretches(Network network) {
    return Stretch.of(network, new PlannedConvolutions(network, 1));
  }
}
