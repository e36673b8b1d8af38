package io.dfsnet.dividefuse;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Initialization;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Small networks of every kind that can be divided, and values for them. */
final class TestNetworks {
  private TestNetworks() {}

  /** Three residual blocks, positions 0 to 2, strides at 1 and 2; 8, 16 and 32 channels. */
  static Network residual(Shortcut shortcut) {
    return Models.create("resnet8-w8", 10, 3, 8, 8, shortcut);
  }

  /** A VGG-like sequence: no Add, five convolutions, pooling, two linear layers. */
  static Network sequential(int classes) {
    var network = Network.builder("vgg");
    String x = network.input(3, 8, 8);
    int in = 3;
    for (int i = 0; i < 5; i++) {
      int out = i < 2 ? 8 : 16;
      x = network.add("conv" + i, Op.Conv2d.square(in, out, 3, 1, 1, 1), x);
      x = network.add("norm" + i, new Op.BatchNorm(out, 1e-5f), x);
      x = network.add("relu" + i, new Op.Relu(), x);
      if (i % 2 == 1) {
        x = network.add("pool" + i, new Op.MaxPool(2, 2, 0), x);
      }
      in = out;
    }
    x = network.add("flatten", new Op.Flatten(), x);
    x = network.add("fc1", new Op.Linear(64, 24, true, 1), x);
    x = network.add("fc1.relu", new Op.Relu(), x);
    network.add("fc2", new Op.Linear(24, classes, true, 1), x);
    return network.build();
  }

  /** Two bottlenecks (wide 32, narrow 8) behind a stem. */
  static Network bottleneck() {
    var network = Network.builder("bottleneck");
    String x = network.add("stem", Op.Conv2d.square(3, 32, 3, 1, 1, 1), network.input(3, 6, 6));
    for (String block : new String[] {"a", "b"}) {
      String y = network.add(block + ".reduce", Op.Conv2d.square(32, 8, 1, 1, 0, 1), x);
      y = network.add(block + ".narrow", Op.Conv2d.square(8, 8, 3, 1, 1, 1), y);
      y = network.add(block + ".expand", Op.Conv2d.square(8, 32, 1, 1, 0, 1), y);
      x = network.add(block + ".add", new Op.Add(), y, x);
    }
    x = network.add("pool", new Op.GlobalAveragePool(), x);
    network.add("fc", new Op.Linear(32, 5, true, 1), x);
    return network.build();
  }

  /** Two inverted residuals (narrow 8, expanded 24, depthwise) with ReLU6, one of them with Add. */
  static Network invertedResidual() {
    var network = Network.builder("inverted");
    String x = network.add("stem", Op.Conv2d.square(3, 8, 3, 2, 1, 1), network.input(3, 10, 10));
    for (int block = 0; block < 2; block++) {
      String name = "block" + block;
      int stride = block == 0 ? 2 : 1;
      String y = network.add(name + ".expand", Op.Conv2d.square(8, 24, 1, 1, 0, 1), x);
      y = network.add(name + ".relu6a", new Op.Relu6(), y);
      y = network.add(name + ".depthwise", Op.Conv2d.square(24, 24, 3, stride, 1, 24), y);
      y = network.add(name + ".relu6b", new Op.Relu6(), y);
      y = network.add(name + ".project", Op.Conv2d.square(24, 8, 1, 1, 0, 1), y);
      x = stride == 1 ? network.add(name + ".add", new Op.Add(), x, y) : y;
    }
    x = network.add("pool", new Op.GlobalAveragePool(), x);
    network.add("fc", new Op.Linear(8, 5, true, 1), x);
    return network.build();
  }

  /** A whole MobileNetV2, narrow and for small images: positions are its ten blocks with an Add. */
  static Network mobileNet() {
    return Models.create("mobilenetv2-w0.5-32", 10, 3, 16, 16, Shortcut.PROJECTION);
  }

  /** A whole ResNet-18, narrow: a 7x7 stem, max pooling, eight blocks. */
  static Network resNet18() {
    return Models.create("resnet18-w8", 10, 3, 32, 32, Shortcut.PROJECTION);
  }

  /** Random values everywhere, batch norms and biases included. */
  static Weights weights(Network network, long seed) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      RandomGenerator random = Seeds.random(seed, parameter.name());
      Tensor tensor = Weights.initial(parameter, Initialization.HE, seed);
      for (int i = 0; i < tensor.data().length; i++) {
        switch (parameter.role()) {
          case WEIGHT -> {}
          case SCALE, RUNNING_VARIANCE -> tensor.data()[i] = random.nextFloat(0.5f, 1.5f);
          case BIAS, SHIFT, RUNNING_MEAN -> tensor.data()[i] = random.nextFloat(-0.3f, 0.3f);
        }
      }
      tensors.put(parameter.name(), tensor);
    }
    return new Weights(tensors);
  }

  /** Random images for a network. */
  static float[] images(Network network, int n, long seed) {
    RandomGenerator random = Seeds.random(seed, "images");
    float[] images = new float[n * network.shape(network.input()).elements()];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextGaussian();
    }
    return images;
  }
}
