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
 * Depthwise sums with stride 2 and a column of padding on the left alone, of rows of at most two
 * vectors. A row of the source is four vectors or two, read from its first element on:
 *
 * <pre>
 *   a b c d   e f g h      lanes 0 to 7 of a row (of four lanes each)
 *   a   c     e   g        tap column 1: the even lanes
 *     b   d     f   h      tap column 2: the odd lanes
 *   0   b     d   f        tap column 0: tap column 2 of the position before
 * </pre>
 *
 * So no lane is lost, as in {@link VectorDepthwiseStrided}, and none has to be cleared in a step of
 * its own.
 */
final class VectorDepthwiseStridedRows implements DepthwiseKernel {
  // Integers, because a selection by a vector of floats converts it every time.
  private static final IntVector EVEN = IntVector.zero(INTS).addIndex(2);
  private static final IntVector ODD = EVEN.add(1);
  private static final IntVector PREVIOUS_OF_TWO = IntVector.zero(INTS).addIndex(1).add(LENGTH - 1);

  private static final VectorShuffle<Float> PREVIOUS =
      VectorShuffle.fromOp(SPECIES, lane -> (lane + LENGTH - 1) % LENGTH);

  @Override
  public String name() {
    return "k3s2w2__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public boolean admits(RowWalk walk) {
    return walk.stride() == 2
        && !walk.spreads()
        && walk.firstColumn() == -1
        && walk.sourceWidth() >= 2 * walk.columns()
        && walk.columns() <= 2 * LENGTH;
  }

  @Override
  public Strip[] strips(RowWalk walk) {
    return Strip.neighbours(walk, LENGTH, 2);
  }

  @Override
  public boolean overruns(RowWalk walk) {
    return walk.columns() < LENGTH;
  }

  @Override
  public boolean run(Call call) {
    return walkRows(call);
  }

  private static boolean walkRows(Call call) {
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
    var store = mask(call.strips[0].stores());
    var hasPrevious = mask(~1L);
    var zero = FloatVector.zero(SPECIES);
    var seen = zero;
    int pitch = walk.sourceWidth();
    int resultPitch = walk.columns();
    int rows = walk.rows();
    boolean above = walk.firstRow() < 0;
    boolean below = walk.endWalked() < 2 * rows + 1;
    int wholeRows = below ? rows - 1 : rows;
    boolean two = walk.columns() > LENGTH;
    int start = walk.sourceAt(0, 0) + 1;
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
      int at = sourceAt + (multiplier == 1 ? channel : channel / multiplier) * sourceSize + start;
      int to = resultAt + channel * size;
      var aSum = zero;
      var bSum = zero;
      if (!above) {
        var aULow = FloatVector.fromArray(SPECIES, source, at).reinterpretAsInts();
        var aUHigh = FloatVector.fromArray(SPECIES, source, at + LENGTH).reinterpretAsInts();
        var aU1 = EVEN.selectFrom(aULow, aUHigh).reinterpretAsFloats();
        var aUOdd = ODD.selectFrom(aULow, aUHigh);
        var aU2 = aUOdd.reinterpretAsFloats();
        var aU0 = aU2.rearrange(PREVIOUS, hasPrevious);
        aSum = w02.lanewise(FMA, aU2, w01.lanewise(FMA, aU1, w00.lanewise(FMA, aU0, zero)));
        if (two) {
          var bULow = FloatVector.fromArray(SPECIES, source, at + 2 * LENGTH).reinterpretAsInts();
          var bUHigh = FloatVector.fromArray(SPECIES, source, at + 3 * LENGTH).reinterpretAsInts();
          var bU1 = EVEN.selectFrom(bULow, bUHigh).reinterpretAsFloats();
          var bUOdd = ODD.selectFrom(bULow, bUHigh);
          var bU2 = bUOdd.reinterpretAsFloats();
          var bU0 = PREVIOUS_OF_TWO.selectFrom(aUOdd, bUOdd).reinterpretAsFloats();
          bSum = w02.lanewise(FMA, bU2, w01.lanewise(FMA, bU1, w00.lanewise(FMA, bU0, zero)));
        }
      }
      for (int row = 0; row < wholeRows; row++, to += resultPitch) {
        at += pitch;
        var aMLow = FloatVector.fromArray(SPECIES, source, at).reinterpretAsInts();
        var aMHigh = FloatVector.fromArray(SPECIES, source, at + LENGTH).reinterpretAsInts();
        var aM1 = EVEN.selectFrom(aMLow, aMHigh).reinterpretAsFloats();
        var aMOdd = ODD.selectFrom(aMLow, aMHigh);
        var aM2 = aMOdd.reinterpretAsFloats();
        var aM0 = aM2.rearrange(PREVIOUS, hasPrevious);
        aSum = w12.lanewise(FMA, aM2, w11.lanewise(FMA, aM1, w10.lanewise(FMA, aM0, aSum)));
        if (two) {
          var bMLow = FloatVector.fromArray(SPECIES, source, at + 2 * LENGTH).reinterpretAsInts();
          var bMHigh = FloatVector.fromArray(SPECIES, source, at + 3 * LENGTH).reinterpretAsInts();
          var bM1 = EVEN.selectFrom(bMLow, bMHigh).reinterpretAsFloats();
          var bMOdd = ODD.selectFrom(bMLow, bMHigh);
          var bM2 = bMOdd.reinterpretAsFloats();
          var bM0 = PREVIOUS_OF_TWO.selectFrom(aMOdd, bMOdd).reinterpretAsFloats();
          bSum = w12.lanewise(FMA, bM2, w11.lanewise(FMA, bM1, w10.lanewise(FMA, bM0, bSum)));
        }
        at += pitch;
        var aLLow = FloatVector.fromArray(SPECIES, source, at).reinterpretAsInts();
        var aLHigh = FloatVector.fromArray(SPECIES, source, at + LENGTH).reinterpretAsInts();
        var aL1 = EVEN.selectFrom(aLLow, aLHigh).reinterpretAsFloats();
        var aLOdd = ODD.selectFrom(aLLow, aLHigh);
        var aL2 = aLOdd.reinterpretAsFloats();
        var aL0 = aL2.rearrange(PREVIOUS, hasPrevious);
        aSum = w22.lanewise(FMA, aL2, w21.lanewise(FMA, aL1, w20.lanewise(FMA, aL0, aSum)));
        if (finishes) {
          aSum = aSum.lanewise(ADD, bias);
          seen = seen.lanewise(ADD, aSum);
          aSum =
              aSum.reinterpretAsInts()
                  .lanewise(MAX, floor)
                  .lanewise(MIN, ceiling)
                  .reinterpretAsFloats();
        }
        aSum.intoArray(result, to);
        aSum = w02.lanewise(FMA, aL2, w01.lanewise(FMA, aL1, w00.lanewise(FMA, aL0, zero)));
        if (two) {
          var bLLow = FloatVector.fromArray(SPECIES, source, at + 2 * LENGTH).reinterpretAsInts();
          var bLHigh = FloatVector.fromArray(SPECIES, source, at + 3 * LENGTH).reinterpretAsInts();
          var bL1 = EVEN.selectFrom(bLLow, bLHigh).reinterpretAsFloats();
          var bLOdd = ODD.selectFrom(bLLow, bLHigh);
          var bL2 = bLOdd.reinterpretAsFloats();
          var bL0 = PREVIOUS_OF_TWO.selectFrom(aLOdd, bLOdd).reinterpretAsFloats();
          bSum = w22.lanewise(FMA, bL2, w21.lanewise(FMA, bL1, w20.lanewise(FMA, bL0, bSum)));
          if (finishes) {
            bSum = bSum.lanewise(ADD, bias);
            seen = seen.lanewise(ADD, bSum);
            bSum =
                bSum.reinterpretAsInts()
                    .lanewise(MAX, floor)
                    .lanewise(MIN, ceiling)
                    .reinterpretAsFloats();
          }
          bSum.intoArray(result, to + LENGTH, store);
          bSum = w02.lanewise(FMA, bL2, w01.lanewise(FMA, bL1, w00.lanewise(FMA, bL0, zero)));
        }
      }
      if (below) {
        at += pitch;
        var aELow = FloatVector.fromArray(SPECIES, source, at).reinterpretAsInts();
        var aEHigh = FloatVector.fromArray(SPECIES, source, at + LENGTH).reinterpretAsInts();
        var aE1 = EVEN.selectFrom(aELow, aEHigh).reinterpretAsFloats();
        var aEOdd = ODD.selectFrom(aELow, aEHigh);
        var aE2 = aEOdd.reinterpretAsFloats();
        var aE0 = aE2.rearrange(PREVIOUS, hasPrevious);
        aSum = w12.lanewise(FMA, aE2, w11.lanewise(FMA, aE1, w10.lanewise(FMA, aE0, aSum)));
        if (finishes) {
          aSum = aSum.lanewise(ADD, bias);
          seen = seen.lanewise(ADD, aSum);
          aSum =
              aSum.reinterpretAsInts()
                  .lanewise(MAX, floor)
                  .lanewise(MIN, ceiling)
                  .reinterpretAsFloats();
        }
        aSum.intoArray(result, to);
        if (two) {
          var bELow = FloatVector.fromArray(SPECIES, source, at + 2 * LENGTH).reinterpretAsInts();
          var bEHigh = FloatVector.fromArray(SPECIES, source, at + 3 * LENGTH).reinterpretAsInts();
          var bE1 = EVEN.selectFrom(bELow, bEHigh).reinterpretAsFloats();
          var bEOdd = ODD.selectFrom(bELow, bEHigh);
          var bE2 = bEOdd.reinterpretAsFloats();
          var bE0 = PREVIOUS_OF_TWO.selectFrom(aEOdd, bEOdd).reinterpretAsFloats();
          bSum = w12.lanewise(FMA, bE2, w11.lanewise(FMA, bE1, w10.lanewise(FMA, bE0, bSum)));
          if (finishes) {
            bSum = bSum.lanewise(ADD, bias);
            seen = seen.lanewise(ADD, bSum);
            bSum =
                bSum.reinterpretAsInts()
                    .lanewise(MAX, floor)
                    .lanewise(MIN, ceiling)
                    .reinterpretAsFloats();
          }
          bSum.intoArray(result, to + LENGTH, store);
        }
      }
    }
    return !seen.compare(NE, seen).anyTrue();
  }
}
