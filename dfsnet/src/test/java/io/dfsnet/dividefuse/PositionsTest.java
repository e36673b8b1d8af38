package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PositionsTest {

  @ParameterizedTest
  @EnumSource(Shortcut.class)
  void aResidualNetworkHasAPositionForEachBlockAtItsFirstConvolution(Shortcut shortcut) {
    List<Position> positions = Positions.of(Models.create("resnet56", 100, 3, 32, 32, shortcut));

    assertThat(positions).hasSize(27);
    assertThat(positions.stream().map(Position::index))
        .containsExactlyElementsOf(IntStream.range(0, 27).boxed().toList());
    assertThat(positions.get(0).convolution()).isEqualTo("layer1.0.conv1");
    assertThat(positions.get(9).convolution()).isEqualTo("layer2.0.conv1");
    assertThat(positions.get(26).convolution()).isEqualTo("layer3.8.conv1");
  }

  @Test
  void aBottleneckIsFusedWhereItReadsTheNarrowMap() {
    assertThat(convolutions(TestNetworks.bottleneck())).containsExactly("a.narrow", "b.narrow");
  }

  @Test
  void anInvertedResidualIsFusedAtItsFirstConvolutionAndOneWithoutAddIsNoBlock() {
    assertThat(convolutions(TestNetworks.invertedResidual())).containsExactly("block1.expand");
  }

  @Test
  void mobileNetsAndResNetsHaveAPositionForEachBlockThatAdds() {
    assertThat(convolutions(TestNetworks.mobileNet()))
        .hasSize(10)
        .startsWith("features.3.conv.0.0", "features.5.conv.0.0")
        .endsWith("features.15.conv.0.0", "features.16.conv.0.0");
    assertThat(convolutions(TestNetworks.resNet18()))
        .hasSize(8)
        .startsWith("layer1.0.conv1", "layer1.1.conv1", "layer2.0.conv1")
        .endsWith("layer4.1.conv1");
    assertThat(convolutions(Models.create("resnet50")))
        .hasSize(16)
        .startsWith("layer1.0.conv1", "layer1.1.conv2");
  }

  @Test
  void inASequenceEveryConvolutionButTheStemIsAPosition() {
    assertThat(convolutions(TestNetworks.sequential(10)))
        .containsExactly("conv1", "conv2", "conv3", "conv4");
  }

  @Test
  void namesAndTheOrderOfTheAddsInputsDoNotMatter() {
    var network = Network.builder("renamed");
    String x = network.add("s", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));
    String shortcut = network.add("q", Op.Conv2d.square(8, 16, 1, 2, 0, 1), x);
    String body = network.add("z", Op.Conv2d.square(8, 16, 3, 2, 1, 1), x);
    body = network.add("a", Op.Conv2d.square(16, 16, 3, 1, 1, 1), body);
    network.add("m", new Op.Add(), shortcut, body);

    assertThat(convolutions(network.build())).containsExactly("z");
  }

  @Test
  void aConvolutionThatReadsTheImageIsNoPositionEvenInABlock() {
    var network = Network.builder("early");
    String image = network.input(4, 6, 6);
    String x = network.add("pool", new Op.AveragePool(2, 2, 0), image);
    String y = network.add("first", Op.Conv2d.square(4, 4, 3, 1, 1, 1), x);
    y = network.add("second", Op.Conv2d.square(4, 4, 3, 1, 1, 1), y);
    network.add("add", new Op.Add(), y, x);

    assertThat(convolutions(network.build())).containsExactly("second");
  }

  @Test
  void aBlockWithoutADenseConvolutionIsNotCounted() {
    var network = Network.builder("depthwise");
    String x = network.add("stem", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));
    String y = network.add("depthwise", Op.Conv2d.square(8, 8, 3, 1, 1, 8), x);
    x = network.add("add0", new Op.Add(), x, y);
    y = network.add("dense", Op.Conv2d.square(8, 8, 3, 1, 1, 1), x);
    network.add("add1", new Op.Add(), x, y);

    assertThat(convolutions(network.build())).containsExactly("dense");
  }

  @Test
  void nestedBlocksTakeAConvolutionEach() {
    var network = Network.builder("nested");
    String x = network.add("stem", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));
    String y = network.add("outer", Op.Conv2d.square(8, 8, 3, 1, 1, 1), x);
    String z = network.add("inner", Op.Conv2d.square(8, 8, 3, 1, 1, 1), y);
    z = network.add("innerAdd", new Op.Add(), z, y);
    network.add("outerAdd", new Op.Add(), z, x);

    assertThat(convolutions(network.build())).containsExactly("inner", "outer");
  }

  @Test
  void aNetworkOfNothingButAStemHasNone() {
    var network = Network.builder("stem");
    network.add("conv", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));

    assertThat(Positions.of(network.build())).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(WidthPolicy.class)
  void aDividedNetworkHasThePositionsOfItsOriginal(WidthPolicy width) {
    for (Network original :
        List.of(
            TestNetworks.residual(Shortcut.PROJECTION),
            TestNetworks.bottleneck(),
            TestNetworks.sequential(10),
            TestNetworks.invertedResidual())) {
      var division = new Division(4, Division.keep(4, List.of(0)).fused(), width);

      assertThat(Positions.of(Divider.divide(original, division)))
          .as(original.name())
          .isEqualTo(Positions.of(original));
    }
  }

  @Test
  void everyPositionNamesAConvolution() {
    Network network = TestNetworks.residual(Shortcut.PAD);
    for (Position position : Positions.of(network)) {
      Node node = network.node(position.convolution());
      assertThat(node.op()).isInstanceOf(Op.Conv2d.class);
    }
  }

  private static List<String> convolutions(Network network) {
    return Positions.of(network).stream().map(Position::convolution).toList();
  }
}
