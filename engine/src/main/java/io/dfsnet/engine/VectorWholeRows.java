package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;

import io.dfsnet.engine.VectorRows.RowTile;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles of {@link VectorRows} for rows that are as long as a tile. They have no neighbours to
 * the left and right, and code of their own: with the conditions for neighbours in it, C2 makes
 * four versions of the loop, has one address more than registers, and keeps it in a vector
 * register. The way there and back takes turns of the multipliers, a tenth of the time.
 */
final class VectorWholeRows {
  private VectorWholeRows() {}

  private static final VectorSpecies<Float> HALF = FloatVector.SPECIES_256;

  private static final int HALF_LENGTH = HALF.length();

  /** For 32 registers. */
  static List<RowKernel> all() {
    List<RowKernel> all = new ArrayList<>(List.of(new W16(), new W14()));
    if (LENGTH == 16) {
      all.add(new W8G2());
    }
    return all;
  }

  private abstract static class WholeRowTile extends RowTile {
    WholeRowTile(int positions, int groups) {
      super("w", positions, groups);
    }

    @Override
    public boolean admits(int columns) {
      return columns == positions();
    }
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
        sum1 = w0.fma(x0, sum1);
        sum0 = w1.fma(x0, sum0);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum2 = w0.fma(x1, sum2);
        sum1 = w1.fma(x1, sum1);
        sum0 = w2.fma(x1, sum0);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum3 = w0.fma(x2, sum3);
        sum2 = w1.fma(x2, sum2);
        sum1 = w2.fma(x2, sum1);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum4 = w0.fma(x3, sum4);
        sum3 = w1.fma(x3, sum3);
        sum2 = w2.fma(x3, sum2);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum5 = w0.fma(x4, sum5);
        sum4 = w1.fma(x4, sum4);
        sum3 = w2.fma(x4, sum3);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum6 = w0.fma(x5, sum6);
        sum5 = w1.fma(x5, sum5);
        sum4 = w2.fma(x5, sum4);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum7 = w0.fma(x6, sum7);
        sum6 = w1.fma(x6, sum6);
        sum5 = w2.fma(x6, sum5);
        var x7 = FloatVector.broadcast(SPECIES, source[x + 7]);
        sum8 = w0.fma(x7, sum8);
        sum7 = w1.fma(x7, sum7);
        sum6 = w2.fma(x7, sum6);
        var x8 = FloatVector.broadcast(SPECIES, source[x + 8]);
        sum9 = w0.fma(x8, sum9);
        sum8 = w1.fma(x8, sum8);
        sum7 = w2.fma(x8, sum7);
        var x9 = FloatVector.broadcast(SPECIES, source[x + 9]);
        sum10 = w0.fma(x9, sum10);
        sum9 = w1.fma(x9, sum9);
        sum8 = w2.fma(x9, sum8);
        var x10 = FloatVector.broadcast(SPECIES, source[x + 10]);
        sum11 = w0.fma(x10, sum11);
        sum10 = w1.fma(x10, sum10);
        sum9 = w2.fma(x10, sum9);
        var x11 = FloatVector.broadcast(SPECIES, source[x + 11]);
        sum12 = w0.fma(x11, sum12);
        sum11 = w1.fma(x11, sum11);
        sum10 = w2.fma(x11, sum10);
        var x12 = FloatVector.broadcast(SPECIES, source[x + 12]);
        sum13 = w0.fma(x12, sum13);
        sum12 = w1.fma(x12, sum12);
        sum11 = w2.fma(x12, sum11);
        var x13 = FloatVector.broadcast(SPECIES, source[x + 13]);
        sum14 = w0.fma(x13, sum14);
        sum13 = w1.fma(x13, sum13);
        sum12 = w2.fma(x13, sum12);
        var x14 = FloatVector.broadcast(SPECIES, source[x + 14]);
        sum15 = w0.fma(x14, sum15);
        sum14 = w1.fma(x14, sum14);
        sum13 = w2.fma(x14, sum13);
        var x15 = FloatVector.broadcast(SPECIES, source[x + 15]);
        sum15 = w1.fma(x15, sum15);
        sum14 = w2.fma(x15, sum14);
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
        sum1 = w0.fma(x0, sum1);
        sum0 = w1.fma(x0, sum0);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum2 = w0.fma(x1, sum2);
        sum1 = w1.fma(x1, sum1);
        sum0 = w2.fma(x1, sum0);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum3 = w0.fma(x2, sum3);
        sum2 = w1.fma(x2, sum2);
        sum1 = w2.fma(x2, sum1);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum4 = w0.fma(x3, sum4);
        sum3 = w1.fma(x3, sum3);
        sum2 = w2.fma(x3, sum2);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum5 = w0.fma(x4, sum5);
        sum4 = w1.fma(x4, sum4);
        sum3 = w2.fma(x4, sum3);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum6 = w0.fma(x5, sum6);
        sum5 = w1.fma(x5, sum5);
        sum4 = w2.fma(x5, sum4);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum7 = w0.fma(x6, sum7);
        sum6 = w1.fma(x6, sum6);
        sum5 = w2.fma(x6, sum5);
        var x7 = FloatVector.broadcast(SPECIES, source[x + 7]);
        sum8 = w0.fma(x7, sum8);
        sum7 = w1.fma(x7, sum7);
        sum6 = w2.fma(x7, sum6);
        var x8 = FloatVector.broadcast(SPECIES, source[x + 8]);
        sum9 = w0.fma(x8, sum9);
        sum8 = w1.fma(x8, sum8);
        sum7 = w2.fma(x8, sum7);
        var x9 = FloatVector.broadcast(SPECIES, source[x + 9]);
        sum10 = w0.fma(x9, sum10);
        sum9 = w1.fma(x9, sum9);
        sum8 = w2.fma(x9, sum8);
        var x10 = FloatVector.broadcast(SPECIES, source[x + 10]);
        sum11 = w0.fma(x10, sum11);
        sum10 = w1.fma(x10, sum10);
        sum9 = w2.fma(x10, sum9);
        var x11 = FloatVector.broadcast(SPECIES, source[x + 11]);
        sum12 = w0.fma(x11, sum12);
        sum11 = w1.fma(x11, sum11);
        sum10 = w2.fma(x11, sum10);
        var x12 = FloatVector.broadcast(SPECIES, source[x + 12]);
        sum13 = w0.fma(x12, sum13);
        sum12 = w1.fma(x12, sum12);
        sum11 = w2.fma(x12, sum11);
        var x13 = FloatVector.broadcast(SPECIES, source[x + 13]);
        sum13 = w1.fma(x13, sum13);
        sum12 = w2.fma(x13, sum12);
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

  /** 8 sums, 3 weights and an input for each of two groups. */
  private static final class W8G2 extends WholeRowTile {
    W8G2() {
      super(8, 2);
    }

    @Override
    public void run(Call call) {
      float[] source = call.source;
      float[] weights = call.weights;
      int[] sourceOffsets = call.sourceOffsets;
      int[] weightOffsets = call.weightOffsets;
      var sum0First = FloatVector.zero(HALF);
      var sum0Second = FloatVector.zero(HALF);
      var sum1First = FloatVector.zero(HALF);
      var sum1Second = FloatVector.zero(HALF);
      var sum2First = FloatVector.zero(HALF);
      var sum2Second = FloatVector.zero(HALF);
      var sum3First = FloatVector.zero(HALF);
      var sum3Second = FloatVector.zero(HALF);
      var sum4First = FloatVector.zero(HALF);
      var sum4Second = FloatVector.zero(HALF);
      var sum5First = FloatVector.zero(HALF);
      var sum5Second = FloatVector.zero(HALF);
      var sum6First = FloatVector.zero(HALF);
      var sum6Second = FloatVector.zero(HALF);
      var sum7First = FloatVector.zero(HALF);
      var sum7Second = FloatVector.zero(HALF);
      for (int k = 0; k < call.inputRows; k++) {
        int x = call.sourceAt + sourceOffsets[k];
        int y = x + call.sourcePerGroup;
        int w = call.weightsAt + weightOffsets[k];
        var w0First = FloatVector.fromArray(HALF, weights, w);
        var w0Second = FloatVector.fromArray(HALF, weights, w + HALF_LENGTH);
        var w1First = FloatVector.fromArray(HALF, weights, w + LENGTH);
        var w1Second = FloatVector.fromArray(HALF, weights, w + LENGTH + HALF_LENGTH);
        var w2First = FloatVector.fromArray(HALF, weights, w + 2 * LENGTH);
        var w2Second = FloatVector.fromArray(HALF, weights, w + 2 * LENGTH + HALF_LENGTH);
        var x0First = FloatVector.broadcast(HALF, source[x]);
        sum1First = w0First.fma(x0First, sum1First);
        sum0First = w1First.fma(x0First, sum0First);
        var x0Second = FloatVector.broadcast(HALF, source[y]);
        sum1Second = w0Second.fma(x0Second, sum1Second);
        sum0Second = w1Second.fma(x0Second, sum0Second);
        var x1First = FloatVector.broadcast(HALF, source[x + 1]);
        sum2First = w0First.fma(x1First, sum2First);
        sum1First = w1First.fma(x1First, sum1First);
        sum0First = w2First.fma(x1First, sum0First);
        var x1Second = FloatVector.broadcast(HALF, source[y + 1]);
        sum2Second = w0Second.fma(x1Second, sum2Second);
        sum1Second = w1Second.fma(x1Second, sum1Second);
        sum0Second = w2Second.fma(x1Second, sum0Second);
        var x2First = FloatVector.broadcast(HALF, source[x + 2]);
        sum3First = w0First.fma(x2First, sum3First);
        sum2First = w1First.fma(x2First, sum2First);
        sum1First = w2First.fma(x2First, sum1First);
        var x2Second = FloatVector.broadcast(HALF, source[y + 2]);
        sum3Second = w0Second.fma(x2Second, sum3Second);
        sum2Second = w1Second.fma(x2Second, sum2Second);
        sum1Second = w2Second.fma(x2Second, sum1Second);
        var x3First = FloatVector.broadcast(HALF, source[x + 3]);
        sum4First = w0First.fma(x3First, sum4First);
        sum3First = w1First.fma(x3First, sum3First);
        sum2First = w2First.fma(x3First, sum2First);
        var x3Second = FloatVector.broadcast(HALF, source[y + 3]);
        sum4Second = w0Second.fma(x3Second, sum4Second);
        sum3Second = w1Second.fma(x3Second, sum3Second);
        sum2Second = w2Second.fma(x3Second, sum2Second);
        var x4First = FloatVector.broadcast(HALF, source[x + 4]);
        sum5First = w0First.fma(x4First, sum5First);
        sum4First = w1First.fma(x4First, sum4First);
        sum3First = w2First.fma(x4First, sum3First);
        var x4Second = FloatVector.broadcast(HALF, source[y + 4]);
        sum5Second = w0Second.fma(x4Second, sum5Second);
        sum4Second = w1Second.fma(x4Second, sum4Second);
        sum3Second = w2Second.fma(x4Second, sum3Second);
        var x5First = FloatVector.broadcast(HALF, source[x + 5]);
        sum6First = w0First.fma(x5First, sum6First);
        sum5First = w1First.fma(x5First, sum5First);
        sum4First = w2First.fma(x5First, sum4First);
        var x5Second = FloatVector.broadcast(HALF, source[y + 5]);
        sum6Second = w0Second.fma(x5Second, sum6Second);
        sum5Second = w1Second.fma(x5Second, sum5Second);
        sum4Second = w2Second.fma(x5Second, sum4Second);
        var x6First = FloatVector.broadcast(HALF, source[x + 6]);
        sum7First = w0First.fma(x6First, sum7First);
        sum6First = w1First.fma(x6First, sum6First);
        sum5First = w2First.fma(x6First, sum5First);
        var x6Second = FloatVector.broadcast(HALF, source[y + 6]);
        sum7Second = w0Second.fma(x6Second, sum7Second);
        sum6Second = w1Second.fma(x6Second, sum6Second);
        sum5Second = w2Second.fma(x6Second, sum5Second);
        var x7First = FloatVector.broadcast(HALF, source[x + 7]);
        sum7First = w1First.fma(x7First, sum7First);
        sum6First = w2First.fma(x7First, sum6First);
        var x7Second = FloatVector.broadcast(HALF, source[y + 7]);
        sum7Second = w1Second.fma(x7Second, sum7Second);
        sum6Second = w2Second.fma(x7Second, sum6Second);
      }
      float[] sums = call.sums;
      int sumsAt = call.sumsAt;
      sum0First.intoArray(sums, sumsAt);
      sum0Second.intoArray(sums, sumsAt + HALF_LENGTH);
      sum1First.intoArray(sums, sumsAt + LENGTH);
      sum1Second.intoArray(sums, sumsAt + LENGTH + HALF_LENGTH);
      sum2First.intoArray(sums, sumsAt + 2 * LENGTH);
      sum2Second.intoArray(sums, sumsAt + 2 * LENGTH + HALF_LENGTH);
      sum3First.intoArray(sums, sumsAt + 3 * LENGTH);
      sum3Second.intoArray(sums, sumsAt + 3 * LENGTH + HALF_LENGTH);
      sum4First.intoArray(sums, sumsAt + 4 * LENGTH);
      sum4Second.intoArray(sums, sumsAt + 4 * LENGTH + HALF_LENGTH);
      sum5First.intoArray(sums, sumsAt + 5 * LENGTH);
      sum5Second.intoArray(sums, sumsAt + 5 * LENGTH + HALF_LENGTH);
      sum6First.intoArray(sums, sumsAt + 6 * LENGTH);
      sum6Second.intoArray(sums, sumsAt + 6 * LENGTH + HALF_LENGTH);
      sum7First.intoArray(sums, sumsAt + 7 * LENGTH);
      sum7Second.intoArray(sums, sumsAt + 7 * LENGTH + HALF_LENGTH);
    }
  }
}
