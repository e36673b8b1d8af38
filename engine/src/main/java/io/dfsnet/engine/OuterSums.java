package io.dfsnet.engine;

import java.util.stream.IntStream;

/** What backward passes to the weights with vectors over output channels share. */
final class OuterSums {
  private OuterSums() {}

  private static final int MOST_CHUNKS = 4;

  /** Below this many positions a chunk of its own costs more than it brings. */
  private static final int LEAST_CHUNK_POSITIONS = 2048;

  /** 16 MiB for the sums of all chunks. */
  private static final int CHUNK_FLOATS = 4 * 1024 * 1024;

  /**
   * Into how many chunks the batch is cut, each with sums of its own.
   *
   * @param floats how many values the sums of a chunk take up
   */
  static int chunks(Conv2dGeometry geometry, int floats) {
    long positions = (long) geometry.n() * geometry.outHeight() * geometry.outWidth();
    int most = Math.clamp(CHUNK_FLOATS / floats, 1, Math.min(MOST_CHUNKS, geometry.n()));
    return Math.clamp(positions / LEAST_CHUNK_POSITIONS, 1, most);
  }

  /**
   * Stores the sums of a vector of output channels: {@code [input channel][tap][lane]} becomes
   * {@code [output channel][input channel][tap]}.
   */
  static void store(
      Kernels kernels,
      float[] sums,
      int from,
      int lanes,
      Conv2dGeometry geometry,
      int vector,
      float[] weightGradient) {
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
    int[] columns = IntStream.range(0, lanes).toArray();
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
