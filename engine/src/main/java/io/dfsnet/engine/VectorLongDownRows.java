package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import io.dfsnet.engine.VectorRows.PartialRowTile;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * The tiles of {@link VectorDownRows} for 32 registers. A vector of weights serves twice as many
 * positions as in the short tiles, and there are twice as many sums to keep the multipliers busy.
 */
final class VectorLongDownRows {
  private VectorLongDownRows() {}

  static List<RowKernel> all() {
    return List.of(new P16(), new P14());
  }

  /** 16 sums, 3 weights and an input. */
  private static final class P16 extends PartialRowTile {
    P16() {
      super(16, Sampling.DOWN);
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
        var x15 = FloatVector.broadcast(SPECIES, source[x + 15]);
        sum8 = w0.lanewise(FMA, x15, sum8);
        sum7 = w2.lanewise(FMA, x15, sum7);
        var x16 = FloatVector.broadcast(SPECIES, source[x + 16]);
        sum8 = w1.lanewise(FMA, x16, sum8);
        var x17 = FloatVector.broadcast(SPECIES, source[x + 17]);
        sum9 = w0.lanewise(FMA, x17, sum9);
        sum8 = w2.lanewise(FMA, x17, sum8);
        var x18 = FloatVector.broadcast(SPECIES, source[x + 18]);
        sum9 = w1.lanewise(FMA, x18, sum9);
        var x19 = FloatVector.broadcast(SPECIES, source[x + 19]);
        sum10 = w0.lanewise(FMA, x19, sum10);
        sum9 = w2.lanewise(FMA, x19, sum9);
        var x20 = FloatVector.broadcast(SPECIES, source[x + 20]);
        sum10 = w1.lanewise(FMA, x20, sum10);
        var x21 = FloatVector.broadcast(SPECIES, source[x + 21]);
        sum11 = w0.lanewise(FMA, x21, sum11);
        sum10 = w2.lanewise(FMA, x21, sum10);
        var x22 = FloatVector.broadcast(SPECIES, source[x + 22]);
        sum11 = w1.lanewise(FMA, x22, sum11);
        var x23 = FloatVector.broadcast(SPECIES, source[x + 23]);
        sum12 = w0.lanewise(FMA, x23, sum12);
        sum11 = w2.lanewise(FMA, x23, sum11);
        var x24 = FloatVector.broadcast(SPECIES, source[x + 24]);
        sum12 = w1.lanewise(FMA, x24, sum12);
        var x25 = FloatVector.broadcast(SPECIES, source[x + 25]);
        sum13 = w0.lanewise(FMA, x25, sum13);
        sum12 = w2.lanewise(FMA, x25, sum12);
        var x26 = FloatVector.broadcast(SPECIES, source[x + 26]);
        sum13 = w1.lanewise(FMA, x26, sum13);
        var x27 = FloatVector.broadcast(SPECIES, source[x + 27]);
        sum14 = w0.lanewise(FMA, x27, sum14);
        sum13 = w2.lanewise(FMA, x27, sum13);
        var x28 = FloatVector.broadcast(SPECIES, source[x + 28]);
        sum14 = w1.lanewise(FMA, x28, sum14);
        var x29 = FloatVector.broadcast(SPECIES, source[x + 29]);
        sum15 = w0.lanewise(FMA, x29, sum15);
        sum14 = w2.lanewise(FMA, x29, sum14);
        var x30 = FloatVector.broadcast(SPECIES, source[x + 30]);
        sum15 = w1.lanewise(FMA, x30, sum15);
        if (right) {
          var behind = FloatVector.broadcast(SPECIES, source[x + 31]);
          sum15 = w2.lanewise(FMA, behind, sum15);
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
      super(14, Sampling.DOWN);
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
        var x15 = FloatVector.broadcast(SPECIES, source[x + 15]);
        sum8 = w0.lanewise(FMA, x15, sum8);
        sum7 = w2.lanewise(FMA, x15, sum7);
        var x16 = FloatVector.broadcast(SPECIES, source[x + 16]);
        sum8 = w1.lanewise(FMA, x16, sum8);
        var x17 = FloatVector.broadcast(SPECIES, source[x + 17]);
        sum9 = w0.lanewise(FMA, x17, sum9);
        sum8 = w2.lanewise(FMA, x17, sum8);
        var x18 = FloatVector.broadcast(SPECIES, source[x + 18]);
        sum9 = w1.lanewise(FMA, x18, sum9);
        var x19 = FloatVector.broadcast(SPECIES, source[x + 19]);
        sum10 = w0.lanewise(FMA, x19, sum10);
        sum9 = w2.lanewise(FMA, x19, sum9);
        var x20 = FloatVector.broadcast(SPECIES, source[x + 20]);
        sum10 = w1.lanewise(FMA, x20, sum10);
        var x21 = FloatVector.broadcast(SPECIES, source[x + 21]);
        sum11 = w0.lanewise(FMA, x21, sum11);
        sum10 = w2.lanewise(FMA, x21, sum10);
        var x22 = FloatVector.broadcast(SPECIES, source[x + 22]);
        sum11 = w1.lanewise(FMA, x22, sum11);
        var x23 = FloatVector.broadcast(SPECIES, source[x + 23]);
        sum12 = w0.lanewise(FMA, x23, sum12);
        sum11 = w2.lanewise(FMA, x23, sum11);
        var x24 = FloatVector.broadcast(SPECIES, source[x + 24]);
        sum12 = w1.lanewise(FMA, x24, sum12);
        var x25 = FloatVector.broadcast(SPECIES, source[x + 25]);
        sum13 = w0.lanewise(FMA, x25, sum13);
        sum12 = w2.lanewise(FMA, x25, sum12);
        var x26 = FloatVector.broadcast(SPECIES, source[x + 26]);
        sum13 = w1.lanewise(FMA, x26, sum13);
        if (right) {
          var behind = FloatVector.broadcast(SPECIES, source[x + 27]);
          sum13 = w2.lanewise(FMA, behind, sum13);
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
