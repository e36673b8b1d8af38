package io.dfsnet.engine;

/**
 * A kernel of depthwise convolutions: 3x3 sums of one source map each, straight from the source and
 * with the epilogue. Every element is one chain of fused multiply-adds over ascending taps that
 * starts at +0, taps on the padding included, as in {@link SumKernel}.
 */
interface DepthwiseKernel {
  /** Tile and instruction set, as {@code k3s1m1__simd512}. */
  String name();

  /** True if the kernel can run a walk. */
  boolean admits(RowWalk walk);

  /** Cuts the columns of the result into strips as wide as the kernel takes at once. */
  Strip[] strips(RowWalk walk);

  /** How many elements before a map and behind it a kernel may touch and keep as they are. */
  int reach(RowWalk walk);

  void run(Call call);

  /**
   * Columns of the result that a kernel computes together, from the first row to the last.
   *
   * @param column the column in lane 0
   * @param loads for each vector that a row needs the lanes to load, as bits; the others are zero
   * @param stores for each vector of results the lanes to store, as bits
   */
  record Strip(int column, long[] loads, long[] stores) {}

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    final RowWalk walk;
    final Strip[] strips;

    /** How many neighbouring channels of the result read the same source map. */
    final int multiplier;

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

    float floor;
    float ceiling;

    Call(RowWalk walk, Strip[] strips, int multiplier) {
      this.walk = walk;
      this.strips = strips;
      this.multiplier = multiplier;
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

    /** True if the sums do not stay as they are. */
    boolean hasEpilogue() {
      return bias != null || floor != Float.NEGATIVE_INFINITY;
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
