package io.dfsnet.engine;

import static io.dfsnet.engine.VectorDepthwise.mask;
import static io.dfsnet.engine.VectorKernels.INTS;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Depthwise sums with stride 1 and a border of 1, for maps whose rows fit into a vector. The middle
 * tap of a row is the row itself, and its neighbours are the row moved by a lane: moving lanes runs
 * beside multiply-adds, and takes fewer instructions than another load; under a mask, it clears the
 * lane that has no neighbour as well. Stores are whole vectors: what they write behind a row is
 * overwritten by the next.
 */
final class VectorDepthwiseRows {
  private static final VectorShuffle<Float> PREVIOUS =
      VectorShuffle.fromOp(SPECIES, lane -> (lane + LENGTH - 1) % LENGTH);

  private static final VectorShuffle<Float> NEXT =
      VectorShuffle.fromOp(SPECIES, lane -> (lane + 1) % LENGTH);

  private VectorDepthwiseRows() {}

  private static boolean isCentred(RowWalk walk) {
    return walk.stride() == 1
        && walk.firstRow() == -1
        && walk.firstColumn() == -1
        && walk.rows() == walk.sourceHeight()
        && walk.columns() == walk.sourceWidth();
  }

  /** A row in a vector, as in {@link VectorDepthwise}. */
  static final class Single implements DepthwiseKernel {
    @Override
    public String name() {
      return "k3s1r1__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public boolean admits(RowWalk walk) {
      return isCentred(walk) && walk.columns() <= LENGTH;
    }

    @Override
    public Strip[] strips(RowWalk walk) {
      return Strip.cover(walk, LENGTH, LENGTH, false);
    }

    @Override
    public boolean overruns(RowWalk walk) {
      return walk.columns() < LENGTH;
    }

    @Override
    public boolean run(Call call) {
      return walkRows(call);
    }
  }

  /**
   * Two neighbouring rows in a vector, for maps that would leave more than half of it empty:
   *
   * <pre>
   *   row 2 | row 3      a vector of the result
   *   row 1 | row 2      tap row 0, which was tap row 2 of the rows 0 and 1
   *   row 2 | row 3      tap row 1
   *   row 3 | row 4      tap row 2
   * </pre>
   */
  static final class Pairs implements DepthwiseKernel {
    @Override
    public String name() {
      return "k3s1r2__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public boolean admits(RowWalk walk) {
      return isCentred(walk) && walk.columns() <= LENGTH / 2;
    }

    @Override
    public Strip[] strips(RowWalk walk) {
      return Strip.cover(walk, LENGTH, LENGTH, false);
    }

    @Override
    public boolean overruns(RowWalk walk) {
      return true;
    }

    @Override
    public boolean run(Call call) {
      return walkRowPairs(call);
    }
  }

  private static boolean walkRows(DepthwiseKernel.Call call) {
    var walk = call.walk;
    float[] source = call.source;
    float[] weights = call.weights;
    float[] result = call.result;
    var floor = IntVector.broadcast(INTS, call.floor);
    var ceiling = IntVector.broadcast(INTS, call.ceiling);
    boolean finishes = call.finishes();
    float[] biases = call.bias;
    int size = walk.size();
    int sourceSize = walk.sourceSize();
    int multiplier = call.multiplier;
    int sourceAt = call.sourceAt;
    int resultAt = call.resultAt;
    int endChannel = call.endChannel;
    var hasPrevious = mask(~1L);
    var hasNext = mask(~(1L << walk.columns() - 1));
    var zero = FloatVector.zero(SPECIES);
    var seen = zero;
    int pitch = walk.columns();
    int rows = walk.rows();
    for (int channel = call.firstChannel; channel < endChannel; channel++) {
      int w = channel * 9;
      var w00 = FloatVector.broadcast(SPECIES, weights[w]);
      var w01 = FloatVector.broadcast(SPECIES, weights[w + 1]);
      var w02 = FloatVector.broadcast(SPECIES, weights[w + 2]);
      var w10 = FloatVector.broadcast(SPECIES, weights[w + 3]);
      var w11 = FloatVector.broadcast(SPECIES, weights[w + 4]);
      var w12 = FloatVector.broadcast(SPECIES, weights[w + 5]);
      var w20 = FloatVector.broadcast(SPECIES, weights[w + 6]);
      var w21 = FloatVector.broadcast(SPECIES, weights[w + 7]);
      var w22 = FloatVector.broadcast(SPECIES, weights[w + 8]);
      var bias = FloatVector.broadcast(SPECIES, biases == null ? -0f : biases[channel]);
      int at = sourceAt + (multiplier == 1 ? channel : channel / multiplier) * sourceSize;
      int to = resultAt + channel * size;
      var a1 = FloatVector.fromArray(SPECIES, source, at);
      var a0 = a1.rearrange(PREVIOUS, hasPrevious);
      var a2 = a1.rearrange(NEXT, hasNext);
      var older = w12.lanewise(FMA, a2, w11.lanewise(FMA, a1, w10.lanewise(FMA, a0, zero)));
      var newer = w02.lanewise(FMA, a2, w01.lanewise(FMA, a1, w00.lanewise(FMA, a0, zero)));
      for (int row = 1; row < rows; row++, to += pitch) {
        at += pitch;
        var x1 = FloatVector.fromArray(SPECIES, source, at);
        var x0 = x1.rearrange(PREVIOUS, hasPrevious);
        var x2 = x1.rearrange(NEXT, hasNext);
        var sum = w22.lanewise(FMA, x2, w21.lanewise(FMA, x1, w20.lanewise(FMA, x0, older)));
        if (finishes) {
          sum = sum.lanewise(ADD, bias);
          seen = seen.lanewise(ADD, sum);
          sum =
              sum.reinterpretAsInts()
                  .lanewise(MAX, floor)
                  .lanewise(MIN, ceiling)
                  .reinterpretAsFloats();
        }
        sum.intoArray(result, to);
        older = w12.lanewise(FMA, x2, w11.lanewise(FMA, x1, w10.lanewise(FMA, x0, newer)));
        newer = w02.lanewise(FMA, x2, w01.lanewise(FMA, x1, w00.lanewise(FMA, x0, zero)));
      }
      var last = FloatVector.broadcast(SPECIES, -0f).lanewise(ADD, older);
      if (finishes) {
        last = last.lanewise(ADD, bias);
        seen = seen.lanewise(ADD, last);
        last =
            last.reinterpretAsInts()
                .lanewise(MAX, floor)
                .lanewise(MIN, ceiling)
                .reinterpretAsFloats();
      }
      last.intoArray(result, to);
    }
    return !seen.compare(NE, seen).anyTrue();
  }

  private static boolean walkRowPairs(DepthwiseKernel.Call call) {
    var walk = call.walk;
    float[] source = call.source;
    float[] weights = call.weights;
    float[] result = call.result;
    var floor = IntVector.broadcast(INTS, call.floor);
    var ceiling = IntVector.broadcast(INTS, call.ceiling);
    boolean finishes = call.finishes();
    float[] biases = call.bias;
    int size = walk.size();
    int sourceSize = walk.sourceSize();
    int multiplier = call.multiplier;
    int sourceAt = call.sourceAt;
    int resultAt = call.resultAt;
    int endChannel = call.endChannel;
    int pitch = walk.columns();
    int rows = walk.rows();
    var hasPrevious = mask(~(1L | 1L << pitch));
    var hasNext = mask(~(1L << pitch - 1 | 1L << 2 * pitch - 1));
    var above = mask((1L << pitch) - 1);
    var below = mask(-1L << pitch);
    var zero = FloatVector.zero(SPECIES);
    var seen = zero;
    for (int channel = call.firstChannel; channel < endChannel; channel++) {
      int w = channel * 9;
      var w00 = FloatVector.broadcast(SPECIES, weights[w]);
      var w01 = FloatVector.broadcast(SPECIES, weights[w + 1]);
      var w02 = FloatVector.broadcast(SPECIES, weights[w + 2]);
      var w10 = FloatVector.broadcast(SPECIES, weights[w + 3]);
      var w11 = FloatVector.broadcast(SPECIES, weights[w + 4]);
      var w12 = FloatVector.broadcast(SPECIES, weights[w + 5]);
      var w20 = FloatVector.broadcast(SPECIES, weights[w + 6]);
      var w21 = FloatVector.broadcast(SPECIES, weights[w + 7]);
      var w22 = FloatVector.broadcast(SPECIES, weights[w + 8]);
      var bias = FloatVector.broadcast(SPECIES, biases == null ? -0f : biases[channel]);
      int at = sourceAt + (multiplier == 1 ? channel : channel / multiplier) * sourceSize - pitch;
      int to = resultAt + channel * size;
      var a1 = FloatVector.fromArray(SPECIES, source, at).blend(zero, above);
      var a0 = a1.rearrange(PREVIOUS, hasPrevious);
      var a2 = a1.rearrange(NEXT, hasNext);
      var sum = w02.lanewise(FMA, a2, w01.lanewise(FMA, a1, w00.lanewise(FMA, a0, zero)));
      for (int row = 2; row < rows; row += 2, to += 2 * pitch) {
        at += pitch;
        var b1 = FloatVector.fromArray(SPECIES, source, at);
        var b0 = b1.rearrange(PREVIOUS, hasPrevious);
        var b2 = b1.rearrange(NEXT, hasNext);
        sum = w12.lanewise(FMA, b2, w11.lanewise(FMA, b1, w10.lanewise(FMA, b0, sum)));
        at += pitch;
        var c1 = FloatVector.fromArray(SPECIES, source, at);
        var c0 = c1.rearrange(PREVIOUS, hasPrevious);
        var c2 = c1.rearrange(NEXT, hasNext);
        sum = w22.lanewise(FMA, c2, w21.lanewise(FMA, c1, w20.lanewise(FMA, c0, sum)));
        if (finishes) {
          sum = sum.lanewise(ADD, bias);
          seen = seen.lanewise(ADD, sum);
          sum =
              sum.reinterpretAsInts()
                  .lanewise(MAX, floor)
                  .lanewise(MIN, ceiling)
                  .reinterpretAsFloats();
        }
        sum.intoArray(result, to);
        sum = w02.lanewise(FMA, c2, w01.lanewise(FMA, c1, w00.lanewise(FMA, c0, zero)));
      }
      at += pitch;
      var d1 = FloatVector.fromArray(SPECIES, source, at);
      var d0 = d1.rearrange(PREVIOUS, hasPrevious);
      var d2 = d1.rearrange(NEXT, hasNext);
      sum = w12.lanewise(FMA, d2, w11.lanewise(FMA, d1, w10.lanewise(FMA, d0, sum)));
      if (rows % 2 == 0) {
        at += pitch;
        var e1 = FloatVector.fromArray(SPECIES, source, at).blend(zero, below);
        var e0 = e1.rearrange(PREVIOUS, hasPrevious);
        var e2 = e1.rearrange(NEXT, hasNext);
        sum = w22.lanewise(FMA, e2, w21.lanewise(FMA, e1, w20.lanewise(FMA, e0, sum)));
      }
      if (finishes) {
        sum = sum.lanewise(ADD, bias);
        seen = seen.lanewise(ADD, sum);
        sum =
            sum.reinterpretAsInts()
                .lanewise(MAX, floor)
                .lanewise(MIN, ceiling)
                .reinterpretAsFloats();
      }
      sum.intoArray(result, to);
    }
    return !seen.compare(NE, seen).anyTrue();
  }
}
