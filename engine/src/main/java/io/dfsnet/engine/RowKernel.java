package io.dfsnet.engine;

/**
 * A micro-kernel of {@link BlockedSum}: one row of the result of a 3x3 convolution, for one vector
 * of output channels. Every element is one chain of fused multiply-adds from +0 over ascending
 * input channels, kernel rows and kernel columns, products with the padding left out.
 */
interface RowKernel {
  /** Tile and instruction set, as {@code v1p8__simd512}. */
  String name();

  /** How the row lies in the rows of the source. */
  Sampling sampling();

  /** How many groups a vector of output channels spans. */
  int groups();

  /** How many neighbouring positions of a row the kernel computes at once. */
  int positions();

  /** True if the kernel can compute rows of so many positions. */
  boolean admits(int columns);

  /** How many positions it takes tiles to cover a row; the last one repeats some. */
  default int computedPositions(int columns) {
    return Math.ceilDiv(columns, positions()) * positions();
  }

  /** Computes all positions of a row. */
  void run(Call call);

  /**
   * Brings the sums of some rows to the maps of their channels and finishes them.
   *
   * @param positions how many there are in {@code call.sums}
   * @param resultAt where the first position of the first channel goes
   * @param mapSize from a channel to the next
   * @param channel the first one, for the epilogue
   */
  void turn(
      Call call,
      int positions,
      float[] result,
      int resultAt,
      int mapSize,
      Epilogue epilogue,
      int channel);

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    float[] source;

    /** Where the row of the first input channel begins that {@link Sampling#level} says. */
    int sourceAt;

    /** From the source channels of a group to those of the next. */
    int sourcePerGroup;

    /** How many positions a row has. */
    int columns;

    /** How many values a row of the source has. */
    int sourceColumns;

    /** Source rows to add up: those of all input channels that do not lie on the padding. */
    int inputRows;

    /** For each input row where it begins, relative to {@code sourceAt}. */
    int[] sourceOffsets;

    /** For each input row its weights, {@code [3 kernel columns][lanes]} from {@code weightsAt}. */
    int[] weightOffsets;

    float[] weights;
    int weightsAt;

    /** Where the row's sums go, {@code [columns][lanes]}. */
    float[] sums;

    int sumsAt;

    /** Room for a square of vectors. */
    float[] square;

    /** Forgets the caller's arrays. */
    void release() {
      source = null;
      weights = null;
    }
  }
}
