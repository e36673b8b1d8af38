package io.dfsnet.nn.train;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Seeds;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Trains on mixtures of two images, whose targets are mixed alike ("mixup: Beyond Empirical Risk
 * Minimization", Zhang et al., 2018). The batch is mixed with itself in reverse, which is as good
 * as any other order, because batches are shuffled. One weight w serves the whole batch:
 *
 * <pre>
 * image[i] = w * image[i] + (1 - w) * image[n - 1 - i]        w from Beta(alpha, alpha)
 * </pre>
 *
 * <p>Images i and n - 1 - i make two mixtures, one with w and one with 1 - w, so w and 1 - w give
 * the same batch in another order. The larger of both is taken: the label of image i is then the
 * one that weighs more in mixture i.
 *
 * @param alpha both parameters of the Beta distribution; 0 mixes nothing
 * @param seed of the weights; every step has a stream of its own
 */
record Mixup(float alpha, long seed) {
  static final Mixup NONE = new Mixup(0f, 0);

  /** How much of its own image a mixture has in a step, 0.5 to 1. */
  float weight(int epoch, int step) {
    if (alpha == 0) {
      return 1f;
    }
    RandomGenerator random = Seeds.random(seed, "mixup", epoch, step);
    double left = logGamma(random);
    double right = logGamma(random);
    // left / (left + right) of both Gamma numbers, which may be too small for a double.
    double weight = 1 / (1 + StrictMath.exp(right - left));
    return (float) Math.max(weight, 1 - weight);
  }

  /** Mixes a batch's images in place. */
  void mix(Tensor images, int epoch, int step) {
    float weight = weight(epoch, step);
    if (weight == 1f) {
      return;
    }
    int n = images.shape().size(0);
    int elements = images.shape().elements() / n;
    for (int image = 0; image < n / 2; image++) {
      blend(images.data(), image * elements, (n - 1 - image) * elements, elements, weight);
    }
  }

  /**
   * The targets of a mixed batch.
   *
   * @param labels of the images before they were mixed
   * @return {@code [n, classes]}
   */
  static float[] targets(int[] labels, int classes, float smoothing, float weight) {
    int n = labels.length;
    float[] targets = new float[n * classes];
    Arrays.fill(targets, smoothing / classes);
    for (int i = 0; i < n; i++) {
      targets[i * classes + labels[i]] += (1 - smoothing) * weight;
      targets[i * classes + labels[n - 1 - i]] += (1 - smoothing) * (1 - weight);
    }
    return targets;
  }

  private static void blend(float[] pixels, int left, int right, int elements, float weight) {
    for (int i = 0; i < elements; i++) {
      float a = pixels[left + i];
      float b = pixels[right + i];
      pixels[left + i] = weight * a + (1 - weight) * b;
      pixels[right + i] = weight * b + (1 - weight) * a;
    }
  }

  /**
   * The logarithm of a number from Gamma(alpha, 1), by the method of Marsaglia and Tsang (2000) for
   * alpha + 1 and their step down to alpha.
   */
  private double logGamma(RandomGenerator random) {
    double d = alpha + 1 - 1.0 / 3;
    double c = 1 / StrictMath.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double root = 1 + c * x;
      if (root > 0) {
        double v = root * root * root;
        double u = 1 - random.nextDouble();
        if (StrictMath.log(u) < x * x / 2 + d * (1 - v + StrictMath.log(v))) {
          return StrictMath.log(d * v) + StrictMath.log(1 - random.nextDouble()) / alpha;
        }
      }
    }
  }
}
