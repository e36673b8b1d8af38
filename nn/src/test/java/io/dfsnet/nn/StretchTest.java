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
    assertThat(fused(TestNetworks.expanded()))
        .containsExactly(
            List.of("a", "a.depthwise"),
            List.of("d", "d.depthwise", "d.project"),
            List.of("b", "b.depthwise"));
  }

  @Test
  void smallMapsStay() {
    assertThat(fused(Models.create("mobilenetv2", 10, 3, 32, 32, Shortcut.PAD))).isEmpty();
  }

  private static List<List<String>> fused(Network network) {
    return stretches(network).stream()
        .filter(Stretch::isFused)
        .map(stretch -> stretch.heads().stream().map(Node::name).toList())
        .toList();
  }

  private static List<Stretch> stretches(Network network) {
    return Stretch.of(network, new PlannedConvolutions(network, 1, 1));
  }
}
