package io.dfsnet.nn.models;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;

/**
 * The ResNet-20 of github.com/karanchahal/distiller, for which that project publishes weights. It
 * differs from the paper's ({@link ResNet}) in four ways: a stem of 64 channels, whatever the first
 * stage has; no ReLU behind the sums inside of a stage, one at its end; a projection wherever
 * channels change, so in the first block too; and means of 4x4 pixels, not of whole maps.
 *
 * <pre>
 *  conv1 64 - bn1 - relu - | block  block  block - relu | stage | stage | avgpool 4x4 - flatten - fc
 *
 *  block:   x - conv1 3x3 - bn1 - relu1 - conv2 3x3 - bn2 - add
 *           '---------- downsample, where channels change --'
 * </pre>
 */
final class Distiller {
  private static final int STEM = 64;
  private static final int WIDTH = 16;
  private static final int STAGES = 3;
  private static final int BLOCKS = 3;
  private static final int MEANS = 4;

  private final Network.Builder network;
  private final Layers layers;

  private Distiller(Network.Builder network) {
    this.network = network;
    this.layers = new Layers(network);
  }

  static Network create(Variant variant) {
    var model = new Distiller(variant.begin());
    model.body(variant, variant.firstStage(WIDTH));
    return model.network.build();
  }

  private void body(Variant variant, int width) {
    Op.Conv2d stem = Layers.same(variant.imageChannels(), STEM, 3, 1);
    String x = layers.normalized("conv1", "bn1", stem, "input");
    x = network.add("relu", new Op.Relu(), x);
    int in = STEM;
    for (int stage = 0; stage < STAGES; stage++) {
      String name = "layer" + (stage + 1);
      int out = width << stage;
      for (int block = 0; block < BLOCKS; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        x = block(name + "." + block + ".", x, in, out, stride);
        in = out;
      }
      x = network.add(name + ".relu", new Op.Relu(), x);
    }
    x = network.add("avgpool", new Op.AveragePool(MEANS, MEANS, 0), x);
    x = network.add("flatten", new Op.Flatten(), x);
    int features = network.shape(x).elements();
    network.add("fc", new Op.Linear(features, variant.classes(), true, 1), x);
  }

  private String block(String prefix, String x, int in, int out, int stride) {
    String y =
        layers.normalized(prefix + "conv1", prefix + "bn1", Layers.same(in, out, 3, stride), x);
    y = network.add(prefix + "relu1", new Op.Relu(), y);
    y = layers.normalized(prefix + "conv2", prefix + "bn2", Layers.same(out, out, 3, 1), y);
    String around = x;
    if (in != out || stride != 1) {
      Op.Conv2d projection = Layers.same(in, out, 1, stride);
      around = layers.normalized(prefix + "downsample.0", prefix + "downsample.1", projection, x);
    }
    return network.add(prefix + "add", new Op.Add(), y, around);
  }
}
