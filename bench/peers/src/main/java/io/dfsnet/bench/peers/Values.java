package io.dfsnet.bench.peers;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Seeds;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** The operands of every work: in every JVM the same, because a name decides their bits. */
final class Values {
  static final long SEED = 1;

  private Values() {}

  /** {@code [n, inChannels, inHeight, inWidth]}. */
  static float[] input(Conv2dGeometry geometry) {
    return uniform("input", geometry.inShape());
  }

  /** {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]}. */
  static float[] weights(Conv2dGeometry geometry) {
    return uniform("weights", geometry.weightShape());
  }

  /** {@code [n, outChannels, outHeight, outWidth]}. */
  static float[] gradOutput(Conv2dGeometry geometry) {
    return uniform("gradOutput", geometry.outShape());
  }

  /** A, {@code [m, k]}. */
  static float[] left(Work.Product product) {
    return uniform("left", Shape.of(product.m(), product.k()));
  }

  /** B, {@code [k, n]}. */
  static float[] right(Work.Product product) {
    return uniform("right", Shape.of(product.k(), product.n()));
  }

  /** Uniform in [-1, 1). */
  static float[] uniform(String name, int count) {
    RandomGenerator random = Seeds.random(SEED, name);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }

  /** Labels of a batch, all classes equally often. */
  static int[] labels(int batch, int classes) {
    return IntStream.range(0, batch).map(image -> image % classes).toArray();
  }

  /** All values of {@code first}, then all of {@code second}. */
  static float[] join(float[] first, float[] second) {
    float[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }

  private static float[] uniform(String name, Shape shape) {
    return uniform(name, shape.elements());
  }
}
