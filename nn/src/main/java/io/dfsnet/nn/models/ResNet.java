package io.dfsnet.nn.models;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;

/**
 * The residual networks for small images of "Deep Residual Learning" (He et al., 2016, section
 * 4.2): a 3x3 stem, three stages of n blocks with w, 2w and 4w channels, of which the second and
 * third begin with stride 2, the mean of each map, and one linear layer: 6n + 2 layers.
 *
 * <pre>
 *        x ----------------------------------------.
 *        |                                         | identity, or the shortcut
 *        conv1 3x3 - bn1 - relu1 - conv2 3x3 - bn2 - add - relu2
 * </pre>
 *
 * Nodes are named as torchvision names them, so that weights trained elsewhere find their place.
 */
final class ResNet {
  private static final int STAGES = 3;

  private final Network.Builder network;
  private final Shortcut shortcut;

  private ResNet(Network.Builder network, Shortcut shortcut) {
    this.network = network;
    this.shortcut = shortcut;
  }

  static Network create(
      String name,
      int blocksPerStage,
      int width,
      int classes,
      int channels,
      int imageHeight,
      int imageWidth,
      Shortcut shortcut) {
    Network.Builder network = Network.builder(name);
    String image = network.input(channels, imageHeight, imageWidth);
    new ResNet(network, shortcut).body(image, blocksPerStage, channels, width, classes);
    return network.build();
  }

  private void body(String image, int blocksPerStage, int channels, int width, int classes) {
    String stem = convolution("conv1", "bn1", image, channels, width, 3, 1);
    String x = network.add("relu", new Op.Relu(), stem);
    int in = width;
    for (int stage = 0; stage < STAGES; stage++) {
      int out = width << stage;
      for (int block = 0; block < blocksPerStage; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = block("layer" + (stage + 1) + "." + block + ".", x, in, out, stride);
        in = out;
      }
    }
    String pooled = network.add("avgpool", new Op.GlobalAveragePool(), x);
    network.add("fc", new Op.Linear(in, classes, true, 1), pooled);
  }

  private String block(String prefix, String x, int in, int out, int stride) {
    String inner = convolution(prefix + "conv1", prefix + "bn1", x, in, out, 3, stride);
    inner = network.add(prefix + "relu1", new Op.Relu(), inner);
    inner = convolution(prefix + "conv2", prefix + "bn2", inner, out, out, 3, 1);
    String around = in == out && stride == 1 ? x : shortcut(prefix, x, in, out, stride);
    String sum = network.add(prefix + "add", new Op.Add(), inner, around);
    return network.add(prefix + "relu2", new Op.Relu(), sum);
  }

  private String shortcut(String prefix, String x, int in, int out, int stride) {
    return switch (shortcut) {
      case PAD -> network.add(prefix + "shortcut", new Op.PadShortcut(out, stride, 1), x);
      case PROJECTION ->
          convolution(prefix + "downsample.0", prefix + "downsample.1", x, in, out, 1, stride);
    };
  }

  /** A convolution without bias, whose shift the batch norm behind it has, and that batch norm. */
  private String convolution(
      String name, String norm, String x, int in, int out, int kernel, int stride) {
    String y = network.add(name, Op.Conv2d.square(in, out, kernel, stride, kernel / 2, 1), x);
    return network.add(norm, new Op.BatchNorm(out, Op.BatchNorm.DEFAULT_EPSILON), y);
  }
}
