package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import io.dfsnet.engine.VectorRows.PartialRowTile;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Rows of the gradient of a 3x3 convolution's input with stride 2, as {@link VectorRows}. The
 * result has two positions for each value of the gradient; the even ones get one product with it,
 * the odd ones two:
 *
 * <pre>
 *   gradient row        x[0]             x[1]        ...     x[P / 2]
 *                      /    \          / |   \               /
 *   weights          w1      w2     w0   w1   w2           w0
 *                    |         \   /     |      \         /
 *   sums            s[0]       s[1]     s[2]    s[3] ... s[P - 1]
 * </pre>
 *
 * An even row of the result meets the middle row of the kernel, an odd one the last and the first.
 */
final class VectorUpRows {
  private VectorUpRows() {}

  static List<RowKernel> all() {
    return List.of(new P16(), new P14());
  }

  /** 16 sums, 3 weights and an input. */
  private static final class P16 extends PartialRowTile {
    P16() {
      super(16, Sampling.UP);
    }

    @Override
    void tile(Call call, int at, boolean left, boolean right, int sumsAt) {
      float[] source = call.source;
      float[] weights = call.weights;
      int[] sourceOffsets = call.sourceOffsets;
      int[] weightOffsets = call.weightOffsets;
      var sum0 = FloatVector.zero(SPECIES);
      var sum1 = FloatVector.zero(SPECIES);
      var sum2 = FloatVector.zero(SPECIES);
      var sum3 = FloatVector.zero(SPECIES);
      var sum4 = FloatVector.zero(SPECIES);
      var sum5 = FloatVector.zero(SPECIES);
      var sum6 = FloatVector.zero(SPECIES);
      var sum7 = FloatVector.zero(SPECIES);
      var sum8 = FloatVector.zero(SPECIES);
      var sum9 = FloatVector.zero(SPECIES);
      var sum10 = FloatVector.zero(SPECIES);
      var sum11 = FloatVector.zero(SPECIES);
      var sum12 = FloatVector.zero(SPECIES);
      var sum13 = FloatVector.zero(SPECIES);
      var sum14 = FloatVector.zero(SPECIES);
      var sum15 = FloatVector.zero(SPECIES);
      for (int k = 0; k < call.inputRows; k++) {
        int x = at + sourceOffsets[k];
        int w = call.weightsAt + weightOffsets[k];
        var w0 = FloatVector.fromArray(SPECIES, weights, w);
        var w1 = FloatVector.fromArray(SPECIES, weights, w + LENGTH);
        var w2 = FloatVector.fromArray(SPECIES, weights, w + 2 * LENGTH);
        var x0 = FloatVector.broadcast(SPECIES, source[x]);
        sum0 = w1.lanewise(FMA, x0, sum0);
        sum1 = w2.lanewise(FMA, x0, sum1);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum1 = w0.lanewise(FMA, x1, sum1);
        sum2 = w1.lanewise(FMA, x1, sum2);
        sum3 = w2.lanewise(FMA, x1, sum3);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum3 = w0.lanewise(FMA, x2, sum3);
        sum4 = w1.lanewise(FMA, x2, sum4);
        sum5 = w2.lanewise(FMA, x2, sum5);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum5 = w0.lanewise(FMA, x3, sum5);
        sum6 = w1.lanewise(FMA, x3, sum6);
        sum7 = w2.lanewise(FMA, x3, sum7);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum7 = w0.lanewise(FMA, x4, sum7);
        sum8 = w1.lanewise(FMA, x4, sum8);
        sum9 = w2.lanewise(FMA, x4, sum9);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum9 = w0.lanewise(FMA, x5, sum9);
        sum10 = w1.lanewise(FMA, x5, sum10);
        sum11 = w2.lanewise(FMA, x5, sum11);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum11 = w0.lanewise(FMA, x6, sum11);
        sum12 = w1.lanewise(FMA, x6, sum12);
        sum13 = w2.lanewise(FMA, x6, sum13);
        var x7 = FloatVector.broadcast(SPECIES, source[x + 7]);
        sum13 = w0.lanewise(FMA, x7, sum13);
        sum14 = w1.lanewise(FMA, x7, sum14);
        sum15 = w2.lanewise(FMA, x7, sum15);
        if (right) {
          var behind = FloatVector.broadcast(SPECIES, source[x + 8]);
          sum15 = w0.lanewise(FMA, behind, sum15);
        }
      }
      float[] sums = call.sums;
      sum0.intoArray(sums, sumsAt);
      sum1.intoArray(sums, sumsAt + LENGTH);
      sum2.intoArray(sums, sumsAt + 2 * LENGTH);
      sum3.intoArray(sums, sumsAt + 3 * LENGTH);
      sum4.intoArray(sums, sumsAt + 4 * LENGTH);
      sum5.intoArray(sums, sumsAt + 5 * LENGTH);
      sum6.intoArray(sums, sumsAt + 6 * LENGTH);
      sum7.intoArray(sums, sumsAt + 7 * LENGTH);
      sum8.intoArray(sums, sumsAt + 8 * LENGTH);
      sum9.intoArray(sums, sumsAt + 9 * LENGTH);
      sum10.intoArray(sums, sumsAt + 10 * LENGTH);
      sum11.intoArray(sums, sumsAt + 11 * LENGTH);
      sum12.intoArray(sums, sumsAt + 12 * LENGTH);
      sum13.intoArray(sums, sumsAt + 13 * LENGTH);
      sum14.intoArray(sums, sumsAt + 14 * LENGTH);
      sum15.intoArray(sums, sumsAt + 15 * LENGTH);
    }
  }

  /** 14 sums, 3 weights and an input. */
  private static final class P14 extends PartialRowTile {
    P14() {
      super(14, Sampling.UP);
    }

    @Override
    void tile(Call call, int at, boolean left, boolean right, int sumsAt) {
      float[] source = call.source;
      float[] weights = call.weights;
      int[] sourceOffsets = call.sourceOffsets;
      int[] weightOffsets = call.weightOffsets;
      var sum0 = FloatVector.zero(SPECIES);
      var sum1 = FloatVector.zero(SPECIES);
      var sum2 = FloatVector.zero(SPECIES);
      var sum3 = FloatVector.zero(SPECIES);
      var sum4 = FloatVector.zero(SPECIES);
      var sum5 = FloatVector.zero(SPECIES);
      var sum6 = FloatVector.zero(SPECIES);
      var sum7 = FloatVector.zero(SPECIES);
      var sum8 = FloatVector.zero(SPECIES);
      var sum9 = FloatVector.zero(SPECIES);
      var sum10 = FloatVector.zero(SPECIES);
      var sum11 = FloatVector.zero(SPECIES);
      var sum12 = FloatVector.zero(SPECIES);
      var sum13 = FloatVector.zero(SPECIES);
      for (int k = 0; k < call.inputRows; k++) {
        int x = at + sourceOffsets[k];
        int w = call.weightsAt + weightOffsets[k];
        var w0 = FloatVector.fromArray(SPECIES, weights, w);
        var w1 = FloatVector.fromArray(SPECIES, weights, w + LENGTH);
        var w2 = FloatVector.fromArray(SPECIES, weights, w + 2 * LENGTH);
        var x0 = FloatVector.broadcast(SPECIES, source[x]);
        sum0 = w1.lanewise(FMA, x0, sum0);
        sum1 = w2.lanewise(FMA, x0, sum1);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum1 = w0.lanewise(FMA, x1, sum1);
        sum2 = w1.lanewise(FMA, x1, sum2);
        sum3 = w2.lanewise(FMA, x1, sum3);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum3 = w0.lanewise(FMA, x2, sum3);
        sum4 = w1.lanewise(FMA, x2, sum4);
        sum5 = w2.lanewise(FMA, x2, sum5);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum5 = w0.lanewise(FMA, x3, sum5);
        sum6 = w1.lanewise(FMA, x3, sum6);
        sum7 = w2.lanewise(FMA, x3, sum7);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum7 = w0.lanewise(FMA, x4, sum7);
        sum8 = w1.lanewise(FMA, x4, sum8);
        sum9 = w2.lanewise(FMA, x4, sum9);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum9 = w0.lanewise(FMA, x5, sum9);
        sum10 = w1.lanewise(FMA, x5, sum10);
        sum11 = w2.lanewise(FMA, x5, sum11);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum11 = w0.lanewise(FMA, x6, sum11);
        sum12 = w1.lanewise(FMA, x6, sum12);
        sum13 = w2.lanewise(FMA, x6, sum13);
        if (right) {
          var behind = FloatVector.broadcast(SPECIES, source[x + 7]);
          sum13 = w0.lanewise(FMA, behind, sum13);
        }
      }
      float[] sums = call.sums;
      sum0.intoArray(sums, sumsAt);
      sum1.intoArray(sums, sumsAt + LENGTH);
      sum2.intoArray(sums, sumsAt + 2 * LENGTH);
      sum3.intoArray(sums, sumsAt + 3 * LENGTH);
      sum4.intoArray(sums, sumsAt + 4 * LENGTH);
      sum5.intoArray(sums, sumsAt + 5 * LENGTH);
      sum6.intoArray(sums, sumsAt + 6 * LENGTH);
      sum7.intoArray(sums, sumsAt + 7 * LENGTH);
      sum8.intoArray(sums, sumsAt + 8 * LENGTH);
      sum9.intoArray(sums, sumsAt + 9 * LENGTH);
      sum10.intoArray(sums, sumsAt + 10 * LENGTH);
      sum11.intoArray(sums, sumsAt + 11 * LENGTH);
      sum12.intoArray(sums, sumsAt + 12 * LENGTH);
      sum13.intoArray(sums, sumsAt + 13 * LENGTH);
    }
  }
}
