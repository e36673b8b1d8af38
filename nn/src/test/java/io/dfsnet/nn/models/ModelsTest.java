package io.dfsnet.nn.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsTest {

  /** As github.com/chenyaofo/pytorch-cifar-models prints them: millions, to two digits. */
  @ParameterizedTest
  @CsvSource({
    "resnet20, 0.28, 40.82",
    "resnet32, 0.47, 69.13",
    "resnet44, 0.67, 97.44",
    "resnet56, 0.86, 125.75"
  })
  void cifar100NetworksHaveThePublishedCosts(String name, double parameters, double macs) {
    Network network = cifar(name, 100, Shortcut.PROJECTION);
    assertThat(millions(Costs.parameters(network))).isEqualTo(parameters);
    assertThat(millions(Costs.macs(network))).isEqualTo(macs);
  }

  @Test
  void cifar100NetworksHaveTheseParametersToTheLast() {
    assertThat(Costs.parameters(cifar("resnet20", 100, Shortcut.PROJECTION))).isEqualTo(278_324);
    assertThat(Costs.parameters(cifar("resnet56", 100, Shortcut.PROJECTION))).isEqualTo(861_620);
  }

  /** As github.com/akamaster/pytorch_resnet_cifar10 prints them for option A. */
  @ParameterizedTest
  @CsvSource({
    "resnet20, 269722",
    "resnet32, 464154",
    "resnet44, 658586",
    "resnet56, 853018",
    "resnet110, 1727962"
  })
  void cifar10NetworksWithPaddingHaveThePublishedParameters(String name, long parameters) {
    assertThat(Costs.parameters(cifar(name, 10, Shortcut.PAD))).isEqualTo(parameters);
  }

  /** The tensors of torchvision's naming, which files of trained weights use. */
  @Test
  void nodesHaveTorchvisionsNames() {
    assertThat(cifar("resnet14", 10, Shortcut.PROJECTION).nodes())
        .extracting(Node::name)
        .startsWith(
            "input",
            "conv1",
            "bn1",
            "relu",
            "layer1.0.conv1",
            "layer1.0.bn1",
            "layer1.0.relu1",
            "layer1.0.conv2",
            "layer1.0.bn2",
            "layer1.0.add",
            "layer1.0.relu2",
            "layer1.1.conv1")
        .containsSubsequence(
            "layer2.0.bn2", "layer2.0.downsample.0", "layer2.0.downsample.1", "layer2.0.add")
        .endsWith("layer3.1.relu2", "avgpool", "fc");
    assertThat(cifar("resnet14", 10, Shortcut.PAD).node("layer3.0.shortcut").op())
        .isEqualTo(new Op.PadShortcut(64, 2, 1));
  }

  @Test
  void stagesHalveTheMapAndDoubleTheChannels() {
    Network network = Models.create("resnet8-w6", 7, 1, 28, 30, Shortcut.PROJECTION);
    assertThat(network.name()).isEqualTo("resnet8-w6");
    assertThat(network.shape("layer1.0.relu2")).isEqualTo(Shape.of(6, 28, 30));
    assertThat(network.shape("layer2.0.relu2")).isEqualTo(Shape.of(12, 14, 15));
    assertThat(network.shape("layer3.0.relu2")).isEqualTo(Shape.of(24, 7, 8));
    assertThat(network.shape(network.output())).isEqualTo(Shape.of(7));
  }

  /** Convolutions off the shortcuts, and the linear layer. */
  @Test
  void everyNameGivesAsManyLayersAsItSays() {
    for (String name : Models.names()) {
      Network network = cifar(name, 10, Shortcut.PROJECTION);
      long layers =
          network.nodes().stream()
              .filter(
                  node ->
                      node.op() instanceof Op.Linear
                          || node.op() instanceof Op.Conv2d && !node.name().contains("downsample"))
              .count();
      assertThat(name).isEqualTo("resnet" + layers);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "resnet",
        "resnet21",
        "resnet20x",
        "resnet20-w",
        "resnet99999",
        "vgg",
        "resnet2"
      })
  void unknownNamesListTheKnownOnes(String name) {
    assertThatThrownBy(() -> cifar(name, 10, Shortcut.PAD))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("model '" + name + "'")
        .hasMessageContaining("resnet8, resnet14, resnet20");
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> cifar("resnet20-w0", 10, Shortcut.PAD))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("1 to 1024 channels");
    assertThatThrownBy(() -> cifar("resnet20-w99999", 10, Shortcut.PAD))
        .isInstanceOf(NetworkException.class);
    assertThatThrownBy(() -> cifar("resnet20", 0, Shortcut.PAD))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Network cifar(String name, int classes, Shortcut shortcut) {
    return Models.create(name, classes, 3, 32, 32, shortcut);
  }

  private static double millions(long count) {
    return Math.round(count / 1e4) / 100.0;
  }
}
