package io.dfsnet.nn.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import java.util.List;
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

  /** As github.com/chenyaofo/pytorch-cifar-models prints them for CIFAR-100. */
  @ParameterizedTest
  @CsvSource({
    "vgg16bn-32, 15.30, 313.77",
    "mobilenetv2-w0.5-32, 0.82, 28.08",
    "mobilenetv2-w0.75-32, 1.48, 59.43",
    "mobilenetv2-32, 2.35, 88.09",
    "mobilenetv2-w1.4-32, 4.50, 170.23",
    "shufflenetv2-w0.5-32, 0.44, 10.99",
    "shufflenetv2-32, 1.36, 45.09",
    "shufflenetv2-w1.5-32, 2.58, 94.35",
    "shufflenetv2-w2-32, 5.55, 188.00"
  })
  void smallFormsHaveThePublishedCosts(String name, double parameters, double macs) {
    Network network = cifar(name, 100, Shortcut.PROJECTION);
    assertThat(millions(Costs.parameters(network))).isEqualTo(parameters);
    assertThat(Costs.macs(network) / 1e6)
        .as("%d", Costs.macs(network))
        .isCloseTo(macs, within(0.01));
  }

  /**
   * As torchvision states them in its models' metadata, {@code num_params} and {@code _ops}: the
   * billions of multiply-accumulates of convolutions and linear layers, to three digits.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 11689512, 1.814",
    "resnet34, 21797672, 3.664",
    "resnet50, 25557032, 4.089",
    "vgg16bn, 138365992, 15.470",
    "mobilenetv2, 3504872, 0.301",
    "shufflenetv2-w0.5, 1366792, 0.04",
    "shufflenetv2, 2278604, 0.145",
    "shufflenetv2-w1.5, 3503624, 0.296",
    "shufflenetv2-w2.0, 7393996, 0.583"
  })
  void imageNetNetworksHaveThePublishedCosts(String name, long parameters, double billions) {
    Network network = Models.create(name);
    assertThat(network.shape(network.input())).isEqualTo(Shape.of(3, 224, 224));
    assertThat(network.shape(network.output())).isEqualTo(Shape.of(1000));
    assertThat(Costs.parameters(network)).isEqualTo(parameters);
    assertThat(Math.round(Costs.macs(network) / 1e6) / 1e3).isEqualTo(billions);
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
    assertThat(names(cifar("resnet14", 10, Shortcut.PROJECTION)))
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
  void bottlenecksHaveTorchvisionsNames() {
    Network network = Models.create("resnet50-w4", 10, 3, 64, 64, Shortcut.PROJECTION);
    assertThat(names(network))
        .startsWith("input", "conv1", "bn1", "relu", "maxpool", "layer1.0.conv1")
        .containsSubsequence(
            "layer1.0.conv3", "layer1.0.bn3", "layer1.0.downsample.0", "layer1.0.add")
        .endsWith(
            "layer4.2.conv3", "layer4.2.bn3", "layer4.2.add", "layer4.2.relu3", "avgpool", "fc");
    // The stride stands in the 3x3 convolution.
    assertThat(network.node("layer2.0.conv1").op()).isEqualTo(Op.Conv2d.square(16, 8, 1, 1, 0, 1));
    assertThat(network.node("layer2.0.conv2").op()).isEqualTo(Op.Conv2d.square(8, 8, 3, 2, 1, 1));
    assertThat(network.shape("layer4.2.relu3")).isEqualTo(Shape.of(128, 2, 2));
  }

  @Test
  void mobileNetsHaveTorchvisionsNames() {
    Network network = Models.create("mobilenetv2");
    assertThat(names(network))
        .startsWith(
            "input",
            "features.0.0",
            "features.0.1",
            "features.0.2",
            "features.1.conv.0.0",
            "features.1.conv.0.1",
            "features.1.conv.0.2",
            "features.1.conv.1",
            "features.1.conv.2",
            "features.2.conv.0.0")
        .containsSubsequence(
            "features.3.conv.1.2", "features.3.conv.2", "features.3.conv.3", "features.3.add")
        .doesNotContain("features.2.add", "features.4.add")
        .endsWith("features.18.0", "features.18.1", "features.18.2", "avgpool", "classifier.1");
    assertThat(network.node("features.3.conv.1.0").op())
        .isEqualTo(Op.Conv2d.square(144, 144, 3, 1, 1, 144));
    assertThat(network.shape("features.18.2")).isEqualTo(Shape.of(1280, 7, 7));
  }

  @Test
  void shuffleNetsHaveTorchvisionsNames() {
    Network network = Models.create("shufflenetv2-w0.5");
    assertThat(names(network))
        .startsWith("input", "conv1.0", "conv1.1", "conv1.2", "maxpool", "stage2.0.branch1.0")
        .containsSubsequence(
            "stage2.0.branch1.1",
            "stage2.0.branch1.2",
            "stage2.0.branch1.3",
            "stage2.0.branch1.4",
            "stage2.0.branch2.0")
        .containsSubsequence(
            "stage3.7.chunk2",
            "stage3.7.branch2.0",
            "stage3.7.branch2.3",
            "stage3.7.branch2.4",
            "stage3.7.branch2.5",
            "stage3.7.branch2.7",
            "stage3.7.concat",
            "stage3.7.shuffle",
            "stage4.0.branch1.0")
        .endsWith("stage4.3.shuffle", "conv5.0", "conv5.1", "conv5.2", "mean", "fc");
    assertThat(network.node("stage3.7.chunk2").op()).isEqualTo(new Op.ChannelSlice(48, 48));
    assertThat(network.shape("conv5.2")).isEqualTo(Shape.of(1024, 7, 7));
    assertThat(Models.create("shufflenetv2-w0.5-32").shape("conv5.2"))
        .isEqualTo(Shape.of(1024, 4, 4));
  }

  /** Worked out from torchvision's rule: multiples of 8, never less than 0.9 of what is asked. */
  @ParameterizedTest
  @CsvSource({"0.35, 16, 8, 112, 1280", "0.5, 16, 8, 160, 1280", "1.4, 48, 24, 448, 1792"})
  void theWidthMultiplierRoundsToMultiplesOfEight(
      String multiplier, int stem, int first, int last, int features) {
    Network network = Models.create("mobilenetv2-w" + multiplier);
    assertThat(network.shape("features.0.2").size(0)).isEqualTo(stem);
    assertThat(network.shape("features.1.conv.2").size(0)).isEqualTo(first);
    assertThat(network.shape("features.17.conv.3").size(0)).isEqualTo(last);
    assertThat(network.shape("features.18.2").size(0)).isEqualTo(features);
  }

  @Test
  void smallFormsKeepMapsOfSmallImagesLarge() {
    assertThat(Models.create("mobilenetv2-32").shape("features.18.2"))
        .isEqualTo(Shape.of(1280, 4, 4));
    assertThat(Models.create("resnet18-32").shape("layer4.1.relu2")).isEqualTo(Shape.of(512, 4, 4));
    assertThat(Models.create("resnet18-32").shape(Models.create("resnet18-32").output()))
        .isEqualTo(Shape.of(10));
  }

  @Test
  void vggHasTorchvisionsNumbers() {
    Network network = Models.create("vgg16bn-w4", 10, 3, 224, 224, Shortcut.PAD);
    assertThat(names(network))
        .startsWith("input", "features.0", "features.1", "features.2", "features.3")
        .containsSubsequence("features.42", "features.43", "flatten", "classifier.0")
        .endsWith("classifier.0", "classifier.1", "classifier.3", "classifier.4", "classifier.6");
    assertThat(network.node("features.40").op())
        .isEqualTo(new Op.Conv2d(32, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1, true));
    assertThat(network.shape("features.43")).isEqualTo(Shape.of(32, 7, 7));
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

  /** As github.com/karanchahal/distiller has it. */
  @Test
  void theResNetOfDistillerHasItsParts() {
    Network network = Models.create("distiller20");
    assertThat(network.shape(network.input())).isEqualTo(Shape.of(3, 32, 32));
    assertThat(network.shape("relu")).isEqualTo(Shape.of(64, 32, 32));
    assertThat(network.shape("layer3.relu")).isEqualTo(Shape.of(64, 8, 8));
    assertThat(network.shape("flatten")).isEqualTo(Shape.of(256));
    assertThat(network.shape("fc")).isEqualTo(Shape.of(100));
    assertThat(names(network))
        .containsSubsequence(
            "layer1.0.downsample.0", "layer1.0.add", "layer1.1.conv1", "layer1.2.add")
        .doesNotContain("layer1.1.downsample.0", "layer1.0.relu2");
    // As many as github.com/karanchahal/distiller's weights for it hold.
    assertThat(Costs.parameters(network)).isEqualTo(306_884);
    // One ReLU in a block, one behind a stage, one behind the stem.
    assertThat(network.nodes().stream().filter(node -> node.op() instanceof Op.Relu)).hasSize(13);
  }

  @Test
  void theMnistNetHasItsParts() {
    Network network = Models.create("mnist3");
    assertThat(names(network))
        .containsExactly(
            "input", "conv1", "relu1", "conv2", "relu2", "conv3", "relu3", "norm1", "flatten",
            "fc1", "relu4", "fc2", "norm2");
    assertThat(network.shape("flatten")).isEqualTo(Shape.of(11616));
    // As many as github.com/tracel-ai/burn's weights for it hold.
    assertThat(Costs.parameters(network)).isEqualTo(376_870);
    assertThatThrownBy(() -> Models.create("mnist3-32"))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("leave -32 out");
  }

  /** Convolutions off the shortcuts, and the linear layer. */
  @Test
  void everyNameGivesAsManyLayersAsItSays() {
    for (String name : Models.names().stream().filter(Models::hasShortcuts).toList()) {
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
        "resnet2",
        "mobilenetv2-",
        "mobilenetv2-32-w0.5",
        "mobilenetv2-w.5",
        "MobileNetV2"
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
    assertThatThrownBy(() -> cifar("resnet20-w7.5", 10, Shortcut.PAD))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("1 to 1024 channels");
    assertThatThrownBy(() -> cifar("resnet20-32", 10, Shortcut.PAD))
        .isInstanceOf(NetworkException.class)
        .hasMessage("model 'resnet20-32': is for small images as it is; leave -32 out");
    for (String name : new String[] {"mobilenetv2-w0", "mobilenetv2-w0.0", "mobilenetv2-w9"}) {
      assertThatThrownBy(() -> Models.create(name))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("the width multiplier is above 0 and at most 8");
    }
    assertThatThrownBy(() -> Models.create("shufflenetv2-w0.75"))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("its widths are -w0.5, -w1.0, -w1.5 and -w2.0");
    assertThatThrownBy(() -> Models.create("vgg16bn", 10, 3, 31, 32, Shortcut.PAD))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("MaxPool 'features.43'");
  }

  private static List<String> names(Network network) {
    return network.nodes().stream().map(Node::name).toList();
  }

  private static Network cifar(String name, int classes, Shortcut shortcut) {
    return Models.create(name, classes, 3, 32, 32, shortcut);
  }

  private static double millions(long count) {
    return Math.round(count / 1e4) / 100.0;
  }
}
