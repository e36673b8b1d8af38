package io.dfsnet.engine;

import java.util.Arrays;

/**
 * Sums over the elements of each channel of {@code [n, channels, ...]}, planned for one shape; owns
 * its scratch, so that it serves one call at a time.
 *
 * <p>A sum in a single accumulator can be neither vectorised nor overlapped: every addition waits
 * for the one before. Here a plane is added onto a row of lanes, one per position, up to {@value
 * #LANES}; longer planes go over the row several times. At the end the lanes are added. The order
 * depends on the shape alone.
 *
 * <pre>
 *   image 0, channel c    x0  x1  x2  x3 | x4  x5  x6        4 lanes for planes of 7
 *   image 1, channel c    y0  y1  y2  y3 | y4  y5  y6
 *                          |   |   |   |
 *   lanes                 x0 + x4 + y0 + y4,  x1 + x5 + y1 + y5,  ...
 * </pre>
 *
 * <p>Lanes are double, for accuracy and for speed: C2 vectorises the loop because it knows that a
 * store to a double array changes no float array. With float lanes it would have to assume that it
 * does.
 */
public final class ChannelSums {
  private static final int LANES = 512;

  private final Shape shape;
  private final int images;
  private final int channels;
  private final int plane;
  private final double[][] lanesOfChannels;

  private ChannelSums(Shape shape) {
    this.shape = shape;
    this.plane = Require.plane("channel sums", shape);
    this.images = shape.size(0);
    this.channels = shape.size(1);
    this.lanesOfChannels = new double[channels][Math.min(plane, LANES)];
  }

  /**
   * Plans the sums of one shape.
   *
   * @param shape {@code [n, channels, ...]}
   */
  public static ChannelSums of(Shape shape) {
    return new ChannelSums(shape);
  }

  /**
   * The sum of every channel, as the gradient of a bias that was added to it: {@code sums[c] = sum
   * over n, ... of values[n][c][...]}.
   *
   * @param values of the planned shape
   * @param sums one per channel; overwritten
   */
  public void perChannel(float[] values, float[] sums, Workers workers) {
    Require.shape("channel sums", "values", values, shape);
    Require.length("channel sums", "sums", sums, channels);
    workers.forEach(channels, channel -> sums[channel] = (float) sum(values, channel));
  }

  /** The sum of {@code x} over one channel. Different channels may be summed at the same time. */
  double sum(float[] x, int channel) {
    return total(channel, (from, lanes, count) -> add(x, from, lanes, count));
  }

  /** The sum of {@code (x - center)^2} over one channel. */
  double squaredDeviations(float[] x, double center, int channel) {
    return total(channel, (from, lanes, count) -> addSquares(x, center, from, lanes, count));
  }

  /** The sum of {@code g * (x - center)} over one channel. */
  double productsWithDeviations(float[] g, float[] x, double center, int channel) {
    return total(channel, (from, lanes, count) -> addProducts(g, x, center, from, lanes, count));
  }

  private static void add(float[] x, int from, double[] lanes, int count) {
    for (int j = 0; j < count; j++) {
      lanes[j] += x[from + j];
    }
  }

  private static void addSquares(float[] x, double center, int from, double[] lanes, int count) {
    for (int j = 0; j < count; j++) {
      double deviation = x[from + j] - center;
      lanes[j] = Math.fma(deviation, deviation, lanes[j]);
    }
  }

  private static void addProducts(
      float[] g, float[] x, double center, int from, double[] lanes, int count) {
    for (int j = 0; j < count; j++) {
      lanes[j] = Math.fma((double) g[from + j], x[from + j] - center, lanes[j]);
    }
  }

  /** Adds elements {@code from}, {@code from + 1}, ... to lanes 0, 1, ... */
  @FunctionalInterface
  private interface Addition {
    void onto(int from, double[] lanes, int count);
  }

  private double total(int channel, Addition addition) {
    double[] lanes = lanesOfChannels[channel];
    Arrays.fill(lanes, 0);
    for (int image = 0; image < images; image++) {
      int begin = (image * channels + channel) * plane;
      int end = begin + plane;
      for (int from = begin; from < end; from += lanes.length) {
        addition.onto(from, lanes, Math.min(lanes.length, end - from));
      }
    }
    return total(lanes);
  }

  /** Four sums side by side, so that an addition need not wait for the one before it. */
  private static double total(double[] lanes) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int j = 0;
    for (; j <= lanes.length - 4; j += 4) {
      a += lanes[j];
      b += lanes[j + 1];
      c += lanes[j + 2];
      d += lanes[j + 3];
    }
    for (; j < lanes.length; j++) {
      a += lanes[j];
    }
    return (a + b) + (c + d);
  }
}
