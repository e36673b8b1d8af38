package io.dfsnet.distrib;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Initialization;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Small divided models, images for them, and what one process says about these. */
final class TestModels {
  static final long SEED = 71;

  private TestModels() {}

  /** Three residual blocks of 8, 16 and 32 channels on 16x16 images, two of them fused. */
  static Model residual(int groups) {
    Network whole = Models.create("resnet8-w8", 10, 3, 16, 16, Shortcut.PAD);
    return model(Divider.divide(whole, Division.keep(groups, List.of(0, 2))));
  }

  /**
   * Two linear layers at the end: partial sums meet in an all-reduce, every group has the output.
   */
  static Model sequential(int groups) {
    var network = Network.builder("sequential");
    String x = network.input(3, 8, 8);
    int in = 3;
    for (int i = 0; i < 4; i++) {
      x = network.add("conv" + i, Op.Conv2d.square(in, 16, 3, 1, 1, 1), x);
      x = network.add("norm" + i, new Op.BatchNorm(16, Op.BatchNorm.DEFAULT_EPSILON), x);
      x = network.add("relu" + i, new Op.Relu(), x);
      in = 16;
    }
    x = network.add("pool", new Op.MaxPool(4, 4, 0), x);
    x = network.add("flatten", new Op.Flatten(), x);
    x = network.add("fc1", new Op.Linear(64, 24, true, 1), x);
    x = network.add("fc1.relu", new Op.Relu(), x);
    network.add("fc2", new Op.Linear(24, 7, true, 1), x);
    return model(Divider.divide(network.build(), Division.keep(groups, List.of(1))));
  }

  /** Slices of {@code size} x {@code size} x 4 values, so larger than any small socket buffer. */
  static Model largeSlices(int size) {
    var network = Network.builder("large", 2);
    String x = network.add("a", Op.Conv2d.square(1, 8, 1, 1, 0, 1), network.input(1, size, size));
    x = network.add("b", Op.Conv2d.square(8, 8, 1, 1, 0, 1), x);
    x = network.add("c", Op.Conv2d.square(8, 8, 1, 1, 0, 1), x);
    x = network.add("pool", new Op.GlobalAveragePool(), x);
    network.add("fc", new Op.Linear(8, 5, true, 2), x);
    return model(network.build());
  }

  /** The network with random values everywhere, batch norms and biases included. */
  static Model model(Network network) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      RandomGenerator random = Seeds.random(SEED, parameter.name());
      Tensor tensor = Weights.initial(parameter, Initialization.HE, SEED);
      for (int i = 0; i < tensor.data().length; i++) {
        switch (parameter.role()) {
          case WEIGHT -> {}
          case SCALE, RUNNING_VARIANCE -> tensor.data()[i] = random.nextFloat(0.5f, 1.5f);
          case BIAS, SHIFT, RUNNING_MEAN -> tensor.data()[i] = random.nextFloat(-0.3f, 0.3f);
        }
      }
      tensors.put(parameter.name(), tensor);
    }
    return new Model(network, new Weights(tensors));
  }

  static float[] image(Model model, int number) {
    RandomGenerator random = Seeds.random(SEED, "image", number);
    Network network = model.network();
    float[] image = new float[network.shape(network.input()).elements()];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextGaussian();
    }
    return image;
  }

  /** What one process says. */
  static float[] logits(Model model, float[] image) {
    Network network = model.network();
    float[] logits = new float[network.shape(network.output()).elements()];
    try (Workers workers = new Workers(1)) {
      Session.of(network, model.weights(), 1, workers).run(image, logits);
    }
    return logits;
  }
}
