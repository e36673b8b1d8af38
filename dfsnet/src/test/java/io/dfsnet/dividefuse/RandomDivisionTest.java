package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.Weights;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random networks, divided at random: their shards compute the same bits as the whole. */
class RandomDivisionTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void shardsAgreeWithTheWhole(long seed) {
    RandomGenerator random = Seeds.random(seed, "random division");
    Network original = network(random);
    int groups = 1 << random.nextInt(1, 4);
    var fused = new TreeSet<Integer>();
    for (Position position : Positions.of(original)) {
      if (random.nextInt(3) == 0) {
        fused.add(position.index());
      }
    }
    WidthPolicy width = WidthPolicy.values()[random.nextInt(3)];
    if (width == WidthPolicy.ISO && hasGroups(original)) {
      width = WidthPolicy.FULL; // Rounded widths need not suit the groups that are there already.
    }
    Network divided = Divider.divide(original, new Division(groups, fused, width));
    Weights weights = TestNetworks.weights(divided, seed);
    float[] image = TestNetworks.images(divided, 1, seed);
    float[] whole = PlainRun.whole(divided, weights, image);
    float[] compiled = new float[whole.length];
    Session.of(divided, weights, 1, new Workers(1)).run(image, compiled);

    for (Topology topology : Topology.values()) {
      float[] cluster = new float[whole.length];
      LocalCluster.of(divided, weights, topology, 1).run(image, cluster);
      assertThat(cluster)
          .as("seed %d, %s, fused %s, %s, %s", seed, divided, fused, width, topology)
          .containsExactly(compiled);
      assertThat(PlainRun.sharded(divided, weights, topology, image))
          .as("seed %d, %s, fused %s, %s, %s", seed, divided, fused, width, topology)
          .containsExactly(whole);
    }
  }

  private static boolean hasGroups(Network network) {
    return network.nodes().stream()
        .anyMatch(node -> node.op() instanceof Op.Conv2d conv && conv.groups() > 1);
  }

  /** Blocks and plain layers in random order, with 8 to 24 channels, then one or two linears. */
  private static Network network(RandomGenerator random) {
    var network = Network.builder("random");
    int size = random.nextInt(5, 9);
    int channels = 8 * random.nextInt(1, 4);
    String x = network.input(random.nextInt(1, 4), size, size + 1);
    x = convolution(network, "stem", x, channels, 1, 1, random);
    int layers = random.nextInt(2, 5);
    for (int i = 0; i < layers; i++) {
      String name = "layer" + i;
      x =
          switch (random.nextInt(4)) {
            case 0 -> network.add(name, new Op.Relu(), x);
            case 1 -> convolution(network, name, x, 8 * random.nextInt(1, 4), 1, 1, random);
            case 2 -> network.add(name, new Op.AveragePool(2, 1, 1), x);
            default -> block(network, name, x, random);
          };
    }
    x =
        random.nextBoolean()
            ? network.add("pool", new Op.GlobalAveragePool(), x)
            : network.add("flatten", new Op.Flatten(), x);
    if (random.nextBoolean()) {
      int hidden = random.nextInt(5, 17);
      int features = network.shape(x).size(0);
      x = network.add("hidden", new Op.Linear(features, hidden, random.nextBoolean(), 1), x);
      x = network.add("hidden.relu", new Op.Relu6(), x);
    }
    if (random.nextInt(4) > 0) {
      int features = network.shape(x).size(0);
      network.add("fc", new Op.Linear(features, random.nextInt(2, 9), true, 1), x);
    }
    return network.build();
  }

  private static String block(
      Network.Builder network, String name, String x, RandomGenerator random) {
    int in = network.shape(x).size(0);
    int stride = random.nextInt(1, 3);
    int out = stride == 1 ? in : 2 * in;
    String body = convolution(network, name + ".1", x, out, stride, 1, random);
    body = network.add(name + ".norm", new Op.BatchNorm(out, 1e-5f), body);
    if (random.nextBoolean()) {
      body = convolution(network, name + ".2", body, out, 1, random.nextInt(2) * 7 + 1, random);
    }
    String shortcut = x;
    if (stride > 1) {
      Op.Conv2d projection = Op.Conv2d.square(in, out, 1, stride, 0, 1);
      shortcut =
          random.nextBoolean()
              ? network.add(name + ".pad", new Op.PadShortcut(out, stride, 1), x)
              : network.add(name + ".projection", projection, x);
    }
    return random.nextBoolean()
        ? network.add(name, new Op.Add(), body, shortcut)
        : network.add(name, new Op.Add(), shortcut, body);
  }

  private static String convolution(
      Network.Builder network,
      String name,
      String x,
      int out,
      int stride,
      int groups,
      RandomGenerator random) {
    int in = network.shape(x).size(0);
    var square = Op.Conv2d.square(in, out, 3, stride, 1, groups);
    boolean bias = random.nextBoolean();
    var conv = new Op.Conv2d(in, out, 3, 3, stride, stride, 1, 1, 1, 1, square.groups(), bias);
    return network.add(name, conv, x);
  }
}
