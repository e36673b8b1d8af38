package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BuffersTest {

  /** Replays the plan with the name of the value that each array holds instead of the value. */
  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void noValueIsOverwrittenBeforeItsLastReader(Network network) {
    List<Stretch> stretches = stretches(network);
    Map<String, float[]> plan = Buffers.plan(network, stretches, 3);
    Map<float[], String> holds = new IdentityHashMap<>();
    for (Stretch stretch : stretches) {
      for (String input : stretch.inputs()) {
        assertThat(holds.get(plan.get(input)))
            .as("what %s reads as %s", stretch.first().head().name(), input)
            .isEqualTo(value(network, input));
      }
      holds.put(plan.get(stretch.last().name()), value(network, stretch.last().name()));
    }
    String output = network.output().name();
    assertThat(holds.get(plan.get(output))).isEqualTo(value(network, output));
  }

  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void aConvolutionNeverWritesOverWhatItReads(Network network) {
    List<Stretch> stretches = stretches(network);
    Map<String, float[]> plan = Buffers.plan(network, stretches, 1);
    for (Stretch stretch : stretches) {
      if (stretch.first().head().op() instanceof Op.Conv2d) {
        float[] output = plan.get(stretch.last().name());
        assertThat(stretch.inputs()).noneMatch(input -> plan.get(input) == output);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void everyArrayHasExactlyTheLengthOfItsValue(Network network) {
    Buffers.plan(network, stretches(network), 3)
        .forEach(
            (node, array) ->
                assertThat(array).as(node).hasSize(3 * network.shape(node).elements()));
  }

  @Test
  void aDeepNetworkNeedsNoMoreArraysThanAShallowOne() {
    assertThat(arrays("resnet110")).isEqualTo(arrays("resnet14")).isLessThan(16);
  }

  @Test
  void aBatchThatNoArrayCanHoldIsRefused() {
    var network = Models.create("resnet8", 10, 3, 32, 32, Shortcut.PAD);
    assertThatThrownBy(() -> Buffers.plan(network, stretches(network), 1_000_000))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("1000000")
        .hasMessageContaining("smaller batch");
  }

  private static List<Stretch> stretches(Network network) {
    return Stretch.of(network, new PlannedConvolutions(network, 1, 1));
  }

  private static int arrays(String model) {
    var network = Models.create(model, 10, 3, 32, 32, Shortcut.PROJECTION);
    Set<float[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    arrays.addAll(Buffers.plan(network, stretches(network), 1).values());
    return arrays.size();
  }

  /** The node whose value a node passes on: itself, unless it only renames. */
  private static String value(Network network, String name) {
    Node node = network.node(name);
    return node.op() instanceof Op.Flatten ? value(network, node.inputs().getFirst()) : name;
  }
}
