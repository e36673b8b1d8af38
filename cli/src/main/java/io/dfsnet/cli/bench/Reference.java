package io.dfsnet.cli.bench;

import io.dfsnet.engine.Conv2dGeometry;

/**
 * The results as the definitions have them, in plain loops that add in double. Not the code under
 * test, and nothing of it: no planes, no tiles, no vectors.
 */
final class Reference {
  private Reference() {}

  /** The output of a convolution; see {@link Conv2dGeometry} for the formula. */
  static double[] forward(Conv2dGeometry geometry, float[] input, float[] weights) {
    int step = geometry.strideWidth();
    double[] output = new double[geometry.outShape().elements()];
    forEachRow(
        geometry,
        (in, weight, out, count) -> {
          for (int x = 0; x < count; x++) {
            output[out + x] += (double) weights[weight] * input[in + x * step];
          }
        });
    return output;
  }

  /** The gradient of the input. */
  static double[] backwardData(Conv2dGeometry geometry, float[] gradOutput, float[] weights) {
    int step = geometry.strideWidth();
    double[] gradInput = new double[geometry.inShape().elements()];
    forEachRow(
        geometry,
        (in, weight, out, count) -> {
          for (int x = 0; x < count; x++) {
            gradInput[in + x * step] += (double) weights[weight] * gradOutput[out + x];
          }
        });
    return gradInput;
  }

  /** The gradient of the weights. */
  static double[] backwardWeights(Conv2dGeometry geometry, float[] input, float[] gradOutput) {
    int step = geometry.strideWidth();
    double[] gradWeights = new double[geometry.weightShape().elements()];
    forEachRow(
        geometry,
        (in, weight, out, count) -> {
          for (int x = 0; x < count; x++) {
            gradWeights[weight] += (double) input[in + x * step] * gradOutput[out + x];
          }
        });
    return gradWeights;
  }

  /** The matrix product {@code [m, n]} of {@code a [m, k]} and {@code b [k, n]}. */
  static double[] product(ProductProblem problem, float[] a, float[] b) {
    int n = problem.n();
    double[] c = new double[problem.m() * n];
    for (int row = 0; row < problem.m(); row++) {
      for (int i = 0; i < problem.k(); i++) {
        double left = a[row * problem.k() + i];
        for (int column = 0; column < n; column++) {
          c[row * n + column] += left * b[i * n + column];
        }
      }
    }
    return c;
  }

  /**
   * The products of one weight along one row of the output that read inside the input: output
   * element {@code out + x} and input element {@code in + x * strideWidth}, for x below {@code
   * count}. All are flat indices.
   */
  private interface Row {
    void accept(int in, int weight, int out, int count);
  }

  private static void forEachRow(Conv2dGeometry g, Row row) {
    for (int b = 0; b < g.n(); b++) {
      for (int o = 0; o < g.outChannels(); o++) {
        int firstChannel = o / g.outChannelsPerGroup() * g.inChannelsPerGroup();
        for (int i = 0; i < g.inChannelsPerGroup(); i++) {
          int inPlane = (b * g.inChannels() + firstChannel + i) * g.inHeight() * g.inWidth();
          int outPlane = (b * g.outChannels() + o) * g.outHeight() * g.outWidth();
          int kernel = (o * g.inChannelsPerGroup() + i) * g.kernelHeight() * g.kernelWidth();
          forEachRow(g, inPlane, kernel, outPlane, row);
        }
      }
    }
  }

  /** The rows of one output channel that come from one input channel of one image. */
  private static void forEachRow(Conv2dGeometry g, int inPlane, int kernel, int outPlane, Row row) {
    for (int r = 0; r < g.kernelHeight(); r++) {
      for (int s = 0; s < g.kernelWidth(); s++) {
        int left = s * g.dilationWidth() - g.padWidth();
        // The positions x with 0 <= x * strideWidth + left < inWidth.
        int first = Math.max(0, Math.ceilDiv(-left, g.strideWidth()));
        int end = Math.min(g.outWidth(), Math.ceilDiv(g.inWidth() - left, g.strideWidth()));
        for (int y = 0; y < g.outHeight(); y++) {
          int inRow = y * g.strideHeight() + r * g.dilationHeight() - g.padHeight();
          if (inRow >= 0 && inRow < g.inHeight() && first < end) {
            row.accept(
                inPlane + inRow * g.inWidth() + first * g.strideWidth() + left,
                kernel + r * g.kernelWidth() + s,
                outPlane + y * g.outWidth() + first,
                end - first);
          }
        }
      }
    }
  }
}
