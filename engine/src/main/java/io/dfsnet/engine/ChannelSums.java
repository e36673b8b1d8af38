package io.dfsnet.engine;

/**
 * Sums over the elements of each channel of {@code [n, channels, ...]}, planned for one shape. The
 * order of the additions does not depend on the thread count.
 */
public final class ChannelSums {
  private final Shape shape;
  private final int channels;
  private final int plane;
  private final Rows[] chunks;
  private final ChannelKernels kernels = Engine.kernels().channels();

  private ChannelSums(Shape shape) {
    this.shape = shape;
    this.plane = Require.plane("channel sums", shape);
    this.channels = shape.size(1);
    this.chunks = Rows.chunks(shape.size(0), channels, plane);
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

  private double sum(float[] values, int channel) {
    double sum = 0;
    for (Rows chunk : chunks) {
      sum += kernels.sum(values, channel * plane, chunk);
    }
    return sum;
  }
}
