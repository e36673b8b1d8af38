package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static jdk.incubator.vector.VectorOperators.FMA;

import io.dfsnet.engine.VectorRows.PartialRowTile;
import io.dfsnet.engine.VectorRows.WholeRowTile;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The tiles of {@link VectorRows} for groups with half as many output channels as a vector has
 * lanes. Two groups share the vectors of weights and sums in memory,
 *
 * <pre>
 *   lane      0 ... 7            8 ... 15
 *          channels of group g | channels of group g + 1
 * </pre>
 *
 * and are halves in registers: vectors of 256 bits, which a CPU multiplies two at a time. So each
 * half takes its own inputs, and none has to be put together. Why whole rows have code of their own
 * says {@link VectorWholeRows}.
 */
final class VectorSharedRows {
  private VectorSharedRows() {}

  /** As a constant, so that C2 turns every vector operation into one instruction. */
  private static final VectorSpecies<Float> HALF = FloatVector.SPECIES_256;

  private static final int HALF_LENGTH = HALF.length();

  static List<RowKernel> all() {
    return List.of(new W8G2(), new P8G2(), new P7G2());
  }

  /** {@link P8G2} for rows of 8. */
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
        sum1First = w0First.lanewise(FMA, x0First, sum1First);
        sum0First = w1First.lanewise(FMA, x0First, sum0First);
        var x0Second = FloatVector.broadcast(HALF, source[y]);
        sum1Second = w0Second.lanewise(FMA, x0Second, sum1Second);
        sum0Second = w1Second.lanewise(FMA, x0Second, sum0Second);
        var x1First = FloatVector.broadcast(HALF, source[x + 1]);
        sum2First = w0First.lanewise(FMA, x1First, sum2First);
        sum1First = w1First.lanewise(FMA, x1First, sum1First);
        sum0First = w2First.lanewise(FMA, x1First, sum0First);
        var x1Second = FloatVector.broadcast(HALF, source[y + 1]);
        sum2Second = w0Second.lanewise(FMA, x1Second, sum2Second);
        sum1Second = w1Second.lanewise(FMA, x1Second, sum1Second);
        sum0Second = w2Second.lanewise(FMA, x1Second, sum0Second);
        var x2First = FloatVector.broadcast(HALF, source[x + 2]);
        sum3First = w0First.lanewise(FMA, x2First, sum3First);
        sum2First = w1First.lanewise(FMA, x2First, sum2First);
        sum1First = w2First.lanewise(FMA, x2First, sum1First);
        var x2Second = FloatVector.broadcast(HALF, source[y + 2]);
        sum3Second = w0Second.lanewise(FMA, x2Second, sum3Second);
        sum2Second = w1Second.lanewise(FMA, x2Second, sum2Second);
        sum1Second = w2Second.lanewise(FMA, x2Second, sum1Second);
        var x3First = FloatVector.broadcast(HALF, source[x + 3]);
        sum4First = w0First.lanewise(FMA, x3First, sum4First);
        sum3First = w1First.lanewise(FMA, x3First, sum3First);
        sum2First = w2First.lanewise(FMA, x3First, sum2First);
        var x3Second = FloatVector.broadcast(HALF, source[y + 3]);
        sum4Second = w0Second.lanewise(FMA, x3Second, sum4Second);
        sum3Second = w1Second.lanewise(FMA, x3Second, sum3Second);
        sum2Second = w2Second.lanewise(FMA, x3Second, sum2Second);
        var x4First = FloatVector.broadcast(HALF, source[x + 4]);
        sum5First = w0First.lanewise(FMA, x4First, sum5First);
        sum4First = w1First.lanewise(FMA, x4First, sum4First);
        sum3First = w2First.lanewise(FMA, x4First, sum3First);
        var x4Second = FloatVector.broadcast(HALF, source[y + 4]);
        sum5Second = w0Second.lanewise(FMA, x4Second, sum5Second);
        sum4Second = w1Second.lanewise(FMA, x4Second, sum4Second);
        sum3Second = w2Second.lanewise(FMA, x4Second, sum3Second);
        var x5First = FloatVector.broadcast(HALF, source[x + 5]);
        sum6First = w0First.lanewise(FMA, x5First, sum6First);
        sum5First = w1First.lanewise(FMA, x5First, sum5First);
        sum4First = w2First.lanewise(FMA, x5First, sum4First);
        var x5Second = FloatVector.broadcast(HALF, source[y + 5]);
        sum6Second = w0Second.lanewise(FMA, x5Second, sum6Second);
        sum5Second = w1Second.lanewise(FMA, x5Second, sum5Second);
        sum4Second = w2Second.lanewise(FMA, x5Second, sum4Second);
        var x6First = FloatVector.broadcast(HALF, source[x + 6]);
        sum7First = w0First.lanewise(FMA, x6First, sum7First);
        sum6First = w1First.lanewise(FMA, x6First, sum6First);
        sum5First = w2First.lanewise(FMA, x6First, sum5First);
        var x6Second = FloatVector.broadcast(HALF, source[y + 6]);
        sum7Second = w0Second.lanewise(FMA, x6Second, sum7Second);
        sum6Second = w1Second.lanewise(FMA, x6Second, sum6Second);
        sum5Second = w2Second.lanewise(FMA, x6Second, sum5Second);
        var x7First = FloatVector.broadcast(HALF, source[x + 7]);
        sum7First = w1First.lanewise(FMA, x7First, sum7First);
        sum6First = w2First.lanewise(FMA, x7First, sum6First);
        var x7Second = FloatVector.broadcast(HALF, source[y + 7]);
        sum7Second = w1Second.lanewise(FMA, x7Second, sum7Second);
        sum6Second = w2Second.lanewise(FMA, x7Second, sum6Second);
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

  /** 8 sums, 3 weights and an input for each of two groups. */
  private static final class P8G2 extends PartialRowTile {
    P8G2() {
      super(8, 2);
    }

    @Override
    void tile(Call call, int at, boolean left, boolean right, int sumsAt) {
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
        int x = at + sourceOffsets[k];
        int y = x + call.sourcePerGroup;
        int w = call.weightsAt + weightOffsets[k];
        var w0First = FloatVector.fromArray(HALF, weights, w);
        var w0Second = FloatVector.fromArray(HALF, weights, w + HALF_LENGTH);
        var w1First = FloatVector.fromArray(HALF, weights, w + LENGTH);
        var w1Second = FloatVector.fromArray(HALF, weights, w + LENGTH + HALF_LENGTH);
        var w2First = FloatVector.fromArray(HALF, weights, w + 2 * LENGTH);
        var w2Second = FloatVector.fromArray(HALF, weights, w + 2 * LENGTH + HALF_LENGTH);
        if (left) {
          var beforeFirst = FloatVector.broadcast(HALF, source[x - 1]);
          sum0First = w0First.lanewise(FMA, beforeFirst, sum0First);
          var beforeSecond = FloatVector.broadcast(HALF, source[y - 1]);
          sum0Second = w0Second.lanewise(FMA, beforeSecond, sum0Second);
        }
        var x0First = FloatVector.broadcast(HALF, source[x]);
        sum1First = w0First.lanewise(FMA, x0First, sum1First);
        sum0First = w1First.lanewise(FMA, x0First, sum0First);
        var x0Second = FloatVector.broadcast(HALF, source[y]);
        sum1Second = w0Second.lanewise(FMA, x0Second, sum1Second);
        sum0Second = w1Second.lanewise(FMA, x0Second, sum0Second);
        var x1First = FloatVector.broadcast(HALF, source[x + 1]);
        sum2First = w0First.lanewise(FMA, x1First, sum2First);
        sum1First = w1First.lanewise(FMA, x1First, sum1First);
        sum0First = w2First.lanewise(FMA, x1First, sum0First);
        var x1Second = FloatVector.broadcast(HALF, source[y + 1]);
        sum2Second = w0Second.lanewise(FMA, x1Second, sum2Second);
        sum1Second = w1Second.lanewise(FMA, x1Second, sum1Second);
        sum0Second = w2Second.lanewise(FMA, x1Second, sum0Second);
        var x2First = FloatVector.broadcast(HALF, source[x + 2]);
        sum3First = w0First.lanewise(FMA, x2First, sum3First);
        sum2First = w1First.lanewise(FMA, x2First, sum2First);
        sum1First = w2First.lanewise(FMA, x2First, sum1First);
        var x2Second = FloatVector.broadcast(HALF, source[y + 2]);
        sum3Second = w0Second.lanewise(FMA, x2Second, sum3Second);
        sum2Second = w1Second.lanewise(FMA, x2Second, sum2Second);
        sum1Second = w2Second.lanewise(FMA, x2Second, sum1Second);
        var x3First = FloatVector.broadcast(HALF, source[x + 3]);
        sum4First = w0First.lanewise(FMA, x3First, sum4First);
        sum3First = w1First.lanewise(FMA, x3First, sum3First);
        sum2First = w2First.lanewise(FMA, x3First, sum2First);
        var x3Second = FloatVector.broadcast(HALF, source[y + 3]);
        sum4Second = w0Second.lanewise(FMA, x3Second, sum4Second);
        sum3Second = w1Second.lanewise(FMA, x3Second, sum3Second);
        sum2Second = w2Second.lanewise(FMA, x3Second, sum2Second);
        var x4First = FloatVector.broadcast(HALF, source[x + 4]);
        sum5First = w0First.lanewise(FMA, x4First, sum5First);
        sum4First = w1First.lanewise(FMA, x4First, sum4First);
        sum3First = w2First.lanewise(FMA, x4First, sum3First);
        var x4Second = FloatVector.broadcast(HALF, source[y + 4]);
        sum5Second = w0Second.lanewise(FMA, x4Second, sum5Second);
        sum4Second = w1Second.lanewise(FMA, x4Second, sum4Second);
        sum3Second = w2Second.lanewise(FMA, x4Second, sum3Second);
        var x5First = FloatVector.broadcast(HALF, source[x + 5]);
        sum6First = w0First.lanewise(FMA, x5First, sum6First);
        sum5First = w1First.lanewise(FMA, x5First, sum5First);
        sum4First = w2First.lanewise(FMA, x5First, sum4First);
        var x5Second = FloatVector.broadcast(HALF, source[y + 5]);
        sum6Second = w0Second.lanewise(FMA, x5Second, sum6Second);
        sum5Second = w1Second.lanewise(FMA, x5Second, sum5Second);
        sum4Second = w2Second.lanewise(FMA, x5Second, sum4Second);
        var x6First = FloatVector.broadcast(HALF, source[x + 6]);
        sum7First = w0First.lanewise(FMA, x6First, sum7First);
        sum6First = w1First.lanewise(FMA, x6First, sum6First);
        sum5First = w2First.lanewise(FMA, x6First, sum5First);
        var x6Second = FloatVector.broadcast(HALF, source[y + 6]);
        sum7Second = w0Second.lanewise(FMA, x6Second, sum7Second);
        sum6Second = w1Second.lanewise(FMA, x6Second, sum6Second);
        sum5Second = w2Second.lanewise(FMA, x6Second, sum5Second);
        var x7First = FloatVector.broadcast(HALF, source[x + 7]);
        sum7First = w1First.lanewise(FMA, x7First, sum7First);
        sum6First = w2First.lanewise(FMA, x7First, sum6First);
        var x7Second = FloatVector.broadcast(HALF, source[y + 7]);
        sum7Second = w1Second.lanewise(FMA, x7Second, sum7Second);
        sum6Second = w2Second.lanewise(FMA, x7Second, sum6Second);
        if (right) {
          var behindFirst = FloatVector.broadcast(HALF, source[x + 8]);
          sum7First = w2First.lanewise(FMA, behindFirst, sum7First);
          var behindSecond = FloatVector.broadcast(HALF, source[y + 8]);
          sum7Second = w2Second.lanewise(FMA, behindSecond, sum7Second);
        }
      }
      float[] sums = call.sums;
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

  /** 7 sums, 3 weights and an input for each of two groups. */
  private static final class P7G2 extends PartialRowTile {
    P7G2() {
      super(7, 2);
    }

    @Override
    void tile(Call call, int at, boolean left, boolean right, int sumsAt) {
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
      for (int k = 0; k < call.inputRows; k++) {
        int x = at + sourceOffsets[k];
        int y = x + call.sourcePerGroup;
        int w = call.weightsAt + weightOffsets[k];
        var w0First = FloatVector.fromArray(HALF, weights, w);
        var w0Second = FloatVector.fromArray(HALF, weights, w + HALF_LENGTH);
        var w1First = FloatVector.fromArray(HALF, weights, w + LENGTH);
        var w1Second = FloatVector.fromArray(HALF, weights, w + LENGTH + HALF_LENGTH);
        var w2First = FloatVector.fromArray(HALF, weights, w + 2 * LENGTH);
        var w2Second = FloatVector.fromArray(HALF, weights, w + 2 * LENGTH + HALF_LENGTH);
        if (left) {
          var beforeFirst = FloatVector.broadcast(HALF, source[x - 1]);
          sum0First = w0First.lanewise(FMA, beforeFirst, sum0First);
          var beforeSecond = FloatVector.broadcast(HALF, source[y - 1]);
          sum0Second = w0Second.lanewise(FMA, beforeSecond, sum0Second);
        }
        var x0First = FloatVector.broadcast(HALF, source[x]);
        sum1First = w0First.lanewise(FMA, x0First, sum1First);
        sum0First = w1First.lanewise(FMA, x0First, sum0First);
        var x0Second = FloatVector.broadcast(HALF, source[y]);
        sum1Second = w0Second.lanewise(FMA, x0Second, sum1Second);
        sum0Second = w1Second.lanewise(FMA, x0Second, sum0Second);
        var x1First = FloatVector.broadcast(HALF, source[x + 1]);
        sum2First = w0First.lanewise(FMA, x1First, sum2First);
        sum1First = w1First.lanewise(FMA, x1First, sum1First);
        sum0First = w2First.lanewise(FMA, x1First, sum0First);
        var x1Second = FloatVector.broadcast(HALF, source[y + 1]);
        sum2Second = w0Second.lanewise(FMA, x1Second, sum2Second);
        sum1Second = w1Second.lanewise(FMA, x1Second, sum1Second);
        sum0Second = w2Second.lanewise(FMA, x1Second, sum0Second);
        var x2First = FloatVector.broadcast(HALF, source[x + 2]);
        sum3First = w0First.lanewise(FMA, x2First, sum3First);
        sum2First = w1First.lanewise(FMA, x2First, sum2First);
        sum1First = w2First.lanewise(FMA, x2First, sum1First);
        var x2Second = FloatVector.broadcast(HALF, source[y + 2]);
        sum3Second = w0Second.lanewise(FMA, x2Second, sum3Second);
        sum2Second = w1Second.lanewise(FMA, x2Second, sum2Second);
        sum1Second = w2Second.lanewise(FMA, x2Second, sum1Second);
        var x3First = FloatVector.broadcast(HALF, source[x + 3]);
        sum4First = w0First.lanewise(FMA, x3First, sum4First);
        sum3First = w1First.lanewise(FMA, x3First, sum3First);
        sum2First = w2First.lanewise(FMA, x3First, sum2First);
        var x3Second = FloatVector.broadcast(HALF, source[y + 3]);
        sum4Second = w0Second.lanewise(FMA, x3Second, sum4Second);
        sum3Second = w1Second.lanewise(FMA, x3Second, sum3Second);
        sum2Second = w2Second.lanewise(FMA, x3Second, sum2Second);
        var x4First = FloatVector.broadcast(HALF, source[x + 4]);
        sum5First = w0First.lanewise(FMA, x4First, sum5First);
        sum4First = w1First.lanewise(FMA, x4First, sum4First);
        sum3First = w2First.lanewise(FMA, x4First, sum3First);
        var x4Second = FloatVector.broadcast(HALF, source[y + 4]);
        sum5Second = w0Second.lanewise(FMA, x4Second, sum5Second);
        sum4Second = w1Second.lanewise(FMA, x4Second, sum4Second);
        sum3Second = w2Second.lanewise(FMA, x4Second, sum3Second);
        var x5First = FloatVector.broadcast(HALF, source[x + 5]);
        sum6First = w0First.lanewise(FMA, x5First, sum6First);
        sum5First = w1First.lanewise(FMA, x5First, sum5First);
        sum4First = w2First.lanewise(FMA, x5First, sum4First);
        var x5Second = FloatVector.broadcast(HALF, source[y + 5]);
        sum6Second = w0Second.lanewise(FMA, x5Second, sum6Second);
        sum5Second = w1Second.lanewise(FMA, x5Second, sum5Second);
        sum4Second = w2Second.lanewise(FMA, x5Second, sum4Second);
        var x6First = FloatVector.broadcast(HALF, source[x + 6]);
        sum6First = w1First.lanewise(FMA, x6First, sum6First);
        sum5First = w2First.lanewise(FMA, x6First, sum5First);
        var x6Second = FloatVector.broadcast(HALF, source[y + 6]);
        sum6Second = w1Second.lanewise(FMA, x6Second, sum6Second);
        sum5Second = w2Second.lanewise(FMA, x6Second, sum5Second);
        if (right) {
          var behindFirst = FloatVector.broadcast(HALF, source[x + 7]);
          sum6First = w2First.lanewise(FMA, behindFirst, sum6First);
          var behindSecond = FloatVector.broadcast(HALF, source[y + 7]);
          sum6Second = w2Second.lanewise(FMA, behindSecond, sum6Second);
        }
      }
      float[] sums = call.sums;
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
    }
  }
}
