package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DividerTest {

  @Test
  void dividesEveryConvolutionButTheStemAndTheFusedOnes() {
    Network original = TestNetworks.residual(Shortcut.PROJECTION);
    Network divided = Divider.divide(original, Division.keep(4, List.of(1)));

    assertThat(divided.groups()).isEqualTo(4);
    assertThat(divided.nodes().stream().map(Node::name))
        .containsExactlyElementsOf(original.nodes().stream().map(Node::name).toList());
    assertThat(groups(divided, "conv1")).isEqualTo(1);
    assertThat(groups(divided, "layer1.0.conv1")).isEqualTo(4);
    assertThat(groups(divided, "layer2.0.conv1")).isEqualTo(1);
    assertThat(groups(divided, "layer2.0.downsample.0")).isEqualTo(4);
    assertThat(groups(divided, "layer3.0.conv1")).isEqualTo(4);
    assertThat(divided.node("fc").op()).isEqualTo(new Op.Linear(32, 10, true, 4));
  }

  @Test
  void paddingShortcutsPadInsideEachGroup() {
    Network divided =
        Divider.divide(TestNetworks.residual(Shortcut.PAD), Division.keep(4, List.of()));

    assertThat(divided.node("layer2.0.shortcut").op()).isEqualTo(new Op.PadShortcut(16, 2, 4));
  }

  @Test
  void depthwiseConvolutionsStayDepthwiseAtEveryWidth() {
    Network original = TestNetworks.invertedResidual();
    assertThat(conv(Divider.divide(original, Division.keep(4, List.of())), "block1.depthwise"))
        .isEqualTo(Op.Conv2d.square(24, 24, 3, 1, 1, 24));
    assertThat(
            conv(
                Divider.divide(original, new Division(4, new TreeSet<>(), WidthPolicy.FULL)),
                "block1.depthwise"))
        .isEqualTo(Op.Conv2d.square(96, 96, 3, 1, 1, 96));
  }

  @Test
  void wellKnownNetworksDivide() {
    Network mobileNet = divide(TestNetworks.mobileNet(), 4, 1);
    assertThat(groups(mobileNet, "features.0.0")).isEqualTo(1);
    assertThat(groups(mobileNet, "features.3.conv.0.0")).isEqualTo(4);
    assertThat(groups(mobileNet, "features.3.conv.1.0")).isEqualTo(96);
    assertThat(mobileNet.node("features.3.conv.1.2"))
        .isEqualTo(TestNetworks.mobileNet().node("features.3.conv.1.2"));
    assertThat(mobileNet.node("classifier.1").op()).isEqualTo(new Op.Linear(1280, 10, true, 4));

    Network resNet = divide(TestNetworks.resNet18(), 8, 0, 7);
    assertThat(groups(resNet, "conv1")).isEqualTo(1);
    assertThat(groups(resNet, "layer1.0.conv1")).isEqualTo(1);
    assertThat(groups(resNet, "layer1.0.conv2")).isEqualTo(8);
    assertThat(groups(resNet, "layer4.1.conv1")).isEqualTo(1);
    assertThat(resNet.node("maxpool").op()).isEqualTo(new Op.MaxPool(3, 2, 1));
  }

  @ParameterizedTest
  @CsvSource({"1, 4, 4", "2, 4, 4", "4, 4, 4", "8, 4, 8", "3, 2, 6"})
  void aGroupedConvolutionGetsTheFewestGroupsThatRefineBoth(int own, int groups, int expected) {
    Network divided = Divider.divide(grouped(own), Division.keep(groups, List.of()));

    assertThat(groups(divided, "grouped")).isEqualTo(expected);
  }

  @Test
  void oneGroupIsTheOriginal() {
    Network original = TestNetworks.residual(Shortcut.PAD);
    for (WidthPolicy width : WidthPolicy.values()) {
      assertThat(Divider.divide(original, new Division(1, new TreeSet<>(List.of(0)), width)))
          .isEqualTo(original);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "KEEP, 16, 4, 16",
    "ISO, 16, 4, 32",
    "ISO, 16, 2, 22",
    "ISO, 64, 8, 184",
    "ISO, 32, 2, 46",
    "ISO, 1, 4, 4",
    "ISO, 3, 4, 8",
    "FULL, 16, 4, 64"
  })
  void widthPoliciesScaleChannels(WidthPolicy width, int channels, int groups, int expected) {
    assertThat(width.channels(channels, groups)).isEqualTo(expected);
  }

  @Test
  void widthsScaleEverythingButTheImageAndTheClasses() {
    Network divided =
        Divider.divide(
            TestNetworks.residual(Shortcut.PROJECTION),
            new Division(2, new TreeSet<>(), WidthPolicy.FULL));

    assertThat(divided.input().op()).isEqualTo(new Op.Input(3, 8, 8));
    assertThat(conv(divided, "conv1")).isEqualTo(Op.Conv2d.square(3, 16, 3, 1, 1, 1));
    assertThat(conv(divided, "layer2.0.conv1")).isEqualTo(Op.Conv2d.square(16, 32, 3, 2, 1, 2));
    assertThat(divided.node("layer2.0.bn1").op()).isEqualTo(new Op.BatchNorm(32, 1e-5f));
    assertThat(divided.node("fc").op()).isEqualTo(new Op.Linear(64, 10, true, 2));
  }

  @Test
  void hiddenLinearLayersAreWidenedToo() {
    Network divided =
        Divider.divide(
            TestNetworks.sequential(10), new Division(4, new TreeSet<>(), WidthPolicy.ISO));

    assertThat(divided.node("fc1").op()).isEqualTo(new Op.Linear(128, 48, true, 4));
    assertThat(divided.node("fc2").op()).isEqualTo(new Op.Linear(48, 10, true, 1));
  }

  @Test
  void aConvolutionAsClassifierKeepsItsClasses() {
    var network = Network.builder("convolutional");
    String x = network.add("stem", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));
    x = network.add("classes", Op.Conv2d.square(8, 10, 1, 1, 0, 1), x);
    network.add("pool", new Op.GlobalAveragePool(), x);

    Network divided =
        Divider.divide(network.build(), new Division(2, new TreeSet<>(), WidthPolicy.FULL));
    assertThat(conv(divided, "classes")).isEqualTo(Op.Conv2d.square(16, 10, 1, 1, 0, 2));
  }

  @Test
  void tensorParallelismKeepsEveryConvolutionDenseAndTheOriginalsCosts() {
    Network original = TestNetworks.residual(Shortcut.PROJECTION);
    Network parallel = Divider.tensorParallel(original, 4);

    assertThat(Costs.parameters(parallel)).isEqualTo(Costs.parameters(original));
    assertThat(groups(parallel, "layer3.0.downsample.0")).isEqualTo(1);
    assertThat(parallel.node("fc").op()).isEqualTo(new Op.Linear(32, 10, true, 4));
  }

  @Test
  void refusesPositionsThatDoNotExist() {
    assertThatThrownBy(() -> divide(TestNetworks.residual(Shortcut.PAD), 2, 0, 3))
        .isInstanceOf(DivisionException.class)
        .hasMessage("network 'resnet8-w8': position 3 does not exist; it has 0 to 2");
    assertThatThrownBy(() -> divide(TestNetworks.residual(Shortcut.PAD), 2, -1))
        .hasMessage("network 'resnet8-w8': position -1 does not exist; it has 0 to 2");
    var stem = Network.builder("stem");
    stem.add("conv", Op.Conv2d.square(3, 8, 3, 1, 1, 1), stem.input(3, 6, 6));
    assertThatThrownBy(() -> divide(stem.build(), 2, 0))
        .hasMessage("network 'stem': position 0 does not exist; it has none");
  }

  @Test
  void refusesANetworkThatIsDividedAlready() {
    Network divided = divide(TestNetworks.residual(Shortcut.PAD), 2);
    String message = "network 'resnet8-w8': is divided into 2 groups already; divide the original";
    assertThatThrownBy(() -> divide(divided, 2)).hasMessage(message);
    assertThatThrownBy(() -> Divider.tensorParallel(divided, 2)).hasMessage(message);
  }

  @Test
  void refusesChannelsThatAreNotDivisibleAndNamesGroupsThatAre() {
    assertThatThrownBy(() -> divide(TestNetworks.residual(Shortcut.PAD), 3))
        .isInstanceOf(DivisionException.class)
        .hasMessage(
            "Conv2d 'conv1': 8 output channels are not divisible by 3 groups;"
                + " numbers of groups that divide every layer: [2, 4, 8]");
    assertThatThrownBy(() -> divide(Models.create("resnet8-w7", 10, 3, 8, 8, Shortcut.PAD), 2))
        .hasMessage(
            "Conv2d 'conv1': 7 output channels are not divisible by 2 groups;"
                + " numbers of groups that divide every layer: [7]");
    assertThatThrownBy(() -> divide(Models.create("resnet8-w1", 10, 3, 8, 8, Shortcut.PAD), 2))
        .hasMessage(
            "Conv2d 'conv1': 1 output channels are not divisible by 2 groups; no number of groups"
                + " divides every layer, width policy iso or full may mend that");
  }

  @Test
  void refusesRoundedWidthsThatDoNotSuitAConvolutionsOwnGroups() {
    var division = new Division(2, new TreeSet<>(), WidthPolicy.ISO);
    assertThatThrownBy(() -> Divider.divide(grouped(8), division))
        .hasMessage(
            "Conv2d 'grouped': 34 input channels are not divisible by 8 groups;"
                + " width policy iso rounds to multiples of 2, full does not round");
  }

  @Test
  void refusesGroupsOutOfRange() {
    assertThatThrownBy(() -> Division.keep(0, List.of()))
        .hasMessage("division: groups must be 1 to 256, found 0");
    assertThatThrownBy(() -> Division.keep(257, List.of()))
        .hasMessage("division: groups must be 1 to 256, found 257");
    assertThatThrownBy(() -> Divider.tensorParallel(TestNetworks.bottleneck(), 0))
        .hasMessage("division: groups must be 1 to 256, found 0");
  }

  @Test
  void refusesWidthsThatOverflow() {
    assertThatThrownBy(() -> WidthPolicy.FULL.channels(1 << 30, 4))
        .hasMessage("width policy FULL: 1073741824 channels in 4 groups are too many");
  }

  @Test
  void refusesWhatMovesChannelsToOtherGroups() {
    var shuffled = stem("shuffled");
    shuffled.add("shuffle", new Op.ChannelShuffle(2), "stem");
    assertThatThrownBy(() -> divide(shuffled.build(), 2))
        .isInstanceOf(DivisionException.class)
        .hasMessageStartingWith("ChannelShuffle 'shuffle': moves channels to other groups");

    var sliced = stem("sliced");
    sliced.add("slice", new Op.ChannelSlice(0, 4), "stem");
    assertThatThrownBy(() -> divide(sliced.build(), 2))
        .isInstanceOf(DivisionException.class)
        .hasMessageStartingWith("ChannelSlice 'slice': takes the channels of some groups alone");
    assertThatThrownBy(() -> divide(Models.create("shufflenetv2-w0.5-32"), 4))
        .isInstanceOf(DivisionException.class)
        .hasMessageStartingWith("Concat 'stage2.0.concat': joins divided maps");

    var joined = stem("joined");
    joined.add("conv", Op.Conv2d.square(8, 8, 3, 1, 1, 1), "stem");
    joined.add("join", new Op.Concat(), "stem", "conv");
    assertThatThrownBy(() -> divide(joined.build(), 2))
        .isInstanceOf(DivisionException.class)
        .hasMessageStartingWith("Concat 'join': joins divided maps");
  }

  @Test
  void acceptsWhatMovesNoChannelToAnotherGroup() {
    var network = Network.builder("harmless");
    String image = network.input(2, 6, 6);
    String one = network.add("slice", new Op.ChannelSlice(1, 1), image);
    String twice = network.add("join", new Op.Concat(), image, one, one);
    String shuffled = network.add("shuffle", new Op.ChannelShuffle(2), twice);
    String x = network.add("stem", Op.Conv2d.square(4, 8, 3, 1, 1, 1), shuffled);
    x = network.add("same", new Op.ChannelShuffle(1), x);
    network.add("one", new Op.Concat(), x);

    assertThat(divide(network.build(), 2).groups()).isEqualTo(2);
  }

  @Test
  void refusesToAddTheImageToADividedMap() {
    var network = Network.builder("added");
    String image = network.input(8, 6, 6);
    String x = network.add("conv", Op.Conv2d.square(8, 8, 3, 1, 1, 1), image);
    network.add("add", new Op.Add(), x, image);

    assertThatThrownBy(() -> divide(network.build(), 2))
        .isInstanceOf(DivisionException.class)
        .hasMessageStartingWith("Add 'add': adds a value that every group has whole");
  }

  @Test
  void refusesAGroupedConvolutionOfTheImage() {
    var network = Network.builder("grouped");
    network.add("conv", Op.Conv2d.square(4, 8, 3, 1, 1, 2), network.input(4, 6, 6));

    assertThatThrownBy(() -> divide(network.build(), 2))
        .hasMessage(
            "Conv2d 'conv': has 2 groups in a network of 2; it must have 1, as it reads the image");
  }

  @Test
  void refusesALinearLayerInParts() {
    var network = stem("parts");
    network.add("flatten", new Op.Flatten(), "stem");
    network.add("fc", new Op.Linear(8 * 36, 4, false, 2), "flatten");

    assertThatThrownBy(() -> divide(network.build(), 2))
        .hasMessage("Linear 'fc': sums in 2 parts already");
  }

  @Test
  void tensorParallelismRefusesGroupsThatItWouldHaveToChange() {
    assertThatThrownBy(() -> Divider.tensorParallel(grouped(3), 2))
        .hasMessage(
            "Conv2d 'grouped': has 3 groups in a network of 2; it must have 1 or a multiple of"
                + " them");
  }

  private static Network divide(Network network, int groups, Integer... fused) {
    return Divider.divide(network, Division.keep(groups, List.of(fused)));
  }

  private static Network.Builder stem(String name) {
    var network = Network.builder(name);
    network.add("stem", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));
    return network;
  }

  private static Network grouped(int groups) {
    var network = Network.builder("grouped");
    String x = network.add("stem", Op.Conv2d.square(3, 24, 3, 1, 1, 1), network.input(3, 6, 6));
    network.add("grouped", Op.Conv2d.square(24, 24, 3, 1, 1, groups), x);
    return network.build();
  }

  private static Op.Conv2d conv(Network network, String node) {
    return (Op.Conv2d) network.node(node).op();
  }

  private static int groups(Network network, String node) {
    return conv(network, node).groups();
  }
}
