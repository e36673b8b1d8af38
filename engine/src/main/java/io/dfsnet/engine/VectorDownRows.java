package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import io.dfsnet.engine.VectorRows.PartialRowTile;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Rows of a 3x3 convolution with stride 2, as {@link VectorRows}. An input value serves one
 * position or two:
 *
 * <pre>
 *   input row      x[-1]  x[0]  x[1]   x[2]  x[3]   ...   x[2P - 1]
 *                     \    |    / \     |    / \           /
 *   weights            w0  w1  w2 w0   w1  w2 w0         w2
 *                        \ | /     \   |   /
 *   sums                  s[0]        s[1]       ...    s[P - 1]
 * </pre>
 */
final class VectorDownRows {
  private VectorDownRows() {}

  static List<RowKernel> all() {
    return List.of(new P8(), new P7());
  }

  /** 8 sums, 3 weights and an input. */
  private static final class P8 extends PartialRowTile {
    P8() {
      super(8, Sampling.DOWN);
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
      for (int k = 0; k < call.inputRows; k++) {
        int x = at + sourceOffsets[k];
        int w = call.weightsAt + weightOffsets[k];
        var w0 = FloatVector.fromArray(SPECIES, weights, w);
        var w1 = FloatVector.fromArray(SPECIES, weights, w + LENGTH);
        var w2 = FloatVector.fromArray(SPECIES, weights, w + 2 * LENGTH);
        if (left) {
          var before = FloatVector.broadcast(SPECIES, source[x - 1]);
          sum0 = w0.lanewise(FMA, before, sum0);
        }
        var x0 = FloatVector.broadcast(SPECIES, source[x]);
        sum0 = w1.lanewise(FMA, x0, sum0);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum1 = w0.lanewise(FMA, x1, sum1);
        sum0 = w2.lanewise(FMA, x1, sum0);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum1 = w1.lanewise(FMA, x2, sum1);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum2 = w0.lanewise(FMA, x3, sum2);
        sum1 = w2.lanewise(FMA, x3, sum1);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum2 = w1.lanewise(FMA, x4, sum2);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum3 = w0.lanewise(FMA, x5, sum3);
        sum2 = w2.lanewise(FMA, x5, sum2);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum3 = w1.lanewise(FMA, x6, sum3);
        var x7 = FloatVector.broadcast(SPECIES, source[x + 7]);
        sum4 = w0.lanewise(FMA, x7, sum4);
        sum3 = w2.lanewise(FMA, x7, sum3);
        var x8 = FloatVector.broadcast(SPECIES, source[x + 8]);
        sum4 = w1.lanewise(FMA, x8, sum4);
        var x9 = FloatVector.broadcast(SPECIES, source[x + 9]);
        sum5 = w0.lanewise(FMA, x9, sum5);
        sum4 = w2.lanewise(FMA, x9, sum4);
        var x10 = FloatVector.broadcast(SPECIES, source[x + 10]);
        sum5 = w1.lanewise(FMA, x10, sum5);
        var x11 = FloatVector.broadcast(SPECIES, source[x + 11]);
        sum6 = w0.lanewise(FMA, x11, sum6);
        sum5 = w2.lanewise(FMA, x11, sum5);
        var x12 = FloatVector.broadcast(SPECIES, source[x + 12]);
        sum6 = w1.lanewise(FMA, x12, sum6);
        var x13 = FloatVector.broadcast(SPECIES, source[x + 13]);
        sum7 = w0.lanewise(FMA, x13, sum7);
        sum6 = w2.lanewise(FMA, x13, sum6);
        var x14 = FloatVector.broadcast(SPECIES, source[x + 14]);
        sum7 = w1.lanewise(FMA, x14, sum7);
        if (right) {
          var behind = FloatVector.broadcast(SPECIES, source[x + 15]);
          sum7 = w2.lanewise(FMA, behind, sum7);
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
    }
  }

  /** 7 sums, 3 weights and an input. */
  private static final class P7 extends PartialRowTile {
    P7() {
      super(7, Sampling.DOWN);
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
      for (int k = 0; k < call.inputRows; k++) {
        int x = at + sourceOffsets[k];
        int w = call.weightsAt + weightOffsets[k];
        var w0 = FloatVector.fromArray(SPECIES, weights, w);
        var w1 = FloatVector.fromArray(SPECIES, weights, w + LENGTH);
        var w2 = FloatVector.fromArray(SPECIES, weights, w + 2 * LENGTH);
        if (left) {
          var before = FloatVector.broadcast(SPECIES, source[x - 1]);
          sum0 = w0.lanewise(FMA, before, sum0);
        }
        var x0 = FloatVector.broadcast(SPECIES, source[x]);
        sum0 = w1.lanewise(FMA, x0, sum0);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum1 = w0.lanewise(FMA, x1, sum1);
        sum0 = w2.lanewise(FMA, x1, sum0);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum1 = w1.lanewise(FMA, x2, sum1);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum2 = w0.lanewise(FMA, x3, sum2);
        sum1 = w2.lanewise(FMA, x3, sum1);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum2 = w1.lanewise(FMA, x4, sum2);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum3 = w0.lanewise(FMA, x5, sum3);
        sum2 = w2.lanewise(FMA, x5, sum2);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum3 = w1.lanewise(FMA, x6, sum3);
        var x7 = FloatVector.broadcast(SPECIES, source[x + 7]);
        sum4 = w0.lanewise(FMA, x7, sum4);
        sum3 = w2.lanewise(FMA, x7, sum3);
        var x8 = FloatVector.broadcast(SPECIES, source[x + 8]);
        sum4 = w1.lanewise(FMA, x8, sum4);
        var x9 = FloatVector.broadcast(SPECIES, source[x + 9]);
        sum5 = w0.lanewise(FMA, x9, sum5);
        sum4 = w2.lanewise(FMA, x9, sum4);
        var x10 = FloatVector.broadcast(SPECIES, source[x + 10]);
        sum5 = w1.lanewise(FMA, x10, sum5);
        var x11 = FloatVector.broadcast(SPECIES, source[x + 11]);
        sum6 = w0.lanewise(FMA, x11, sum6);
        sum5 = w2.lanewise(FMA, x11, sum5);
        var x12 = FloatVector.broadcast(SPECIES, source[x + 12]);
        sum6 = w1.lanewise(FMA, x12, sum6);
        if (right) {
          var behind = FloatVector.broadcast(SPECIES, source[x + 13]);
          sum6 = w2.lanewise(FMA, behind, sum6);
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
    }
  }
}
