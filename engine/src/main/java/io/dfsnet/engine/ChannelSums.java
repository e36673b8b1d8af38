package io.dfsnet.engine;

/**
 * Sums over the elements of channels.
 *
 * <p>A float sum in order can neither be vectorised nor overlapped by the compiler: every addition
 * waits for the one before. Eight accumulators that take turns give the core eight additions to
 * overlap, which is about as fast as memory delivers. Element {@code i} of a range goes to
 * accumulator {@code i mod 8}, the elements behind the last full eight to the first accumulator; at
 * the end the accumulators are added in pairs. So the order depends on the length alone.
 */
public final class ChannelSums {
  static final int ACCUMULATORS = 8;

  private ChannelSums() {}

  /**
   * The sum over images and positions, as the gradient of a bias per channel: {@code sums[c] = sum
   * of values[n][c][...]}.
   *
   * @param shape of {@code values}, {@code [n, channels, ...]}
   * @param sums one per channel; overwritten
   */
  public static void perChannel(Shape shape, float[] values, float[] sums, Workers workers) {
    int plane = Require.plane("channel sums", shape);
    int images = shape.size(0);
    int channels = shape.size(1);
    Require.shape("channel sums", "values", values, shape);
    Require.length("channel sums", "sums", sums, channels);
    workers.forEach(
        channels,
        channel -> {
          double sum = 0;
          for (int image = 0; image < images; image++) {
            int from = (image * channels + channel) * plane;
            sum += sum(values, from, from + plane);
          }
          sums[channel] = (float) sum;
        });
  }

  /** The sum of {@code x[from .. to)}. */
  static float sum(float[] x, int from, int to) {
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    int i = from;
    for (; i <= to - ACCUMULATORS; i += ACCUMULATORS) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
      s4 += x[i + 4];
      s5 += x[i + 5];
      s6 += x[i + 6];
      s7 += x[i + 7];
    }
    for (; i < to; i++) {
      s0 += x[i];
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  /** The sum of {@code (x - center)^2} over {@code [from, to)}. */
  static float squaredDeviations(float[] x, float center, int from, int to) {
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    int i = from;
    for (; i <= to - ACCUMULATORS; i += ACCUMULATORS) {
      s0 = plusSquare(s0, x[i] - center);
      s1 = plusSquare(s1, x[i + 1] - center);
      s2 = plusSquare(s2, x[i + 2] - center);
      s3 = plusSquare(s3, x[i + 3] - center);
      s4 = plusSquare(s4, x[i + 4] - center);
      s5 = plusSquare(s5, x[i + 5] - center);
      s6 = plusSquare(s6, x[i + 6] - center);
      s7 = plusSquare(s7, x[i + 7] - center);
    }
    for (; i < to; i++) {
      s0 = plusSquare(s0, x[i] - center);
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  /** The sum of {@code g * (x - center)} over {@code [from, to)}. */
  static float productsWithDeviations(float[] g, float[] x, float center, int from, int to) {
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    int i = from;
    for (; i <= to - ACCUMULATORS; i += ACCUMULATORS) {
      s0 = Math.fma(g[i], x[i] - center, s0);
      s1 = Math.fma(g[i + 1], x[i + 1] - center, s1);
      s2 = Math.fma(g[i + 2], x[i + 2] - center, s2);
      s3 = Math.fma(g[i + 3], x[i + 3] - center, s3);
      s4 = Math.fma(g[i + 4], x[i + 4] - center, s4);
      s5 = Math.fma(g[i + 5], x[i + 5] - center, s5);
      s6 = Math.fma(g[i + 6], x[i + 6] - center, s6);
      s7 = Math.fma(g[i + 7], x[i + 7] - center, s7);
    }
    for (; i < to; i++) {
      s0 = Math.fma(g[i], x[i] - center, s0);
    }
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }

  private static float plusSquare(float sum, float x) {
    return Math.fma(x, x, sum);
  }
}
