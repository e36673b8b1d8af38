package io.dfsnet.nn.data;

/**
 * Resizing along one axis with Pillow's bilinear filter: a triangle that, where the image becomes
 * smaller, grows with the scale, so that every input sample counts (antialiasing). In Pillow's
 * fixed-point numbers, so that the bytes are the same: weights of 22 fractional bits, every result
 * rounded to a byte.
 *
 * <pre>
 *   scale = input / output        output sample i lies at centre (i + 1/2) scale of the input
 *   reach = max(scale, 1)         weight of input sample j: max(0, 1 - |j + 1/2 - centre| / reach),
 *                                 divided by the sum of all
 * </pre>
 */
final class Resampling {
  private static final int FRACTION_BITS = 22;

  /** The first input sample of each output sample, and the weights of it and those behind it. */
  private final int[] begins;

  private final int[][] weights;

  private Resampling(int[] begins, int[][] weights) {
    this.begins = begins;
    this.weights = weights;
  }

  /**
   * Resizing from {@code input} to {@code output} samples, of which only {@code count} from {@code
   * from} on are wanted and counted from 0.
   */
  static Resampling bilinear(int input, int output, int from, int count) {
    double scale = (double) input / output;
    double reach = Math.max(scale, 1);
    int[] begins = new int[count];
    int[][] weights = new int[count][];
    for (int i = 0; i < count; i++) {
      double center = (from + i + 0.5) * scale;
      int begin = Math.max((int) (center - reach + 0.5), 0);
      int end = Math.min((int) (center + reach + 0.5), input);
      begins[i] = begin;
      weights[i] = weights(begin, end, center, reach);
    }
    return new Resampling(begins, weights);
  }

  private static int[] weights(int begin, int end, double center, double reach) {
    double[] triangle = new double[end - begin];
    double sum = 0;
    for (int j = 0; j < triangle.length; j++) {
      double distance = Math.abs((begin + j - center + 0.5) * (1 / reach));
      triangle[j] = Math.max(1 - distance, 0);
      sum += triangle[j];
    }
    int[] fixed = new int[triangle.length];
    for (int j = 0; j < fixed.length; j++) {
      fixed[j] = (int) (0.5 + triangle[j] / sum * (1 << FRACTION_BITS));
    }
    return fixed;
  }

  /** The first input sample that any output sample needs. */
  int first() {
    return begins[0];
  }

  /** One behind the last input sample that any output sample needs. */
  int last() {
    return begins[begins.length - 1] + weights[weights.length - 1].length;
  }

  /** Output sample {@code i} of the bytes at {@code from}, {@code from + stride} and so on. */
  byte sample(byte[] bytes, int from, int stride, int i) {
    int[] row = weights[i];
    int at = from + begins[i] * stride;
    int sum = 1 << FRACTION_BITS - 1;
    for (int weight : row) {
      sum += weight * (bytes[at] & 0xff);
      at += stride;
    }
    return (byte) Math.clamp(sum >> FRACTION_BITS, 0, 255);
  }
}
