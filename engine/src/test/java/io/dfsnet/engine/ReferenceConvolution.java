package io.dfsnet.engine;

/**
 * The convolution as its definition has it, in plain loops, accumulating in double. Rules: seven
 * loops, one formula (see {@link Conv2dGeometry}), no planes, no tiles, no blocking; nobody
 * optimises it. Where an engine kernel differs, this is right.
 */
final class ReferenceConvolution {
  private ReferenceConvolution() {}

  static double[] forward(Conv2dGeometry g, float[] input, float[] weights) {
    double[] output = new double[g.outShape().elements()];
    forEachProduct(g, (in, weight, out) -> output[out] += (double) weights[weight] * input[in]);
    return output;
  }

  static double[] backwardData(Conv2dGeometry g, float[] gradOutput, float[] weights) {
    double[] gradInput = new double[g.inShape().elements()];
    forEachProduct(
        g, (in, weight, out) -> gradInput[in] += (double) weights[weight] * gradOutput[out]);
    return gradInput;
  }

  static double[] backwardWeights(Conv2dGeometry g, float[] input, float[] gradOutput) {
    double[] gradWeights = new double[g.weightShape().elements()];
    forEachProduct(
        g, (in, weight, out) -> gradWeights[weight] += (double) input[in] * gradOutput[out]);
    return gradWeights;
  }

  /** Flat indices of an input element, a weight, and the output element that sums their product. */
  interface Product {
    void accept(int in, int weight, int out);
  }

  /** Visits every product inside the input; for an output element in canonical order. */
  static void forEachProduct(Conv2dGeometry g, Product product) {
    for (int b = 0; b < g.n(); b++) {
      for (int o = 0; o < g.outChannels(); o++) {
        int group = o / g.outChannelsPerGroup();
        for (int y = 0; y < g.outHeight(); y++) {
          for (int x = 0; x < g.outWidth(); x++) {
            int out = ((b * g.outChannels() + o) * g.outHeight() + y) * g.outWidth() + x;
            for (int i = 0; i < g.inChannelsPerGroup(); i++) {
              int c = group * g.inChannelsPerGroup() + i;
              for (int r = 0; r < g.kernelHeight(); r++) {
                for (int s = 0; s < g.kernelWidth(); s++) {
                  int row = y * g.strideHeight() - g.padHeight() + r * g.dilationHeight();
                  int column = x * g.strideWidth() - g.padWidth() + s * g.dilationWidth();
                  if (row >= 0 && row < g.inHeight() && column >= 0 && column < g.inWidth()) {
                    int in = ((b * g.inChannels() + c) * g.inHeight() + row) * g.inWidth() + column;
                    int weight =
                        ((o * g.inChannelsPerGroup() + i) * g.kernelHeight() + r) * g.kernelWidth()
                            + s;
                    product.accept(in, weight, out);
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
