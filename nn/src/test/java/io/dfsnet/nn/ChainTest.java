package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Activation;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ChainTest {

  @Test
  void aBlockWithoutAShortcutOfItsOwnIsTwoChains() {
    var network = Models.create("resnet8", 10, 3, 32, 32, Shortcut.PAD);
    assertThat(chains(network))
        .contains(
            "layer1.0.conv1 layer1.0.bn1 layer1.0.relu1",
            "layer1.0.conv2 layer1.0.bn2 layer1.0.add layer1.0.relu2");
  }

  @Test
  void aPadShortcutIsComputedBeforeTheConvolutionThatAddsIt() {
    var network = Models.create("resnet8", 10, 3, 32, 32, Shortcut.PAD);
    assertThat(chains(network))
        .containsSubsequence(
            "layer2.0.conv1 layer2.0.bn1 layer2.0.relu1",
            "layer2.0.shortcut",
            "layer2.0.conv2 layer2.0.bn2 layer2.0.add layer2.0.relu2");
  }

  @Test
  void theLaterOfTwoConvolutionsTakesTheAdd() {
    var network = Models.create("resnet8", 10, 3, 32, 32, Shortcut.PROJECTION);
    assertThat(chains(network))
        .containsSubsequence(
            "layer2.0.conv2 layer2.0.bn2",
            "layer2.0.downsample.0 layer2.0.downsample.1 layer2.0.add layer2.0.relu2");
    Chain taker = chain(network, "layer2.0.downsample.0");
    assertThat(taker.addend()).contains("layer2.0.bn2");
    assertThat(taker.inputs()).containsExactly("layer1.0.relu2", "layer2.0.bn2");
    assertThat(taker.activation()).isEqualTo(Activation.RELU);
  }

  @Test
  void unusualGraphsAreCutWhereAValueHasAnotherReader() {
    assertThat(chains(TestNetworks.branches()))
        .containsExactlyInAnyOrder(
            "input",
            "norm.without.conv",
            "twice",
            "twice.norm",
            "left left.norm",
            "right right.norm sum sum.relu6",
            "double.conv",
            "double",
            "early early.norm early.relu",
            "late.sum",
            "relu.one",
            "relu.two",
            "last last.sum",
            "sum.of.sum",
            "flat",
            "pooled",
            "fc.flat",
            "fc.pooled",
            "logits");
  }

  @Test
  void aLinearLayerTakesAnActivationButNoAdd() {
    assertThat(chains(TestNetworks.everyOperation()))
        .contains("small small.relu6", "large", "logits");
  }

  @ParameterizedTest
  @MethodSource("io.dfsnet.nn.TestNetworks#all")
  void everyNodeIsInOneChainAndEveryChainComesAfterItsInputs(Network network) {
    Set<String> computed = new HashSet<>();
    List<String> members = new ArrayList<>();
    for (Chain chain : Chain.of(network)) {
      assertThat(computed).as("before %s", chain).containsAll(chain.inputs());
      computed.add(chain.last().name());
      chain.nodes().forEach(node -> members.add(node.name()));
    }
    assertThat(members)
        .containsExactlyInAnyOrderElementsOf(network.nodes().stream().map(Node::name).toList());
  }

  private static List<String> chains(Network network) {
    return Chain.of(network).stream()
        .map(chain -> String.join(" ", chain.nodes().stream().map(Node::name).toList()))
        .toList();
  }

  private static Chain chain(Network network, String head) {
    return Chain.of(network).stream()
        .filter(chain -> chain.head().name().equals(head))
        .findFirst()
        .orElseThrow();
  }
}
