package io.dfsnet.engine;

/**
 * Sums over the elements of each channel of {@code [n, channels, ...]}, planned for one shape; owns
 * its scratch, so that it serves one call at a time. The order of the additions does not depend on
 * the thread count.
 */
public final class ChannelSums {
  private final Shape shape;
  private final int channels;
  private final BatchBlocks blocks;
  private final double[] sumsOfBlocks;
  private final ChannelKernels kernels = Engine.kernels().channels();

  private ChannelSums(Shape shape) {
    this.shape = shape;
    this.channels = shape.size(1);
    this.blocks = new BatchBlocks(shape.size(0), channels, Require.plane("channel sums", shape));
    this.sumsOfBlocks = new double[blocks.count() * channels];
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
    blocks
        .forward(
            (block, channel, strips, from) ->
                sumsOfBlocks[block * channels + channel] = kernels.sum(values, from, strips))
        .run(workers);
    for (int channel = 0; channel < channels; channel++) {
      double sum = 0;
      for (int block = 0; block < blocks.count(); block++) {
        sum += sumsOfBlocks[block * channels + channel];
      }
      sums[channel] = (float) sum;
    }
  }
}
