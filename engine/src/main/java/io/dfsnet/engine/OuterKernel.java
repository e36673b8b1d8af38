package io.dfsnet.engine;

/**
 * A micro-kernel of backward to weights: the outer product of gradient and planes, summed over
 * positions,
 *
 * <pre>
 * sums[m][k] += sum over p of gradient[m][p] * planes[offsets[k] + p]
 * </pre>
 *
 * for {@code rows()} output channels {@code m} and {@code taps()} consecutive {@code k}. Lanes add
 * up positions separately and are added to each other once at the end, in a fixed order; the result
 * depends on the number of lanes but on nothing else.
 */
interface OuterKernel {
  /** Tile and instruction set, as {@code m4k6__simd512}. */
  String name();

  /** How many output channels the kernel computes at once. */
  int rows();

  void run(Call call);

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    float[] gradient;
    int gradientAt;

    /** From an output channel to the next. */
    int gradientChannelSize;

    float[] planes;
    int planesAt;

    /** For each {@code k} where its plane stands relative to {@code planesAt}. */
    int[] offsets;

    /** How many products a position takes part in: the length of a row of {@code sums}. */
    int reduction;

    /** {@code [rows()][reduction]} from {@code sumsAt} on. */
    float[] sums;

    int sumsAt;

    /** Map starts point into the gradient. */
    Positions positions;

    /** How many runs of the positions to sum over. */
    int runs;

    /** Room for the accumulators of a tile while their lanes are added up. */
    final float[] lanes = new float[MAXIMUM_TILE * MAXIMUM_LANES];
  }

  int MAXIMUM_TILE = 24;
  int MAXIMUM_LANES = 16;
}
