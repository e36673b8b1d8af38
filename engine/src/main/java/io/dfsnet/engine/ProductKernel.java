package io.dfsnet.engine;

/**
 * A micro-kernel of the matrix product
 *
 * <pre>
 * c[i][j] = sum over k of a[k][i] * b[k][j]
 * </pre>
 *
 * for {@code rows()} rows {@code i} and any number of columns {@code j}. Every element is one chain
 * of fused multiply-adds over ascending {@code k}, so all kernels give the same bits. The rows of
 * the left operand must be neighbours, and so must the columns of the right one and of the result.
 * The left operand is read value by value, and best lies packed, so that {@code aStep} is the
 * number of rows: with more the same values come on more cache lines.
 */
interface ProductKernel extends TileKernel {
  /** How many columns the widest tile holds. */
  int columns();

  /** How many columns there must be at least: a vector. */
  int leastColumns();

  /** How many columns the kernel copies at a time; 0 if it copies none. */
  int longestRun();

  void run(Call call);

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    float[] a;
    int aAt;

    /** From a {@code k} of the left operand to the next. */
    int aStep;

    float[] b;
    int bAt;

    /** From a {@code k} of the right operand to the next. */
    int bStep;

    /** How many products an element sums. */
    int reduction;

    float[] c;
    int cAt;

    /** From a row of the result to the next. */
    int cRow;

    /** At least {@link #leastColumns}; a multiple of it where sums continue. */
    int columns;

    /** If sums start at what stands in {@code c}, not at +0. */
    boolean continues;

    /** Applied to the sums; its channels are rows, from {@code channel} on. */
    Epilogue epilogue = Epilogue.NONE;

    int channel;

    /** Room for runs of sums and of the right operand, where registers do not do. */
    final float[][] sums;

    final float[][] copies;

    /**
     * @param longestRun of columns that a kernel copies; 0 if it copies none
     */
    Call(int longestRun) {
      this.sums = new float[LARGEST_TILE][longestRun];
      this.copies = new float[LARGEST_TILE][longestRun];
    }

    /** Forgets the caller's arrays. */
    void release() {
      a = null;
      b = null;
      c = null;
      epilogue = Epilogue.NONE;
    }

    private static final int LARGEST_TILE = 6;
  }
}
