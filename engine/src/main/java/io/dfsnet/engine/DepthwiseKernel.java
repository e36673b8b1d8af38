package io.dfsnet.engine;

/**
 * A kernel of depthwise convolutions: 3x3 sums of one source map each, straight from the source and
 * with the epilogue. Every element is one chain of fused multiply-adds over ascending taps that
 * starts at +0, taps on the padding included, as in {@link SumKernel}.
 */
interface DepthwiseKernel {
  /** Tile and instruction set, as {@code k3s1v2__simd512}. */
  String name();

  /** True if the kernel can run a walk. */
  boolean admits(RowWalk walk);

  /** Cuts the columns of the result into strips that the kernel takes at once. */
  Strip[] strips(RowWalk walk);

  /** True if the kernel may write behind a map, less than a vector. */
  boolean overruns(RowWalk walk);

  /**
   * The kernel for bands of maps that lie in the second-level cache and whose sums are finished. It
   * admits what this one does.
   */
  default DepthwiseKernel ofBands() {
    return this;
  }

  /**
   * Runs a call.
   *
   * @return false if the kernel was to finish its sums and has found a NaN, which may be lost: then
   *     the caller has it store bare sums and finishes them
   */
  boolean run(Call call);

  /**
   * Neighbouring vectors of columns of the result, or two that overlap, which a kernel computes
   * together, from the first row to the last.
   *
   * @param columns for each vector the column in lane 0
   * @param left the lanes of the strip's first load that lie beside the map, as bits
   * @param right those of its last load
   * @param stores the lanes of its last vector that are columns of the result, as bits
   */
  record Strip(int[] columns, long left, long right, long stores) {
    /**
     * Strips that together have every column; the last one begins earlier where columns would be
     * left over.
     *
     * @param length of a vector
     * @param most columns that a vector computes
     * @param pairs true if all strips must have two vectors, as far as there is more than one
     */
    static Strip[] cover(RowWalk walk, int length, int most, boolean pairs) {
      int vectors = Math.ceilDiv(walk.columns(), most);
      var strips = new Strip[Math.ceilDiv(vectors, 2)];
      for (int i = 0; i < strips.length; i++) {
        boolean pair = vectors > 2 * i + 1 || pairs && i > 0;
        int[] columns = new int[pair ? 2 : 1];
        for (int v = 0; v < columns.length; v++) {
          int last = walk.columns() - (columns.length - v) * most;
          columns[v] = Math.clamp(last, 0, (2 * i + v) * most);
        }
        strips[i] = of(walk, length, Math.min(most, walk.columns()), columns);
      }
      return strips;
    }

    /**
     * Strips of as many neighbouring vectors as possible; the last one begins earlier where a row
     * has several and columns would be left over.
     *
     * @param length of a vector
     * @param most vectors of a strip
     */
    static Strip[] neighbours(RowWalk walk, int length, int most) {
      int vectors = Math.ceilDiv(walk.columns(), length);
      var strips = new Strip[Math.ceilDiv(vectors, most)];
      for (int i = 0; i < strips.length; i++) {
        int count = Math.min(most, vectors - i * most);
        int[] columns = new int[count];
        int first = Math.clamp(walk.columns() - count * length, 0, i * most * length);
        for (int v = 0; v < count; v++) {
          columns[v] = first + v * length;
        }
        int stored = Math.min(length, walk.columns() - columns[count - 1]);
        strips[i] = of(walk, length, stored, columns);
      }
      return strips;
    }

    private static Strip of(RowWalk walk, int length, int count, int[] columns) {
      // Stride 1 loads a vector for each tap column, stride 2 two neighbouring vectors.
      int toLast = walk.stride() == 1 ? RowWalk.TAPS - 1 : length;
      int first = walk.sourceColumn(columns[0], 0);
      int last = walk.sourceColumn(columns[columns.length - 1], 0) + toLast;
      return new Strip(
          columns, walk.beside(first, length), walk.beside(last, length), (1L << count) - 1);
    }
  }

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    /** How many sums of a strip wait at most: four vectors of 512 bits, for two rows. */
    static final int WAITING = 2 * 4 * 16;

    final RowWalk walk;
    final Strip[] strips;

    /** How many neighbouring channels of the result read the same source map. */
    final int multiplier;

    /** The steps of a walk with stride 1 that a strip takes before it is the next one's turn. */
    int firstStep;

    int endStep;

    /** Where the sums wait that a strip has begun and not completed at {@link #endStep}. */
    final float[] waiting;

    int waitingAt;

    float[] source;

    /** The first source map of the image. */
    int sourceAt;

    /** {@code [channel][9]}. */
    float[] weights;

    float[] result;

    /** The first map of the image's result. */
    int resultAt;

    int firstChannel;
    int endChannel;

    /** For each channel what is added to its sums, or null. */
    float[] bias;

    /** See {@link Activation#floorBits}. */
    int floor;

    int ceiling;

    Call(RowWalk walk, Strip[] strips, int multiplier) {
      this.walk = walk;
      this.strips = strips;
      this.multiplier = multiplier;
      this.endStep = walk.steps();
      this.waiting = new float[strips.length * WAITING];
    }

    /** Where the source map of a result channel begins. */
    int sourceMap(int channel) {
      return sourceAt + channel / multiplier * walk.sourceSize();
    }

    int resultMap(int channel) {
      return resultAt + channel * walk.size();
    }

    /** -0 is the one bias that changes no value. */
    float bias(int channel) {
      return bias == null ? -0f : bias[channel];
    }

    /**
     * Lets the kernel finish its sums, if it can.
     *
     * @return false if the kernel stores bare sums, because an addend comes between bias and
     *     activation, or because it spreads
     */
    boolean finishWith(Epilogue epilogue) {
      boolean can = epilogue.addend() == null && !walk.spreads();
      var activation = can ? epilogue.activation() : Activation.NONE;
      bias = can ? epilogue.bias() : null;
      floor = activation.floorBits();
      ceiling = activation.ceilingBits();
      return can;
    }

    /** True if the sums do not stay as they are. */
    boolean finishes() {
      return bias != null || floor != Activation.NONE.floorBits();
    }

    /** Forgets the caller's arrays. */
    void release() {
      source = null;
      weights = null;
      result = null;
      bias = null;
    }
  }
}
