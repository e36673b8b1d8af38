package io.dfsnet.nn.models;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;

/**
 * The residual networks of "Deep Residual Learning" (He et al., 2016): a stem, stages of blocks of
 * which each stage doubles the channels and all but the first halve the map, the mean of each map,
 * and one linear layer.
 *
 * <pre>
 *        x ----------------------------------------.
 *        |                                         | identity, or the shortcut
 *        conv1 3x3 - bn1 - relu1 - conv2 3x3 - bn2 - add - relu2                       basic
 *
 *        conv1 1x1 - bn1 - relu1 - conv2 3x3 - bn2 - relu2 - conv3 1x1 - bn3 - add - relu3
 *                                                                                 bottleneck
 * </pre>
 *
 * A bottleneck has its stride in the 3x3 convolution, as torchvision has it; the paper has it in
 * the first. Nodes are named as torchvision names them, so that weights trained elsewhere find
 * their place.
 */
final class ResNet {
  /** How much wider a bottleneck's output is than what its 3x3 convolution sees. */
  private static final int EXPANSION = 4;

  private static final int CIFAR_WIDTH = 16;
  private static final int IMAGENET_WIDTH = 64;

  private final Network.Builder network;
  private final Layers layers;
  private final Variant variant;
  private final boolean bottleneck;

  private ResNet(Variant variant, boolean bottleneck) {
    this.network = variant.begin();
    this.layers = new Layers(network);
    this.variant = variant;
    this.bottleneck = bottleneck;
  }

  /** For 32x32 images (section 4.2): a 3x3 stem and three stages of n blocks, 6n + 2 layers. */
  static Network cifar(Variant variant, int blocksPerStage) {
    var model = new ResNet(variant, false);
    int width = variant.firstStage(CIFAR_WIDTH);
    String stem = model.stem(width, 3, 1);
    return model.body(stem, width, blocksPerStage, blocksPerStage, blocksPerStage);
  }

  /** For 224x224 images (section 4.1), with blocks of two convolutions. */
  static Network basic(Variant variant, int... blocksPerStage) {
    return imageNet(new ResNet(variant, false), blocksPerStage);
  }

  /** For 224x224 images (section 4.1), with blocks of three convolutions. */
  static Network bottleneck(Variant variant, int... blocksPerStage) {
    return imageNet(new ResNet(variant, true), blocksPerStage);
  }

  /** The small form has the stem of the networks for 32x32 images. */
  private static Network imageNet(ResNet model, int... blocksPerStage) {
    int width = model.variant.firstStage(IMAGENET_WIDTH);
    if (model.variant.small()) {
      return model.body(model.stem(width, 3, 1), width, blocksPerStage);
    }
    String stem = model.stem(width, 7, 2);
    String pooled = model.network.add("maxpool", new Op.MaxPool(3, 2, 1), stem);
    return model.body(pooled, width, blocksPerStage);
  }

  private String stem(int width, int kernel, int stride) {
    Op.Conv2d conv = Layers.same(variant.imageChannels(), width, kernel, stride);
    String x = layers.normalized("conv1", "bn1", conv, "input");
    return network.add("relu", new Op.Relu(), x);
  }

  private Network body(String stem, int width, int... blocksPerStage) {
    String x = stem;
    int in = width;
    for (int stage = 0; stage < blocksPerStage.length; stage++) {
      int inner = width << stage;
      for (int block = 0; block < blocksPerStage[stage]; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = block("layer" + (stage + 1) + "." + block + ".", x, in, inner, stride);
        in = bottleneck ? EXPANSION * inner : inner;
      }
    }
    String pooled = network.add("avgpool", new Op.GlobalAveragePool(), x);
    network.add("fc", new Op.Linear(in, variant.classes(), true, 1), pooled);
    return network.build();
  }

  private String block(String prefix, String x, int in, int inner, int stride) {
    int out = bottleneck ? EXPANSION * inner : inner;
    String y = x;
    if (bottleneck) {
      y = activated(prefix, 1, Layers.pointwise(in, inner), y);
      y = activated(prefix, 2, Layers.same(inner, inner, 3, stride), y);
      y = normalized(prefix, 3, Layers.pointwise(inner, out), y);
    } else {
      y = activated(prefix, 1, Layers.same(in, out, 3, stride), y);
      y = normalized(prefix, 2, Layers.same(out, out, 3, 1), y);
    }
    String around = in == out && stride == 1 ? x : shortcut(prefix, x, in, out, stride);
    String sum = network.add(prefix + "add", new Op.Add(), y, around);
    return network.add(prefix + (bottleneck ? "relu3" : "relu2"), new Op.Relu(), sum);
  }

  private String shortcut(String prefix, String x, int in, int out, int stride) {
    return switch (variant.shortcut()) {
      case PAD -> network.add(prefix + "shortcut", new Op.PadShortcut(out, stride, 1), x);
      case PROJECTION ->
          layers.normalized(
              prefix + "downsample.0", prefix + "downsample.1", Layers.same(in, out, 1, stride), x);
    };
  }

  private String activated(String prefix, int number, Op.Conv2d conv, String x) {
    return network.add(
        prefix + "relu" + number, new Op.Relu(), normalized(prefix, number, conv, x));
  }

  private String normalized(String prefix, int number, Op.Conv2d conv, String x) {
    return layers.normalized(prefix + "conv" + number, prefix + "bn" + number, conv, x);
  }
}
