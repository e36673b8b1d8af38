package io.dfsnet.engine;

import java.util.Arrays;

/** What backward passes to the weights with vectors over output channels share. */
final class OuterSums {
  private static final int MOST_CHUNKS = 4;

  /** Below this many positions a chunk of its own costs more than it brings. */
  private static final int LEAST_CHUNK_POSITIONS = 2048;

  /** 16 MiB for the sums of all chunks. */
  private static final int CHUNK_FLOATS = 4 * 1024 * 1024;

  private final Kernels kernels;
  private final Conv2dGeometry geometry;
  private final int lanes;

  /** 0, 1, 2, ...: a vector of sums becomes a column of the weights. */
  private final int[] columns;

  OuterSums(Kernels kernels, Conv2dGeometry geometry, int lanes) {
    this.kernels = kernels;
    this.geometry = geometry;
    this.lanes = lanes;
    this.columns = new int[lanes];
    Arrays.setAll(columns, lane -> lane);
  }

  /**
   * Into how many chunks the batch is cut, each with sums of its own.
   *
   * @param floats how many values the sums of a chunk take up
   */
  int chunks(int floats) {
    long positions = (long) geometry.n() * geometry.outHeight() * geometry.outWidth();
    int most = Math.clamp(CHUNK_FLOATS / floats, 1, Math.min(MOST_CHUNKS, geometry.n()));
    return Math.clamp(positions / LEAST_CHUNK_POSITIONS, 1, most);
  }

  /**
   * Stores the sums of a vector of output channels: {@code [input channel][tap][lane]} becomes
   * {@code [output channel][input channel][tap]}.
   */
  void store(float[] sums, int from, int vector, float[] weightGradient) {
    int reduction = geometry.reduction();
    int first = vector * lanes;
    int count = Math.min(lanes, geometry.outChannels() - first);
    if (reduction < lanes) {
      for (int m = 0; m < count; m++) {
        for (int k = 0; k < reduction; k++) {
          weightGradient[(first + m) * reduction + k] = sums[from + k * lanes + m];
        }
      }
      return;
    }
    for (int k = 0; k < reduction; k += lanes) {
      // The last square overlaps the one before it.
      int start = Math.min(k, reduction - lanes);
      kernels.transpose(
          sums,
          from + start * lanes,
          lanes,
          lanes,
          count,
          columns,
          weightGradient,
          first * reduction + start,
          reduction);
    }
  }
}
