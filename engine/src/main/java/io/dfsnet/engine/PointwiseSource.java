package io.dfsnet.engine;

/**
 * The source elements that a pointwise convolution reads, {@code [channel][position]} for a group
 * of an image: the maps as they are, or with a stride a copy without what lies between positions.
 */
final class PointwiseSource {
  private final Kernels kernels;
  private final TapGrid taps;
  private final int channels;
  private final float[] gathered;

  float[] values;
  int at;

  PointwiseSource(Kernels kernels, SumProblem problem) {
    this.kernels = kernels;
    this.taps = problem.taps();
    this.channels = problem.sourceChannels();
    this.gathered =
        taps.isIdentity() ? null : new float[channels * taps.positions() + kernels.overrun()];
  }

  /** Points {@code values} and {@code at} to the maps from channel {@code firstChannel} on. */
  void read(float[] source, int firstChannel) {
    int mapSize = taps.sourceHeight() * taps.sourceWidth();
    if (gathered == null) {
      values = source;
      at = firstChannel * mapSize;
      return;
    }
    values = gathered;
    at = 0;
    for (int c = 0; c < channels; c++) {
      kernels.copyRows(
          source,
          (firstChannel + c) * mapSize,
          taps.strideHeight() * taps.sourceWidth(),
          taps.strideWidth(),
          gathered,
          c * taps.positions(),
          taps.columns(),
          taps.rows(),
          0,
          taps.columns());
    }
  }

  /** Forgets the caller's array. */
  void release() {
    values = null;
  }
}
