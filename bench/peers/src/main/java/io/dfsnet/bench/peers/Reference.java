package io.dfsnet.bench.peers;

import io.dfsnet.engine.Conv2dGeometry;

/**
 * What a work must give, by plain loops over the definition, summed in double precision. Nobody
 * makes these faster by making them cleverer: they are what everybody else is compared with.
 */
final class Reference {
  private Reference() {}

  /**
   * The right result, or null where there is no plain loop for it: whole networks and training,
   * which are compared with our own lane.
   */
  static double[] of(Work work) {
    return switch (work) {
      case Work.Forward(Conv2dGeometry geometry) ->
          forward(geometry, Values.input(geometry), Values.weights(geometry));
      case Work.Backward(Conv2dGeometry geometry) -> backward(geometry);
      case Work.Product product -> product(product, Values.left(product), Values.right(product));
      case Work.Inference _, Work.Training _ -> null;
    };
  }

  /** Called for every product of input and weight: which elements it joins. */
  private interface Tap {
    void join(int input, int weight, int output);
  }

  static double[] forward(Conv2dGeometry geometry, float[] input, float[] weights) {
    double[] output = new double[geometry.outShape().elements()];
    forEachTap(geometry, (in, w, out) -> output[out] += (double) input[in] * weights[w]);
    return output;
  }

  /** The gradient of the input, and behind it the gradient of the weights. */
  private static double[] backward(Conv2dGeometry geometry) {
    float[] input = Values.input(geometry);
    float[] weights = Values.weights(geometry);
    float[] gradOutput = Values.gradOutput(geometry);
    double[] gradients = new double[input.length + weights.length];
    forEachTap(
        geometry,
        (in, w, out) -> {
          gradients[in] += (double) gradOutput[out] * weights[w];
          gradients[input.length + w] += (double) gradOutput[out] * input[in];
        });
    return gradients;
  }

  static double[] product(Work.Product sizes, float[] left, float[] right) {
    int n = sizes.n();
    double[] output = new double[sizes.m() * n];
    for (int row = 0; row < sizes.m(); row++) {
      for (int i = 0; i < sizes.k(); i++) {
        double factor = left[row * sizes.k() + i];
        for (int column = 0; column < n; column++) {
          output[row * n + column] += factor * right[i * n + column];
        }
      }
    }
    return output;
  }

  private static void forEachTap(Conv2dGeometry g, Tap tap) {
    int inPerGroup = g.inChannelsPerGroup();
    int outHeight = g.outHeight();
    int outWidth = g.outWidth();
    for (int image = 0; image < g.n(); image++) {
      for (int o = 0; o < g.outChannels(); o++) {
        int group = o / g.outChannelsPerGroup();
        int outPlane = (image * g.outChannels() + o) * outHeight * outWidth;
        for (int i = 0; i < inPerGroup; i++) {
          int channel = group * inPerGroup + i;
          int inPlane = (image * g.inChannels() + channel) * g.inHeight() * g.inWidth();
          for (int r = 0; r < g.kernelHeight(); r++) {
            for (int s = 0; s < g.kernelWidth(); s++) {
              int weight = ((o * inPerGroup + i) * g.kernelHeight() + r) * g.kernelWidth() + s;
              for (int y = 0; y < outHeight; y++) {
                int row = y * g.strideHeight() - g.padHeight() + r * g.dilationHeight();
                if (row < 0 || row >= g.inHeight()) {
                  continue;
                }
                for (int x = 0; x < outWidth; x++) {
                  int column = x * g.strideWidth() - g.padWidth() + s * g.dilationWidth();
                  if (column >= 0 && column < g.inWidth()) {
                    tap.join(
                        inPlane + row * g.inWidth() + column, weight, outPlane + y * outWidth + x);
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
