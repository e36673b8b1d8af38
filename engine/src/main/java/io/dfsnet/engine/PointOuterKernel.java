package io.dfsnet.engine;

/**
 * A micro-kernel of {@link PointOuterProduct}: the outer product of some input channels and of a
 * vector of output channels seen through three taps, summed over positions
 *
 * <pre>
 * sums[t][j][lane] += sum over p of input[t * CHANNEL_STEP + p] * gradient[p + 1 - j][lane]
 * </pre>
 *
 * for {@code inputs()} channels {@code t} and kernel columns {@code j = 0, 1, 2}. Every sum is one
 * chain of fused multiply-adds over ascending positions.
 */
interface PointOuterKernel extends TileKernel {
  /**
   * From an input channel to the next. A constant, because C2 then needs one register for the
   * addresses of eight channels and not eight; no multiple of a page, so that channels do not meet
   * in one set of a cache.
   */
  int CHANNEL_STEP = 656;

  /** How many input channels the kernel computes at once. */
  int inputs();

  void run(Call call);

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    float[] input;

    /** Where the first channel begins. */
    int inputAt;

    float[] gradient;

    /** Where position 0 begins; a position stands before it, and one behind the last. */
    int gradientAt;

    int positions;

    /** From a position of an input channel to the next: 1, as a variable for C2's sake. */
    final int step = 1;

    float[] sums;
    int sumsAt;

    /** From the sums of an input channel to those of the next. */
    int sumsPitch;
  }
}
