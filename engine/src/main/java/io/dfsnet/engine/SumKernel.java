package io.dfsnet.engine;

/**
 * A micro-kernel of the forward pass and of backward to data: the shifted-plane sum
 *
 * <pre>
 * out[m][p] = sum over k of weights[k][m] * planes[offsets[k] + p]
 * </pre>
 *
 * for {@code rows()} output channels {@code m} and runs of positions {@code p}. Every element is
 * one chain of fused multiply-adds over ascending {@code k} that starts at +0, in every kernel:
 * that is the canonical order, so all kernels give the same bits.
 */
interface SumKernel extends TileKernel {
  void run(Call call);

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    float[] planes;
    int planesAt;

    /** For each {@code k} where its plane stands relative to {@code planesAt}. */
    int[] offsets;

    /** How many products an element sums. */
    int reduction;

    /** The tile's weights, {@code [reduction][rows()]} from {@code weightsAt} on. */
    float[] weights;

    int weightsAt;

    float[] out;
    int outAt;

    /** From an output channel to the next. */
    int outChannelSize;

    Positions positions;

    /** The first run of the positions to compute. */
    int firstRun;

    /** Behind the last run to compute. */
    int endRun;

    /** Room for the sums of a run and for runs of planes, where registers do not do. */
    final float[][] sums;

    final float[][] copies;

    /**
     * @param lanes the longest run
     */
    Call(int lanes) {
      this.sums = new float[LARGEST_TILE][lanes];
      this.copies = new float[LARGEST_TILE][lanes];
    }

    /** Forgets the caller's arrays. */
    void release() {
      planes = null;
      weights = null;
      out = null;
    }

    private static final int LARGEST_TILE = 8;
  }
}
