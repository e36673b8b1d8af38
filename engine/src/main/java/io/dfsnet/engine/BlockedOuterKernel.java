package io.dfsnet.engine;

/**
 * A micro-kernel of backward to weights on {@link ChannelBlocks}: the outer product of input
 * channels and output channels, summed over positions. A vector holds output channels, so a product
 * needs an input channel in all of its lanes (with several groups in the vector, in the lanes of
 * each group the input channel of that group): the input's vector, <i>spread</i>.
 *
 * <pre>
 * sums[t][j][lane] += sum over p of input[p][spread(t, lane)] * gradient[at j + p][lane]
 * </pre>
 *
 * for {@code inputs()} input channels {@code t} and up to {@link #STREAMS} streams {@code j} of the
 * gradient. A stream is a block of output channels, seen through a tap: neighbouring taps read the
 * same gradients one column apart. Every sum is one chain of fused multiply-adds over ascending
 * positions, so nothing but the order of the positions decides on its bits.
 */
interface BlockedOuterKernel extends TileKernel {
  /** How many streams of the gradient a call can have. */
  int STREAMS = 3;

  /** How many input channels of a group the kernel computes at once. */
  int inputs();

  /** True if the lanes of a vector of output channels may belong to that many groups. */
  default boolean admits(int groupsOfVector) {
    return true;
  }

  void run(Call call);

  /**
   * How to spread the input channels of a tile over the lanes of a vector; made when a pass is
   * planned.
   *
   * @param firstLane where the tile's first channel stands in the vector of the input
   * @param groupInputs from there to the first channel of the next group
   * @param groupOutputs how many lanes of the gradient belong to one group
   */
  Spread spread(int firstLane, int groupInputs, int groupOutputs);

  /** A kernel's own; opaque to others. */
  interface Spread {}

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    Spread spread;
    float[] input;
    int inputAt;

    /** From a row of the input to the next. */
    int inputPitch;

    float[] gradient;

    /** Where the streams start. */
    final int[] gradientAt = new int[STREAMS];

    /** From a row of the gradient to the next. */
    int gradientPitch;

    /** How many streams there are. */
    int streams;

    int rows;

    /** How many values of a row to read, a multiple of the lanes. */
    int run;

    /**
     * From a vector of a row to the next: the lanes. A variable, because C2 unrolls loops whose
     * step it knows, and then has more vectors at hand than registers.
     */
    int step;

    float[] sums;

    /** For each stream the sums of its first input channel. */
    final int[] sumsAt = new int[STREAMS];

    /** From an input channel to the next. */
    int sumsPitch;

    /** Room for the sums of a tile. */
    float[] tile;
  }
}
