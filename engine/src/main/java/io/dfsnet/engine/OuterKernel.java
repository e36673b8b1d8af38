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
interface OuterKernel extends TileKernel {
  /** How many taps the kernel computes at once. */
  int taps();

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

    /** How many {@code k} to compute, any number. */
    int count;

    /** The sum of row 0 and {@code k} = 0 stands at {@code sumsAt}. */
    float[] sums;

    int sumsAt;

    /** From a row of sums to the next. */
    int sumsPitch;

    /** Map starts point into the gradient. */
    Positions positions;

    /** How many runs of the positions to sum over. */
    int runs;

    /** Room for the vectors of a tile while their lanes are added up. */
    final float[] lanes = new float[LARGEST_TILE * LARGEST_VECTOR];

    /** The plane of {@code k}; a tile at the end of the taps repeats the last one. */
    int planeOf(int k) {
      return planesAt + offsets[Math.min(k, count - 1)];
    }

    /** Adds to a sum, unless it belongs to a repeated plane. */
    void add(int row, int k, float value) {
      if (k < count) {
        sums[sumsAt + row * sumsPitch + k] += value;
      }
    }

    /** Forgets the caller's arrays. */
    void release() {
      gradient = null;
      planes = null;
      sums = null;
    }

    private static final int LARGEST_TILE = 32;
    private static final int LARGEST_VECTOR = 16;
  }
}
