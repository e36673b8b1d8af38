package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.dividefuse.CostModel.NodeCost;
import io.dfsnet.dividefuse.CostModel.Traffic;
import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CostModelTest {
  private static final String ALL =
      IntStream.range(0, 27).mapToObj(String::valueOf).collect(Collectors.joining(" "));

  /**
   * ResNet-56 on CIFAR-100 with projection shortcuts, counted by hand-written arithmetic outside of
   * this project: parameters in millions and MACs in millions (total, per node), KiB received by a
   * node, KiB on the wire parallel, and central by the rule of thumb.
   */
  @ParameterizedTest
  @CsvSource({
    "1, '',               0.862, 125.8, 0.862, 125.8,   0,    0,    0",
    "2, '',               0.436,  63.1, 0.218,  31.6,   0,    0,    0",
    "2, '9 18',           0.448,  64.3, 0.224,  32.1,  48,   96,   96",
    "2, '0 9 18',         0.449,  65.5, 0.225,  32.7,  80,  160,  160",
    "2, '4 9 13 18 22',   0.472,  67.8, 0.236,  33.9, 104,  208,  208",
    "2, all,              0.643,  93.8, 0.321,  46.9, 528, 1056, 1056",
    "4, '',               0.224,  31.8, 0.056,   7.9,   0,    0,    0",
    "4, '9 18',           0.241,  33.5, 0.060,   8.4,  72,  288,  144",
    "4, '4 9 13 18 22',   0.277,  38.9, 0.069,   9.7, 156,  624,  312",
    "8, '9 18',           0.138,  18.2, 0.017,   2.3,  84,  672,  168"
  })
  void reproducesTheTableOfResNet56(
      int groups,
      String fused,
      String parameters,
      String macs,
      String nodeParameters,
      String nodeMacs,
      long received,
      long parallel,
      long central) {
    Network divided = Divider.divide(resnet56("resnet56"), Division.keep(groups, set(fused)));
    CostModel cost = CostModel.of(divided, Topology.PARALLEL);

    assertThat(millions(cost.parameters(), 3)).isEqualTo(parameters);
    assertThat(millions(cost.macs(), 1)).isEqualTo(macs);
    assertThat(millions((double) cost.parameters() / groups, 3)).isEqualTo(nodeParameters);
    assertThat(millions((double) cost.macs() / groups, 1)).isEqualTo(nodeMacs);
    for (NodeCost node : cost.nodes()) {
      // The bias of the linear layer, 100 values, is in group 0 alone.
      assertThat(node.parameters()).isCloseTo(cost.parameters() / groups, within(100));
      assertThat(node.macs()).isEqualTo(cost.macs() / groups);
      assertThat(node.exchanged()).isEqualTo(new Traffic(received * 1024, received * 1024));
      assertThat(node.logitsBytes()).isEqualTo(400);
      assertThat(node.imageBytes()).isEqualTo(3 * 32 * 32 * 4);
    }
    assertThat(cost.busiestReceivedBytes()).isEqualTo(received * 1024);
    assertThat(cost.wireBytes()).isEqualTo(parallel * 1024);
    assertThat(CostModel.centralWireBytesRule(divided)).isEqualTo(central * 1024);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet56,     4, ISO,  0.873, 126.2, 0.218,  31.6",
    "resnet56-w32, 4, KEEP, 0.873, 126.2, 0.218,  31.6",
    "resnet56,     2, FULL, 1.723, 251.5, 0.862, 125.8",
    "resnet56-w24, 2, KEEP, 0.973, 141.6, 0.487,  70.8"
  })
  void reproducesTheFiguresOfWiderNetworks(
      String model,
      int groups,
      WidthPolicy width,
      String parameters,
      String macs,
      String nodeParameters,
      String nodeMacs) {
    Network divided = Divider.divide(resnet56(model), new Division(groups, new TreeSet<>(), width));

    assertThat(millions(Costs.parameters(divided), 3)).isEqualTo(parameters);
    assertThat(millions(Costs.macs(divided), 1)).isEqualTo(macs);
    assertThat(millions(Costs.parameters(divided) / (double) groups, 3)).isEqualTo(nodeParameters);
    assertThat(millions(Costs.macs(divided) / (double) groups, 1)).isEqualTo(nodeMacs);
  }

  @Test
  void reproducesTheFiguresOfNaiveTensorParallelism() {
    CostModel cost =
        CostModel.of(Divider.tensorParallel(resnet56("resnet56"), 2), Topology.PARALLEL);

    // In groups of 2, all nodes together receive every map once: 528,384 activations.
    assertThat(cost.wireBytes()).isEqualTo(4 * 528_384);
    assertThat(cost.busiestReceivedBytes()).isEqualTo(1032 * 1024);
    assertThat(cost.macs()).isEqualTo(Costs.macs(resnet56("resnet56")));
  }

  @Test
  void reproducesTheMapSizesOfTheStages() {
    Network network = resnet56("resnet56");
    long[] elements =
        Positions.of(network).stream()
            .map(position -> network.node(position.convolution()).inputs().getFirst())
            .mapToLong(input -> network.shape(input).elements())
            .toArray();

    assertThat(Arrays.copyOfRange(elements, 0, 10)).containsOnly(16_384);
    assertThat(Arrays.copyOfRange(elements, 10, 19)).containsOnly(8_192);
    assertThat(Arrays.copyOfRange(elements, 19, 27)).containsOnly(4_096);
  }

  @Test
  void aCentralFusionScattersTheOutputWhichIsHalfAsLargeAtAStride() {
    Network divided = Divider.divide(resnet56("resnet56"), Division.keep(4, List.of(4, 9)));
    CostModel cost = CostModel.of(divided, Topology.CENTRAL);
    long map = 16_384 * 4;

    assertThat(cost.exchanges())
        .extracting(CostModel.ExchangeCost::wireBytes)
        .containsExactly(map * 3 / 4, map * 3 / 4, map * 3 / 4, map / 2 * 3 / 4);
    assertThat(cost.nodes().get(0).exchanged())
        .isEqualTo(new Traffic(map * 3 / 4 + map * 3 / 8, 2 * map * 3 / 4));
    assertThat(cost.nodes().get(3).exchanged())
        .isEqualTo(new Traffic(2 * map / 4, map / 4 + map / 8));
    // The whole convolution is in the root, whose node is the busiest.
    assertThat(cost.nodes().get(0).macs()).isGreaterThan(cost.nodes().get(1).macs());
    assertThat(cost.nodes().stream().mapToLong(NodeCost::macs).sum()).isEqualTo(cost.macs());
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void groupsOnOneNodeExchangeForFreeAndShareWhatTheyReceive(Topology topology) {
    Network divided = Divider.divide(resnet56("resnet56"), Division.keep(4, List.of(9)));
    long slice = 16_384;

    assertThat(CostModel.of(divided, topology, Placement.even(4, 1)).wireBytes()).isZero();

    CostModel pairs = CostModel.of(divided, topology, new Placement(new int[] {1, 0, 1, 0}));
    NodeCost rootNode = pairs.nodes().get(1);
    NodeCost other = pairs.nodes().get(0);
    assertThat(rootNode.groups()).containsExactly(0, 2);
    switch (topology) {
      case PARALLEL -> {
        assertThat(rootNode.exchanged()).isEqualTo(new Traffic(2 * slice, 2 * slice));
        assertThat(other.exchanged()).isEqualTo(new Traffic(2 * slice, 2 * slice));
      }
      case CENTRAL -> {
        assertThat(rootNode.exchanged()).isEqualTo(new Traffic(slice, 2 * slice));
        assertThat(other.exchanged()).isEqualTo(new Traffic(2 * slice, slice));
      }
    }
    assertThat(rootNode.logitsBytes()).isEqualTo(800);
  }

  @Test
  void weightBytesCountRunningStatisticsAndSumToTheWhole() {
    Network divided = Divider.divide(resnet56("resnet56"), Division.keep(2, List.of(0)));
    CostModel cost = CostModel.of(divided, Topology.PARALLEL);
    long values = divided.parameters().stream().mapToLong(p -> p.shape().elements()).sum();

    assertThat(cost.weightBytes()).isEqualTo(4 * values);
    assertThat(cost.nodes().stream().mapToLong(NodeCost::weightBytes).sum())
        .isEqualTo(cost.weightBytes());
  }

  @Test
  void partialSumsOfAHiddenLayerAreCounted() {
    Network divided =
        Divider.divide(TestNetworks.sequential(7), Division.keep(4, List.<Integer>of()));
    CostModel cost = CostModel.of(divided, Topology.PARALLEL);

    assertThat(cost.exchanges()).hasSize(1);
    assertThat(cost.busiestReceivedBytes()).isEqualTo(3 * 24 * 4);
    // All have the same output; only group 0 sends it.
    assertThat(cost.nodes()).extracting(NodeCost::logitsBytes).containsExactly(28L, 0L, 0L, 0L);
  }

  @Test
  void refusesAPlacementOfOtherGroups() {
    assertThatThrownBy(
            () -> CostModel.of(TestNetworks.bottleneck(), Topology.PARALLEL, Placement.even(2, 2)))
        .isInstanceOf(DivisionException.class)
        .hasMessage("placement: has 2 groups, network 'bottleneck' has 1");
  }

  private static Network resnet56(String name) {
    return Models.create(name, 100, 3, 32, 32, Shortcut.PROJECTION);
  }

  private static TreeSet<Integer> set(String fused) {
    return Arrays.stream((fused.equals("all") ? ALL : fused).split(" "))
        .filter(word -> !word.isEmpty())
        .map(Integer::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String millions(double count, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", count / 1e6);
  }

  private static org.assertj.core.data.Offset<Long> within(long offset) {
    return org.assertj.core.data.Offset.offset(offset);
  }
}
