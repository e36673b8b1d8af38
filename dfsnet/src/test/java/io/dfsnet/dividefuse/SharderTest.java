package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Op.Exchange;
import io.dfsnet.nn.Op.Exchange.Kind;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.models.Shortcut;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SharderTest {
  private static final long SEED = 30;

  @Test
  void aShardHasItsShareOfEveryNodeUnderItsName() {
    Network divided = divide(TestNetworks.residual(Shortcut.PROJECTION), 4);
    Sharding sharding = Sharder.shard(divided, Topology.PARALLEL);

    assertThat(sharding.combine()).isEqualTo(Combine.SUM);
    assertThat(sharding.shards()).hasSize(4);
    Network shard = sharding.shards().get(1);
    assertThat(shard.nodes().stream().map(Node::name))
        .containsExactlyElementsOf(divided.nodes().stream().map(Node::name).toList());
    assertThat(shard.node("conv1").op()).isEqualTo(Op.Conv2d.square(3, 2, 3, 1, 1, 1));
    assertThat(shard.node("layer2.0.conv1").op()).isEqualTo(Op.Conv2d.square(2, 4, 3, 2, 1, 1));
    assertThat(shard.node("layer3.0.bn2").op()).isEqualTo(new Op.BatchNorm(8, 1e-5f));
    assertThat(shard.node("fc").op()).isEqualTo(new Op.Linear(8, 10, false, 1));
    assertThat(sharding.shards().getFirst().node("fc").op())
        .isEqualTo(new Op.Linear(8, 10, true, 1));
  }

  @Test
  void parallelFusionGathersTheInputForAllAndEachComputesItsFilters() {
    Network divided = divide(TestNetworks.residual(Shortcut.PAD), 2, 1);
    for (int group = 0; group < 2; group++) {
      Network shard = Sharder.shard(divided, Topology.PARALLEL).shards().get(group);

      assertThat(shard.node("layer2.0.conv1.gather"))
          .isEqualTo(
              new Node(
                  "layer2.0.conv1.gather",
                  new Exchange(Kind.ALL_GATHER, 2, group, Shape.of(8, 8, 8)),
                  List.of("layer1.0.relu2")));
      assertThat(shard.node("layer2.0.conv1"))
          .isEqualTo(
              new Node(
                  "layer2.0.conv1",
                  Op.Conv2d.square(8, 8, 3, 2, 1, 1),
                  List.of("layer2.0.conv1.gather")));
      assertThat(shard.node("layer2.0.shortcut").inputs()).containsExactly("layer1.0.relu2");
    }
  }

  @Test
  void centralFusionComputesInTheRootAloneAndScattersTheResult() {
    Network divided = divide(TestNetworks.residual(Shortcut.PAD), 2, 1);
    Sharding sharding = Sharder.shard(divided, Topology.CENTRAL);
    Network root = sharding.shards().get(0);
    Network other = sharding.shards().get(1);

    assertThat(exchanges(root))
        .containsExactly(
            new Exchange(Kind.GATHER, 2, 0, Shape.of(8, 8, 8)),
            new Exchange(Kind.SCATTER, 2, 0, Shape.of(8, 4, 4)));
    assertThat(exchanges(other))
        .containsExactly(
            new Exchange(Kind.GATHER, 2, 1, Shape.of(4, 8, 8)),
            new Exchange(Kind.SCATTER, 2, 1, Shape.of(8, 4, 4)));
    assertThat(root.node("layer2.0.conv1").op()).isEqualTo(Op.Conv2d.square(8, 16, 3, 2, 1, 1));
    assertThat(root.node("layer2.0.bn1").op()).isEqualTo(new Op.BatchNorm(16, 1e-5f));
    assertThat(root.node("layer2.0.conv1.scatter").inputs()).containsExactly("layer2.0.bn1");
    assertThat(other.nodes().stream().map(Node::name))
        .doesNotContain("layer2.0.conv1", "layer2.0.bn1");
    assertThat(other.node("layer2.0.conv1.scatter").inputs())
        .containsExactly("layer2.0.conv1.gather");
    for (Network shard : List.of(root, other)) {
      assertThat(shard.node("layer2.0.relu1").inputs()).containsExactly("layer2.0.conv1.scatter");
    }
  }

  @Test
  void aBatchNormThatIsNotTheOnlyReaderStaysApart() {
    var network = Network.builder("shared", 2);
    String x = network.add("stem", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));
    x = network.add("conv", Op.Conv2d.square(8, 8, 3, 1, 1, 1), x);
    String y = network.add("norm", new Op.BatchNorm(8, 1e-5f), x);
    network.add("add", new Op.Add(), x, y);
    Network divided = network.build();

    Network root = Sharder.shard(divided, Topology.CENTRAL).shards().getFirst();
    assertThat(root.node("norm"))
        .isEqualTo(new Node("norm", new Op.BatchNorm(4, 1e-5f), List.of("conv.scatter")));
    assertShardsAgree(divided, Topology.CENTRAL);
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void aMapThatTwoFusedConvolutionsReadIsGatheredOnce(Topology topology) {
    var network = Network.builder("twice", 2);
    String x = network.add("stem", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));
    String a = network.add("a", Op.Conv2d.square(8, 8, 3, 1, 1, 1), x);
    String b = network.add("b", Op.Conv2d.square(8, 8, 1, 1, 0, 1), x);
    network.add("add", new Op.Add(), a, b);
    Network divided = network.build();

    Sharding sharding = Sharder.shard(divided, topology);
    assertThat(exchanges(sharding.shards().getFirst()))
        .extracting(Exchange::kind)
        .containsExactlyElementsOf(
            topology == Topology.PARALLEL
                ? List.of(Kind.ALL_GATHER)
                : List.of(Kind.GATHER, Kind.SCATTER, Kind.SCATTER));
    assertShardsAgree(divided, topology);
  }

  @Test
  void oneGroupIsOneShardWithoutExchanges() {
    Network original = TestNetworks.residual(Shortcut.PAD);
    Sharding sharding = Sharder.shard(original, Topology.CENTRAL);

    assertThat(sharding.shards()).containsExactly(original);
    assertShardsAgree(original, Topology.CENTRAL);
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void shardsComputeWhatTheWholeNetworkDoesBitForBit(Topology topology) {
    for (Shortcut shortcut : Shortcut.values()) {
      for (int groups : new int[] {2, 4, 8}) {
        for (var fused : List.of(List.<Integer>of(), List.of(0), List.of(1, 2), List.of(0, 1, 2))) {
          Network original = TestNetworks.residual(shortcut);
          assertShardsAgree(Divider.divide(original, Division.keep(groups, fused)), topology);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WidthPolicy.class)
  void widthsAndOtherArchitecturesAgreeToo(WidthPolicy width) {
    for (Network original :
        List.of(
            TestNetworks.sequential(10),
            TestNetworks.bottleneck(),
            TestNetworks.invertedResidual(),
            TestNetworks.mobileNet(),
            TestNetworks.resNet18())) {
      var division = new Division(4, new TreeSet<>(List.of(0)), width);
      for (Topology topology : Topology.values()) {
        assertShardsAgree(Divider.divide(original, division), topology);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void tensorParallelShardsAgree(Topology topology) {
    assertShardsAgree(
        Divider.tensorParallel(TestNetworks.residual(Shortcut.PROJECTION), 4), topology);
  }

  @Test
  void aSecondLinearLayerReadsTheSumAndDividesItsOutputsIfTheyAreDivisible() {
    Network even = divide(TestNetworks.sequential(8), 4);
    Sharding sharding = Sharder.shard(even, Topology.PARALLEL);
    Network shard = sharding.shards().get(2);

    assertThat(sharding.combine()).isEqualTo(Combine.CONCAT);
    assertThat(shard.node("fc1.reduce"))
        .isEqualTo(
            new Node(
                "fc1.reduce", new Exchange(Kind.ALL_REDUCE, 4, 2, Shape.of(24)), List.of("fc1")));
    assertThat(shard.node("fc1.relu").inputs()).containsExactly("fc1.reduce");
    assertThat(shard.node("fc2").op()).isEqualTo(new Op.Linear(24, 2, true, 1));
    assertShardsAgree(even, Topology.PARALLEL);

    Network odd = divide(TestNetworks.sequential(7), 4);
    assertThat(Sharder.shard(odd, Topology.PARALLEL).combine()).isEqualTo(Combine.SAME);
    assertThat(Sharder.shard(odd, Topology.PARALLEL).shards().get(3).node("fc2").op())
        .isEqualTo(new Op.Linear(24, 7, true, 1));
    assertShardsAgree(odd, Topology.PARALLEL);
  }

  @Test
  void weightsAreCopiesOfSlices() {
    Network divided = divide(TestNetworks.residual(Shortcut.PAD), 2, 1);
    Weights whole = TestNetworks.weights(divided, SEED);
    Sharding sharding = Sharder.shard(divided, Topology.PARALLEL);
    Weights shard = Sharder.weights(whole, divided, sharding, 1);

    assertThat(shard.get("bn1.running_var").data())
        .containsExactly(java.util.Arrays.copyOfRange(whole.get("bn1.running_var").data(), 4, 8));
    // Row r of the linear weight keeps its columns 16 to 31.
    assertThat(shard.get("fc.weight").data()[16 * 3 + 5])
        .isEqualTo(whole.get("fc.weight").data()[32 * 3 + 16 + 5]);
    shard.get("conv1.weight").data()[0] = 99;
    assertThat(whole.get("conv1.weight").data()).doesNotContain(99);
  }

  @Test
  void weightsMustFit() {
    Network divided = divide(TestNetworks.residual(Shortcut.PAD), 2);
    Weights original = TestNetworks.weights(TestNetworks.residual(Shortcut.PAD), SEED);
    Sharding sharding = Sharder.shard(divided, Topology.PARALLEL);

    assertThatThrownBy(() -> Sharder.weights(original, divided, sharding, 0))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("layer1.0.conv1.weight is [8, 8, 3, 3] instead of [8, 4, 3, 3]");
  }

  @Test
  void refusesNetworksThatGroupsCannotCompute() {
    assertRefused(
        builder -> builder.add("conv", Op.Conv2d.square(8, 8, 3, 1, 1, 4), "stem"),
        8,
        "Conv2d 'conv': has 4 groups in a network of 8; it must have 1 or a multiple of them");
    assertRefused(
        builder -> builder.add("conv", Op.Conv2d.square(8, 6, 3, 1, 1, 1), "stem"),
        4,
        "Conv2d 'conv': 6 output channels are not divisible by 4 groups");
    assertRefused(
        builder -> builder.add("pad", new Op.PadShortcut(16, 1, 1), "stem"),
        4,
        "PadShortcut 'pad': pads in 1 groups, which moves channels among the 4 of the network;"
            + " its groups must be a multiple of them");
    assertRefused(
        builder ->
            builder.add(
                "fc", new Op.Linear(288, 4, true, 1), builder.add("f", new Op.Flatten(), "stem")),
        4,
        "Linear 'fc': sums divided features in 1 parts; a network of 4 groups needs as many");
    assertRefused(
        builder -> builder.add("x", new Exchange(Kind.ALL_GATHER, 4, 0, Shape.of(8, 6, 6)), "stem"),
        4,
        "Exchange 'x': stands in shards only; shard the whole network");
  }

  @Test
  void refusesMoreGroupsThanAFileMaySay() {
    var network = Network.builder("file", 1_000_000_000);
    network.input(3, 6, 6);

    assertThatThrownBy(() -> Sharder.shard(network.build(), Topology.PARALLEL))
        .hasMessage("division: groups must be 1 to 256, found 1000000000");
  }

  private static void assertRefused(
      java.util.function.Consumer<Network.Builder> nodes, int groups, String message) {
    var network = Network.builder("refused", groups);
    network.add("stem", Op.Conv2d.square(3, 8, 3, 1, 1, 1), network.input(3, 6, 6));
    nodes.accept(network);

    assertThatThrownBy(() -> Sharder.shard(network.build(), Topology.PARALLEL))
        .isInstanceOf(DivisionException.class)
        .hasMessage(message);
  }

  static void assertShardsAgree(Network divided, Topology topology) {
    Weights whole = TestNetworks.weights(divided, SEED);
    float[] image = TestNetworks.images(divided, 1, SEED);

    assertThat(PlainRun.sharded(divided, whole, topology, image))
        .as("%s, %s, %s, seed %d", divided, topology, divided.nodes(), SEED)
        .containsExactly(PlainRun.whole(divided, whole, image));
  }

  private static List<Exchange> exchanges(Network shard) {
    return shard.nodes().stream()
        .filter(node -> node.op() instanceof Exchange)
        .map(node -> (Exchange) node.op())
        .toList();
  }

  private static Network divide(Network network, int groups, Integer... fused) {
    return Divider.divide(network, Division.keep(groups, List.of(fused)));
  }
}
