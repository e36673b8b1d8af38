package io.dfsnet.engine;

/**
 * A kernel of {@link DepthwiseOuterProduct}: what 3x3 taps of one channel's weights get from a few
 * images. Vectors are positions, so lanes are added up at the end.
 */
interface DepthwiseOuterKernel {
  /** Tile and instruction set, as {@code k3s1v1__simd512}. */
  String name();

  /** True if the kernel can run a walk. */
  boolean admits(RowWalk walk);

  /** The most columns that a vector computes. */
  int columns();

  /** Leaves the nine sums in the first places of {@code call.lanes}. */
  void run(Call call);

  /**
   * Columns of the output that are a vector.
   *
   * @param column the one in lane 0
   * @param repeated lanes of the gradient that another strip has or that are no columns, as bits
   * @param beside for each load of an input row the lanes that take part in no product, as bits
   */
  record Strip(int column, long repeated, long[] beside) {
    /** Strips that together have every column once. */
    static Strip[] cover(RowWalk walk, int length, int most) {
      var strips = new Strip[Math.ceilDiv(walk.columns(), most)];
      for (int i = 0; i < strips.length; i++) {
        int column = Math.clamp(walk.columns() - most, 0, i * most);
        long repeated = 0;
        for (int lane = 0; lane < length; lane++) {
          boolean isNew = column + lane >= i * most && lane < most;
          repeated |= isNew && column + lane < walk.columns() ? 0 : 1L << lane;
        }
        // Stride 1 loads a vector for each tap column, stride 2 two neighbouring vectors.
        int distance = walk.stride() == 1 ? 1 : length;
        long[] beside = new long[walk.stride() == 1 ? RowWalk.TAPS : 2];
        for (int load = 0; load < beside.length; load++) {
          beside[load] = walk.beside(walk.sourceColumn(column, 0) + load * distance, length);
          if (walk.stride() == 1) {
            beside[load] |= repeated;
          }
        }
        strips[i] = new Strip(column, repeated, beside);
      }
      return strips;
    }
  }

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    final RowWalk walk;
    final Strip[] strips;

    float[] input;

    /** The first image's map. */
    int inputAt;

    /** From the map of an image to that of the next. */
    int inputPitch;

    float[] gradient;
    int gradientAt;
    int gradientPitch;
    int images;

    /** Room for the lanes of all sums, as {@code LaneSums} wants it. */
    final float[] lanes;

    Call(RowWalk walk, Strip[] strips, float[] lanes) {
      this.walk = walk;
      this.strips = strips;
      this.lanes = lanes;
    }

    /** Forgets the caller's arrays. */
    void release() {
      input = null;
      gradient = null;
    }
  }
}
