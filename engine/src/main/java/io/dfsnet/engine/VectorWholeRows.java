package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import io.dfsnet.engine.VectorRows.WholeRowTile;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * The tiles of {@link VectorRows} for rows that are as long as a tile. They have no neighbours to
 * the left and right, and code of their own: with the conditions for neighbours in it, C2 makes
 * four versions of the loop, has one address more than registers, and keeps it in a vector
 * register. The way there and back takes turns of the multipliers, a tenth of the time.
 */
final class VectorWholeRows {
  private VectorWholeRows() {}

  /** For 32 registers. */
  static List<RowKernel> all() {
    return List.of(new W16(), new W14());
  }

  /** 16 sums, 3 weights and an input. */
  private static final class W16 extends WholeRowTile {
    W16() {
      super(16, 1);
    }

    @Override
    public void run(Call call) {
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
        int x = call.sourceAt + sourceOffsets[k];
        int w = call.weightsAt + weightOffsets[k];
        var w0 = FloatVector.fromArray(SPECIES, weights, w);
        var w1 = FloatVector.fromArray(SPECIES, weights, w + LENGTH);
        var w2 = FloatVector.fromArray(SPECIES, weights, w + 2 * LENGTH);
        var x0 = FloatVector.broadcast(SPECIES, source[x]);
        sum1 = w0.lanewise(FMA, x0, sum1);
        sum0 = w1.lanewise(FMA, x0, sum0);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum2 = w0.lanewise(FMA, x1, sum2);
        sum1 = w1.lanewise(FMA, x1, sum1);
        sum0 = w2.lanewise(FMA, x1, sum0);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum3 = w0.lanewise(FMA, x2, sum3);
        sum2 = w1.lanewise(FMA, x2, sum2);
        sum1 = w2.lanewise(FMA, x2, sum1);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum4 = w0.lanewise(FMA, x3, sum4);
        sum3 = w1.lanewise(FMA, x3, sum3);
        sum2 = w2.lanewise(FMA, x3, sum2);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum5 = w0.lanewise(FMA, x4, sum5);
        sum4 = w1.lanewise(FMA, x4, sum4);
        sum3 = w2.lanewise(FMA, x4, sum3);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum6 = w0.lanewise(FMA, x5, sum6);
        sum5 = w1.lanewise(FMA, x5, sum5);
        sum4 = w2.lanewise(FMA, x5, sum4);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum7 = w0.lanewise(FMA, x6, sum7);
        sum6 = w1.lanewise(FMA, x6, sum6);
        sum5 = w2.lanewise(FMA, x6, sum5);
        var x7 = FloatVector.broadcast(SPECIES, source[x + 7]);
        sum8 = w0.lanewise(FMA, x7, sum8);
        sum7 = w1.lanewise(FMA, x7, sum7);
        sum6 = w2.lanewise(FMA, x7, sum6);
        var x8 = FloatVector.broadcast(SPECIES, source[x + 8]);
        sum9 = w0.lanewise(FMA, x8, sum9);
        sum8 = w1.lanewise(FMA, x8, sum8);
        sum7 = w2.lanewise(FMA, x8, sum7);
        var x9 = FloatVector.broadcast(SPECIES, source[x + 9]);
        sum10 = w0.lanewise(FMA, x9, sum10);
        sum9 = w1.lanewise(FMA, x9, sum9);
        sum8 = w2.lanewise(FMA, x9, sum8);
        var x10 = FloatVector.broadcast(SPECIES, source[x + 10]);
        sum11 = w0.lanewise(FMA, x10, sum11);
        sum10 = w1.lanewise(FMA, x10, sum10);
        sum9 = w2.lanewise(FMA, x10, sum9);
        var x11 = FloatVector.broadcast(SPECIES, source[x + 11]);
        sum12 = w0.lanewise(FMA, x11, sum12);
        sum11 = w1.lanewise(FMA, x11, sum11);
        sum10 = w2.lanewise(FMA, x11, sum10);
        var x12 = FloatVector.broadcast(SPECIES, source[x + 12]);
        sum13 = w0.lanewise(FMA, x12, sum13);
        sum12 = w1.lanewise(FMA, x12, sum12);
        sum11 = w2.lanewise(FMA, x12, sum11);
        var x13 = FloatVector.broadcast(SPECIES, source[x + 13]);
        sum14 = w0.lanewise(FMA, x13, sum14);
        sum13 = w1.lanewise(FMA, x13, sum13);
        sum12 = w2.lanewise(FMA, x13, sum12);
        var x14 = FloatVector.broadcast(SPECIES, source[x + 14]);
        sum15 = w0.lanewise(FMA, x14, sum15);
        sum14 = w1.lanewise(FMA, x14, sum14);
        sum13 = w2.lanewise(FMA, x14, sum13);
        var x15 = FloatVector.broadcast(SPECIES, source[x + 15]);
        sum15 = w1.lanewise(FMA, x15, sum15);
        sum14 = w2.lanewise(FMA, x15, sum14);
      }
      float[] sums = call.sums;
      int sumsAt = call.sumsAt;
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
  private static final class W14 extends WholeRowTile {
    W14() {
      super(14, 1);
    }

    @Override
    public void run(Call call) {
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
        int x = call.sourceAt + sourceOffsets[k];
        int w = call.weightsAt + weightOffsets[k];
        var w0 = FloatVector.fromArray(SPECIES, weights, w);
        var w1 = FloatVector.fromArray(SPECIES, weights, w + LENGTH);
        var w2 = FloatVector.fromArray(SPECIES, weights, w + 2 * LENGTH);
        var x0 = FloatVector.broadcast(SPECIES, source[x]);
        sum1 = w0.lanewise(FMA, x0, sum1);
        sum0 = w1.lanewise(FMA, x0, sum0);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum2 = w0.lanewise(FMA, x1, sum2);
        sum1 = w1.lanewise(FMA, x1, sum1);
        sum0 = w2.lanewise(FMA, x1, sum0);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum3 = w0.lanewise(FMA, x2, sum3);
        sum2 = w1.lanewise(FMA, x2, sum2);
        sum1 = w2.lanewise(FMA, x2, sum1);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum4 = w0.lanewise(FMA, x3, sum4);
        sum3 = w1.lanewise(FMA, x3, sum3);
        sum2 = w2.lanewise(FMA, x3, sum2);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum5 = w0.lanewise(FMA, x4, sum5);
        sum4 = w1.lanewise(FMA, x4, sum4);
        sum3 = w2.lanewise(FMA, x4, sum3);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum6 = w0.lanewise(FMA, x5, sum6);
        sum5 = w1.lanewise(FMA, x5, sum5);
        sum4 = w2.lanewise(FMA, x5, sum4);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum7 = w0.lanewise(FMA, x6, sum7);
        sum6 = w1.lanewise(FMA, x6, sum6);
        sum5 = w2.lanewise(FMA, x6, sum5);
        var x7 = FloatVector.broadcast(SPECIES, source[x + 7]);
        sum8 = w0.lanewise(FMA, x7, sum8);
        sum7 = w1.lanewise(FMA, x7, sum7);
        sum6 = w2.lanewise(FMA, x7, sum6);
        var x8 = FloatVector.broadcast(SPECIES, source[x + 8]);
        sum9 = w0.lanewise(FMA, x8, sum9);
        sum8 = w1.lanewise(FMA, x8, sum8);
        sum7 = w2.lanewise(FMA, x8, sum7);
        var x9 = FloatVector.broadcast(SPECIES, source[x + 9]);
        sum10 = w0.lanewise(FMA, x9, sum10);
        sum9 = w1.lanewise(FMA, x9, sum9);
        sum8 = w2.lanewise(FMA, x9, sum8);
        var x10 = FloatVector.broadcast(SPECIES, source[x + 10]);
        sum11 = w0.lanewise(FMA, x10, sum11);
        sum10 = w1.lanewise(FMA, x10, sum10);
        sum9 = w2.lanewise(FMA, x10, sum9);
        var x11 = FloatVector.broadcast(SPECIES, source[x + 11]);
        sum12 = w0.lanewise(FMA, x11, sum12);
        sum11 = w1.lanewise(FMA, x11, sum11);
        sum10 = w2.lanewise(FMA, x11, sum10);
        var x12 = FloatVector.broadcast(SPECIES, source[x + 12]);
        sum13 = w0.lanewise(FMA, x12, sum13);
        sum12 = w1.lanewise(FMA, x12, sum12);
        sum11 = w2.lanewise(FMA, x12, sum11);
        var x13 = FloatVector.broadcast(SPECIES, source[x + 13]);
        sum13 = w1.lanewise(FMA, x13, sum13);
        sum12 = w2.lanewise(FMA, x13, sum12);
      }
      float[] sums = call.sums;
      int sumsAt = call.sumsAt;
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
