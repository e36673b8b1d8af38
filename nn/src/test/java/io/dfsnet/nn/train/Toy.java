package io.dfsnet.nn.train;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.data.Normalization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** A task that a network of two convolutions learns in a second. */
final class Toy {
  static final int CLASSES = 4;
  private static final int SIZE = 8;

  /** Nothing that a mirror image would contradict. */
  static final TrainingOptions OPTIONS =
      TrainingOptions.DEFAULTS.toBuilder()
          .epochs(3)
          .batch(16)
          .peakRate(0.1f)
          .regularization(new Regularization(5e-4f, 0f))
          .augmentation(new Augmentation(1, false))
          .build();

  private Toy() {}

  /** Noise with one bright square; the class is the quarter of the image that it is in. */
  static ImageSet images(int count, long seed) {
    RandomGenerator random = Seeds.random(seed, "toy");
    byte[] pixels = new byte[count * SIZE * SIZE];
    int[] labels = new int[count];
    for (int image = 0; image < count; image++) {
      labels[image] = random.nextInt(CLASSES);
      int top = labels[image] / 2 * 4;
      int left = labels[image] % 2 * 4;
      for (int i = 0; i < SIZE * SIZE; i++) {
        boolean bright = i / SIZE / 4 * 4 == top && i % SIZE / 4 * 4 == left;
        pixels[image * SIZE * SIZE + i] = (byte) (random.nextInt(80) + (bright ? 120 : 0));
      }
    }
    return new ImageSet(
        "toy",
        CLASSES,
        Shape.of(1, SIZE, SIZE),
        pixels,
        labels,
        Normalization.of(new float[] {0.3f}, new float[] {0.25f}));
  }

  static Network network() {
    var net = Network.builder("toy");
    String x = net.input(1, SIZE, SIZE);
    x = net.add("conv1", Op.Conv2d.square(1, 8, 3, 2, 1, 1), x);
    x = net.add("bn1", new Op.BatchNorm(8, 1e-5f), x);
    x = net.add("relu1", new Op.Relu(), x);
    x = net.add("conv2", Op.Conv2d.square(8, 8, 3, 1, 1, 2), x);
    x = net.add("bn2", new Op.BatchNorm(8, 1e-5f), x);
    x = net.add("relu2", new Op.Relu(), x);
    x = net.add("pool", new Op.MaxPool(2, 2, 0), x);
    x = net.add("flat", new Op.Flatten(), x);
    net.add("fc", new Op.Linear(32, CLASSES, true, 1), x);
    return net.build();
  }

  /** The options with a change. */
  static TrainingOptions with(UnaryOperator<TrainingOptions.Builder> change) {
    return change.apply(OPTIONS.toBuilder()).build();
  }

  static Model model() {
    return Model.initial(network(), 1);
  }

  /** Every value's bits, by name. */
  static Map<String, List<Integer>> bits(Map<String, Tensor> tensors) {
    Map<String, List<Integer>> bits = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          List<Integer> values = new ArrayList<>();
          for (float value : tensor.data()) {
            values.add(Float.floatToRawIntBits(value));
          }
          bits.put(name, values);
        });
    return bits;
  }
}
