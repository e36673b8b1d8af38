package io.dfsnet.bench;

import io.dfsnet.engine.Shape;

/**
 * {@code relu(gamma * normalized + beta + shortcut)} and its gradients, in plain loops in double;
 * {@link io.dfsnet.engine.BatchNormalization} has the formulas.
 */
final class BlockTailReference {
  private final Shape maps;
  private final int elements;
  private final double perChannel;
  private final double[] inverseDeviation;
  private final double[] normalized;

  /**
   * @param maps {@code [n, channels, height, width]}
   * @param input of the batch norm
   */
  BlockTailReference(Shape maps, double epsilon, float[] input) {
    this.maps = maps;
    this.elements = maps.elements();
    this.perChannel = elements / (double) maps.size(1);
    this.inverseDeviation = new double[maps.size(1)];
    this.normalized = new double[elements];
    double[] mean = new double[maps.size(1)];
    double[] variance = new double[maps.size(1)];
    for (int i = 0; i < elements; i++) {
      mean[channel(i)] += input[i] / perChannel;
    }
    for (int i = 0; i < elements; i++) {
      double deviation = input[i] - mean[channel(i)];
      variance[channel(i)] += deviation * deviation / perChannel;
    }
    for (int c = 0; c < variance.length; c++) {
      inverseDeviation[c] = 1 / Math.sqrt(variance[c] + epsilon);
    }
    for (int i = 0; i < elements; i++) {
      normalized[i] = (input[i] - mean[channel(i)]) * inverseDeviation[channel(i)];
    }
  }

  double[] output(float[] gamma, float[] beta, float[] shortcut) {
    double[] output = new double[elements];
    for (int i = 0; i < elements; i++) {
      int c = channel(i);
      output[i] = Math.max(0, gamma[c] * normalized[i] + beta[c] + shortcut[i]);
    }
    return output;
  }

  /**
   * The gradient of the input.
   *
   * @param gradSum of what ReLU reads
   */
  double[] gradInput(float[] gamma, float[] gradSum) {
    double[] gradGamma = new double[maps.size(1)];
    double[] gradBeta = new double[maps.size(1)];
    for (int i = 0; i < elements; i++) {
      gradGamma[channel(i)] += gradSum[i] * normalized[i];
      gradBeta[channel(i)] += gradSum[i];
    }
    double[] gradInput = new double[elements];
    for (int i = 0; i < elements; i++) {
      int c = channel(i);
      double centered =
          gradSum[i] - gradBeta[c] / perChannel - normalized[i] * gradGamma[c] / perChannel;
      gradInput[i] = gamma[c] * inverseDeviation[c] * centered;
    }
    return gradInput;
  }

  /**
   * Checks that a result is the reference up to rounding.
   *
   * @throws IllegalStateException naming the first element that is not
   */
  static void requireNear(String what, float[] found, double[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      // Written so that NaN is refused.
      if (!(Math.abs(found[i] - wanted[i]) <= 1e-4 * (1 + Math.abs(wanted[i])))) {
        throw new IllegalStateException(
            "%s: found %s at element %d, the reference is %s"
                .formatted(what, found[i], i, wanted[i]));
      }
    }
  }

  private int channel(int element) {
    return element / (maps.size(2) * maps.size(3)) % maps.size(1);
  }
}
