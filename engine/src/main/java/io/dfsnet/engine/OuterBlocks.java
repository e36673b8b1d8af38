package io.dfsnet.engine;

/**
 * Rows of inputs and of gradients, in {@link ChannelBlocks}, that meet in the sums of a {@link
 * BlockedOuterProduct}. Row {@code i} of the sums adds up products of some rows of inputs with as
 * many rows of gradients:
 *
 * <pre>
 *   KernelRows    sums of kernel row i      input row y * stride + i * dilation - pad    gradient row y
 *   PointRows     sums of point i           point i of tile t of the input               the same of the gradient
 * </pre>
 */
abstract class OuterBlocks {
  /** How the batch is cut; both kinds cut it in a way that depends on the geometry alone. */
  abstract WorkCut cut();

  /** How many rows of sums there are. */
  abstract int sumRows();

  /** The memory of a thread. */
  abstract Loaded newMemory();

  /** Brings sums {@code [input channel][sum row][kernel column][lane]} to rows of the kernel. */
  abstract void toKernelRows(float[] sums, int at, int inputs, int lanes);

  /** Channel blocks of some images and rows; of one thread. */
  abstract static class Loaded {
    /**
     * Brings a piece of the batch into the blocks.
     *
     * @param firstBlock of the input's channels
     * @param firstVector of the gradient's channels
     */
    abstract void load(
        float[] input,
        float[] gradient,
        int block,
        int band,
        int firstBlock,
        int endBlock,
        int firstVector,
        int endVector);

    /** How many rows meet in row {@code i} of the sums. */
    abstract int meeting(int i);

    abstract float[] inputs();

    abstract float[] gradients();

    /** Where the first input row that meets in row {@code i} has a column. */
    abstract int inputAt(int i, int block, int phase, int column);

    /** From a row of the input that meets to the next. */
    abstract int inputPitch();

    abstract int gradientAt(int i, int vector, int column);

    abstract int gradientPitch();

    /** How many images stand side by side. */
    abstract int images();
  }
}
