package io.dfsnet.nn.models;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;

/**
 * VGG-16 with batch norms: 13 convolutions of 3x3, 2x2 max pooling behind the second, fourth,
 * seventh, tenth and thirteenth, and three linear layers ("Very Deep Convolutional Networks",
 * Simonyan and Zisserman, 2015, configuration D; "Batch Normalization", Ioffe and Szegedy, 2015).
 *
 * <p>Nodes are named as in torchvision, the gaps in the classifier's numbers included: there stand
 * its two dropouts of 0.5, which do nothing in inference and are left out here, so that training
 * from scratch overfits sooner. The classifier reads the last map as it is, whatever its size;
 * weights of torchvision's need images of 224x224, where that map is 7x7.
 *
 * <p>The small form has 512 hidden features instead of 4096, as in
 * github.com/chenyaofo/pytorch-cifar-models.
 */
final class Vgg {
  /** How many convolutions each of the five stages has, and how many times the first's channels. */
  private static final int[][] STAGES = {{2, 1}, {2, 2}, {3, 4}, {3, 8}, {3, 8}};

  private static final int FIRST_STAGE = 64;
  private static final int HIDDEN = 4096;
  private static final int SMALL_HIDDEN = 512;

  private Vgg() {}

  static Network create(Variant variant) {
    Network.Builder network = variant.begin();
    var layers = new Layers(network);
    int width = variant.firstStage(FIRST_STAGE);
    String x = "input";
    int in = variant.imageChannels();
    int next = 0;
    for (int[] stage : STAGES) {
      for (int i = 0; i < stage[0]; i++) {
        int out = width * stage[1];
        x = layers.activated("features", next, convolution(in, out), new Op.Relu(), x);
        next += 3;
        in = out;
      }
      x = network.add("features." + next++, new Op.MaxPool(2, 2, 0), x);
    }
    Shape map = network.shape(x);
    x = network.add("flatten", new Op.Flatten(), x);
    int hidden = variant.small() ? SMALL_HIDDEN : HIDDEN;
    x = network.add("classifier.0", new Op.Linear(map.elements(), hidden, true, 1), x);
    x = network.add("classifier.1", new Op.Relu(), x);
    x = network.add("classifier.3", new Op.Linear(hidden, hidden, true, 1), x);
    x = network.add("classifier.4", new Op.Relu(), x);
    network.add("classifier.6", new Op.Linear(hidden, variant.classes(), true, 1), x);
    return network.build();
  }

  /** Torchvision's have a bias, although the batch norm behind it takes it away again. */
  private static Op.Conv2d convolution(int in, int out) {
    return new Op.Conv2d(in, out, 3, 3, 1, 1, 1, 1, 1, 1, 1, true);
  }
}
