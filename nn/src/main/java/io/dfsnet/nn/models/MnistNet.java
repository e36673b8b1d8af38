package io.dfsnet.nn.models;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;

/**
 * The small network for MNIST that github.com/tracel-ai/burn trains in PyTorch and imports:
 *
 * <pre>
 *  conv1 3x3 - relu1 - conv2 3x3 - relu2 - conv3 3x3 - relu3 - norm1 - flatten
 *    w channels          2w                  3w
 *
 *  - fc1 to 32 - relu4 - fc2 - norm2
 * </pre>
 *
 * with w = 8, and no padding. The second batch norm normalises the logits.
 */
final class MnistNet {
  private static final int WIDTH = 8;
  private static final int CONVOLUTIONS = 3;
  private static final int KERNEL = 3;
  private static final int HIDDEN = 32;

  private MnistNet() {}

  static Network create(Variant variant) {
    Network.Builder network = variant.begin();
    int width = variant.firstStage(WIDTH);
    String x = "input";
    int in = variant.imageChannels();
    for (int i = 1; i <= CONVOLUTIONS; i++) {
      int out = i * width;
      x = network.add("conv" + i, convolution(in, out), x);
      x = network.add("relu" + i, new Op.Relu(), x);
      in = out;
    }
    x = network.add("norm1", new Op.BatchNorm(in, Op.BatchNorm.DEFAULT_EPSILON), x);
    x = network.add("flatten", new Op.Flatten(), x);
    int features = network.shape(x).elements();
    x = network.add("fc1", new Op.Linear(features, HIDDEN, true, 1), x);
    x = network.add("relu4", new Op.Relu(), x);
    x = network.add("fc2", new Op.Linear(HIDDEN, variant.classes(), true, 1), x);
    network.add("norm2", new Op.BatchNorm(variant.classes(), Op.BatchNorm.DEFAULT_EPSILON), x);
    return network.build();
  }

  private static Op.Conv2d convolution(int in, int out) {
    return new Op.Conv2d(in, out, KERNEL, KERNEL, 1, 1, 0, 0, 1, 1, 1, true);
  }
}
