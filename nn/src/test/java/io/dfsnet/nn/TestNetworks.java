package io.dfsnet.nn;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Parameter.Role;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Small networks of every kind, and random weights and images for them. */
public final class TestNetworks {
  private TestNetworks() {}

  /** Networks that between them have every operation, and every way to stand in a graph. */
  public static List<Network> all() {
    return List.of(
        Models.create("resnet8", 10, 3, 32, 32, Shortcut.PAD),
        Models.create("resnet20-w8", 10, 3, 16, 16, Shortcut.PROJECTION),
        grouped(),
        expanded(),
        everyOperation(),
        branches(),
        featureNorms(),
        onlyElementwise(),
        endsInConvolution(),
        endsInFlatten());
  }

  /** Weights as after some training: no batch norm is the identity. */
  public static Weights randomWeights(Network network, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      Tensor tensor = Weights.initial(parameter, Initialization.HE, seed);
      RandomGenerator random = Seeds.random(seed, "test:" + parameter.name());
      float[] data = tensor.data();
      for (int i = 0; i < data.length; i++) {
        switch (parameter.role()) {
          case WEIGHT -> {}
          case SCALE -> data[i] = random.nextFloat(0.5f, 1.5f);
          case RUNNING_VARIANCE -> data[i] = random.nextFloat(0.5f, 2f);
          case BIAS, SHIFT, RUNNING_MEAN -> data[i] = random.nextFloat(-0.5f, 0.5f);
        }
      }
      tensors.put(parameter.name(), tensor);
    }
    return new Weights(tensors);
  }

  /** Normally distributed images, {@code n} of them. */
  public static float[] randomImages(Network network, int n, long seed) {
    RandomGenerator random = Seeds.random(seed, "test images");
    float[] images = new float[n * network.shape(network.input()).elements()];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }

  /** Two residual blocks in 4 groups, the second with a shuffle, padding inside the groups. */
  public static Network grouped() {
    var net = Network.builder("grouped", 4);
    String x = net.input(3, 12, 12);
    x = normalized(net, "stem", Op.Conv2d.square(3, 16, 3, 1, 1, 1), x);
    x = net.add("stem.relu", new Op.Relu(), x);
    String y = normalized(net, "a", Op.Conv2d.square(16, 16, 3, 1, 1, 4), x);
    y = net.add("a.add", new Op.Add(), y, x);
    x = net.add("a.relu", new Op.Relu(), y);
    y = net.add("b.shuffle", new Op.ChannelShuffle(4), x);
    y = normalized(net, "b", Op.Conv2d.square(16, 32, 3, 2, 1, 4), y);
    String pad = net.add("b.shortcut", new Op.PadShortcut(32, 2, 4), x);
    y = net.add("b.add", new Op.Add(), pad, y);
    x = net.add("b.relu", new Op.Relu(), y);
    x = net.add("pool", new Op.GlobalAveragePool(), x);
    net.add("fc", new Op.Linear(32, 7, true, 4), x);
    return net.build();
  }

  /**
   * Wide maps that a depthwise convolution alone reads: with and without a stride, in groups, with
   * a projection and a shortcut, and one that the network needs twice.
   */
  public static Network expanded() {
    var net = Network.builder("expanded", 2);
    String x = normalized(net, "stem", Op.Conv2d.square(3, 6, 3, 1, 1, 1), net.input(3, 48, 48));
    String y = normalized(net, "a", Op.Conv2d.square(6, 60, 1, 1, 0, 1), x);
    y = net.add("a.relu", new Op.Relu6(), y);
    y = normalized(net, "a.depthwise", Op.Conv2d.square(60, 60, 3, 1, 1, 60), y);
    y = net.add("a.depthwise.relu", new Op.Relu6(), y);
    y = normalized(net, "a.project", Op.Conv2d.square(60, 8, 1, 1, 0, 2), y);
    String z = normalized(net, "d", Op.Conv2d.square(8, 64, 1, 1, 0, 2), y);
    z = net.add("d.relu", new Op.Relu6(), z);
    z = normalized(net, "d.depthwise", Op.Conv2d.square(64, 64, 3, 1, 1, 64), z);
    z = net.add("d.depthwise.relu", new Op.Relu6(), z);
    z = normalized(net, "d.project", Op.Conv2d.square(64, 8, 1, 1, 0, 2), z);
    y = net.add("d.add", new Op.Add(), y, z);
    x = normalized(net, "b", Op.Conv2d.square(8, 64, 1, 1, 0, 2), y);
    x = normalized(net, "b.depthwise", Op.Conv2d.square(64, 64, 3, 2, 1, 64), x);
    y = normalized(net, "c", Op.Conv2d.square(8, 64, 1, 1, 0, 1), y);
    String twice = normalized(net, "c.depthwise", Op.Conv2d.square(64, 64, 3, 1, 1, 64), y);
    y = net.add("c.add", new Op.Add(), y, twice);
    y = normalized(net, "c.shrink", Op.Conv2d.square(64, 64, 3, 2, 1, 64), y);
    x = net.add("add", new Op.Add(), x, y);
    x = net.add("relu", new Op.Relu(), x);
    x = net.add("pool", new Op.GlobalAveragePool(), x);
    net.add("fc", new Op.Linear(64, 5, true, 2), x);
    return net.build();
  }

  /** Every operation that one network can have. */
  public static Network everyOperation() {
    var net = Network.builder("every-operation");
    String image = net.input(2, 11, 9);
    String x = net.add("conv", new Op.Conv2d(2, 8, 3, 2, 1, 1, 2, 1, 2, 1, 1, true), image);
    x = net.add("norm", new Op.BatchNorm(8, 1e-3f), x);
    x = net.add("relu6", new Op.Relu6(), x);
    String max = net.add("max", new Op.MaxPool(3, 2, 1), x);
    String average = net.add("average", new Op.AveragePool(3, 2, 1), x);
    x = net.add("concat", new Op.Concat(), max, average);
    x = net.add("shuffle", new Op.ChannelShuffle(2), x);
    String half = net.add("half", new Op.ChannelSlice(5, 8), x);
    String other = net.add("other", new Op.ChannelSlice(0, 8), x);
    x = net.add("halves", new Op.Concat(), half, other);
    String depthwise = net.add("depthwise", Op.Conv2d.square(16, 16, 3, 1, 1, 16), x);
    x = net.add("add", new Op.Add(), x, depthwise);
    x = net.add("relu", new Op.Relu(), x);
    x = net.add("pad", new Op.PadShortcut(24, 2, 2), x);
    String vector = net.add("pool", new Op.GlobalAveragePool(), x);
    vector = net.add("pool.norm", new Op.BatchNorm(24, 1e-5f), vector);
    String small = net.add("small", new Op.Linear(24, 5, true, 3), vector);
    small = net.add("small.relu6", new Op.Relu6(), small);
    String flat = net.add("flat", new Op.Flatten(), x);
    String large = net.add("large", new Op.Linear(216, 5, false, 1), flat);
    net.add("logits", new Op.Add(), small, large);
    return net.build();
  }

  /** What a compiler of graphs may get wrong: each line is a case of its own. */
  public static Network branches() {
    var net = Network.builder("branches");
    String image = net.input(4, 6, 6);
    String x = net.add("norm.without.conv", new Op.BatchNorm(4, 1e-5f), image);
    // Read by two nodes, so its batch norm cannot be folded.
    String twice = net.add("twice", Op.Conv2d.square(4, 4, 3, 1, 1, 1), x);
    String norm = net.add("twice.norm", new Op.BatchNorm(4, 1e-5f), twice);
    // Two convolutions in front of one add.
    String left = normalized(net, "left", Op.Conv2d.square(4, 4, 1, 1, 0, 2), twice);
    String right = normalized(net, "right", Op.Conv2d.square(4, 4, 1, 1, 0, 1), norm);
    x = net.add("sum", new Op.Add(), left, right);
    x = net.add("sum.relu6", new Op.Relu6(), x);
    // One node on both sides of an add.
    String doubled = net.add("double.conv", Op.Conv2d.square(4, 4, 3, 1, 1, 4), x);
    doubled = net.add("double", new Op.Add(), doubled, doubled);
    // An activation before the add instead of behind it.
    String early = normalized(net, "early", Op.Conv2d.square(4, 4, 3, 1, 1, 1), doubled);
    early = net.add("early.relu", new Op.Relu(), early);
    x = net.add("late.sum", new Op.Add(), early, doubled);
    // A second activation, a convolution whose addend is the image itself.
    x = net.add("relu.one", new Op.Relu(), x);
    x = net.add("relu.two", new Op.Relu6(), x);
    x = net.add("last", Op.Conv2d.square(4, 4, 3, 1, 1, 1), x);
    x = net.add("last.sum", new Op.Add(), image, x);
    // An add behind an add.
    x = net.add("sum.of.sum", new Op.Add(), x, norm);
    // A flattened value that is read after its source's other readers.
    String flat = net.add("flat", new Op.Flatten(), x);
    String pooled = net.add("pooled", new Op.GlobalAveragePool(), x);
    String a = net.add("fc.flat", new Op.Linear(144, 3, true, 1), flat);
    String b = net.add("fc.pooled", new Op.Linear(4, 3, true, 2), pooled);
    net.add("logits", new Op.Add(), a, b);
    return net.build();
  }

  /** Batch norms of {@code [n, features]}: behind linear layers, and of the logits. */
  public static Network featureNorms() {
    Network.Builder net = Network.builder("feature-norms");
    String x = net.add("conv", Op.Conv2d.square(2, 6, 3, 1, 0, 1), net.input(2, 6, 5));
    x = net.add("relu1", new Op.Relu(), x);
    x = net.add("norm1", new Op.BatchNorm(6, Op.BatchNorm.DEFAULT_EPSILON), x);
    x = net.add("flatten", new Op.Flatten(), x);
    x = net.add("fc1", new Op.Linear(72, 7, true, 1), x);
    x = net.add("norm2", new Op.BatchNorm(7, 0.01f), x);
    x = net.add("relu2", new Op.Relu(), x);
    x = net.add("fc2", new Op.Linear(7, 5, true, 1), x);
    net.add("norm3", new Op.BatchNorm(5, Op.BatchNorm.DEFAULT_EPSILON), x);
    return net.build();
  }

  /** No convolution at all, and steps that may write over their input. */
  public static Network onlyElementwise() {
    var net = Network.builder("only-elementwise");
    String image = net.input(2, 3, 5);
    String x = net.add("relu6", new Op.Relu6(), image);
    x = net.add("add", new Op.Add(), x, image);
    net.add("relu", new Op.Relu(), x);
    return net.build();
  }

  /** The output is a map, and the step that computes it takes an add and an activation along. */
  public static Network endsInConvolution() {
    var net = Network.builder("ends-in-convolution");
    String image = net.input(8, 5, 5);
    String x = normalized(net, "conv", Op.Conv2d.square(8, 8, 3, 1, 1, 2), image);
    x = net.add("add", new Op.Add(), x, image);
    net.add("relu", new Op.Relu(), x);
    return net.build();
  }

  /** The output shares its memory with the step before. */
  public static Network endsInFlatten() {
    var net = Network.builder("ends-in-flatten");
    String x = net.add("conv", Op.Conv2d.square(2, 3, 3, 2, 0, 1), net.input(2, 7, 7));
    net.add("flat", new Op.Flatten(), x);
    return net.build();
  }

  private static String normalized(Network.Builder net, String name, Op.Conv2d conv, String x) {
    String y = net.add(name, conv, x);
    return net.add(name + ".norm", new Op.BatchNorm(conv.outChannels(), 1e-5f), y);
  }

  /** The names of the parameters of one role, for tests that change them. */
  public static List<String> names(Network network, Role role) {
    return network.parameters().stream()
        .filter(parameter -> parameter.role() == role)
        .map(Parameter::name)
        .toList();
  }
}
