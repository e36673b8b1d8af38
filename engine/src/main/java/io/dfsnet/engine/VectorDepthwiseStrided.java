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
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise sums with stride 2. A step of the walk takes one row of the source as two vectors and
 * picks every second lane of both:
 *
 * <pre>
 *   a b c d   e f g h      lanes 0 to 7 of a row (of four lanes each)
 *   a   c     e   g        tap column 0: the even lanes
 *     b   d     f   h      tap column 1: the odd lanes
 *       c     e   g        tap column 2: the even lanes from the next one on. The last would be i,
 *                          so a vector has sums in all lanes but the last.
 * </pre>
 *
 * Tap row 1 meets the odd rows; an even row is tap row 2 of one row of the result and tap row 0 of
 * the next. Vectors of a row are taken in pairs, as in {@link VectorDepthwise}; the first one of a
 * pair is stored whole, the second one writes over its last lane.
 */
final class VectorDepthwiseStrided implements DepthwiseKernel {
  private static final VectorSpecies<Integer> LANES =
      VectorSpecies.of(int.class, VectorShape.forBitSize(SPECIES.vectorBitSize()));

  // Integers, because a selection by a vector of floats converts it every time.
  private static final IntVector EVEN = IntVector.zero(LANES).addIndex(2);
  private static final IntVector ODD = EVEN.add(1);

  private static final VectorShuffle<Float> NEXT =
      VectorShuffle.fromOp(SPECIES, lane -> (lane + 1) % LENGTH);

  @Override
  public String name() {
    return "k3s2v2__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public boolean admits(RowWalk walk) {
    return walk.stride() == 2 && !walk.spreads();
  }

  @Override
  public Strip[] strips(RowWalk walk) {
    return Strip.cover(walk, LENGTH, LENGTH - 1, true);
  }

  @Override
  public boolean overruns(RowWalk walk) {
    return walk.columns() < LENGTH;
  }

  @Override
  public boolean run(Call call) {
    boolean whole = true;
    for (var strip : call.strips) {
      whole &= strip.columns().length == 2 ? walkTwo(call, strip) : walkOne(call, strip);
    }
    return whole;
  }

  private static boolean walkTwo(Call call, Strip strip) {
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
    var left = mask(strip.left());
    var right = mask(strip.right());
    var store = mask(strip.stores());
    var zero = FloatVector.zero(SPECIES);
    var seen = zero;
    int pitch = walk.sourceWidth();
    int resultPitch = walk.columns();
    int rows = walk.rows();
    boolean above = walk.firstRow() < 0;
    boolean below = walk.endWalked() < 2 * rows + 1;
    int wholeRows = below ? rows - 1 : rows;
    int column = strip.columns()[0];
    int start = walk.sourceAt(0, column);
    int toSecond = strip.columns()[1] - column;
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
      int to = resultAt + channel * size + column;
      var aSum = zero;
      var bSum = zero;
      if (!above) {
        var aULow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, left).reinterpretAsInts();
        var aUHigh = FloatVector.fromArray(SPECIES, source, at + LENGTH).reinterpretAsInts();
        var aU0 = EVEN.selectFrom(aULow, aUHigh).reinterpretAsFloats();
        var aU1 = ODD.selectFrom(aULow, aUHigh).reinterpretAsFloats();
        var aU2 = aU0.rearrange(NEXT);
        aSum = w02.lanewise(FMA, aU2, w01.lanewise(FMA, aU1, w00.lanewise(FMA, aU0, zero)));
        var bULow = FloatVector.fromArray(SPECIES, source, at + 2 * toSecond).reinterpretAsInts();
        var bUHigh =
            FloatVector.fromArray(SPECIES, source, at + 2 * toSecond + LENGTH)
                .blend(zero, right)
                .reinterpretAsInts();
        var bU0 = EVEN.selectFrom(bULow, bUHigh).reinterpretAsFloats();
        var bU1 = ODD.selectFrom(bULow, bUHigh).reinterpretAsFloats();
        var bU2 = bU0.rearrange(NEXT);
        bSum = w02.lanewise(FMA, bU2, w01.lanewise(FMA, bU1, w00.lanewise(FMA, bU0, zero)));
      }
      for (int row = 0; row < wholeRows; row++, to += resultPitch) {
        at += pitch;
        var aMLow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, left).reinterpretAsInts();
        var aMHigh = FloatVector.fromArray(SPECIES, source, at + LENGTH).reinterpretAsInts();
        var aM0 = EVEN.selectFrom(aMLow, aMHigh).reinterpretAsFloats();
        var aM1 = ODD.selectFrom(aMLow, aMHigh).reinterpretAsFloats();
        var aM2 = aM0.rearrange(NEXT);
        aSum = w12.lanewise(FMA, aM2, w11.lanewise(FMA, aM1, w10.lanewise(FMA, aM0, aSum)));
        var bMLow = FloatVector.fromArray(SPECIES, source, at + 2 * toSecond).reinterpretAsInts();
        var bMHigh =
            FloatVector.fromArray(SPECIES, source, at + 2 * toSecond + LENGTH)
                .blend(zero, right)
                .reinterpretAsInts();
        var bM0 = EVEN.selectFrom(bMLow, bMHigh).reinterpretAsFloats();
        var bM1 = ODD.selectFrom(bMLow, bMHigh).reinterpretAsFloats();
        var bM2 = bM0.rearrange(NEXT);
        bSum = w12.lanewise(FMA, bM2, w11.lanewise(FMA, bM1, w10.lanewise(FMA, bM0, bSum)));
        at += pitch;
        var aLLow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, left).reinterpretAsInts();
        var aLHigh = FloatVector.fromArray(SPECIES, source, at + LENGTH).reinterpretAsInts();
        var aL0 = EVEN.selectFrom(aLLow, aLHigh).reinterpretAsFloats();
        var aL1 = ODD.selectFrom(aLLow, aLHigh).reinterpretAsFloats();
        var aL2 = aL0.rearrange(NEXT);
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
        var bLLow = FloatVector.fromArray(SPECIES, source, at + 2 * toSecond).reinterpretAsInts();
        var bLHigh =
            FloatVector.fromArray(SPECIES, source, at + 2 * toSecond + LENGTH)
                .blend(zero, right)
                .reinterpretAsInts();
        var bL0 = EVEN.selectFrom(bLLow, bLHigh).reinterpretAsFloats();
        var bL1 = ODD.selectFrom(bLLow, bLHigh).reinterpretAsFloats();
        var bL2 = bL0.rearrange(NEXT);
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
        bSum.intoArray(result, to + toSecond, store);
        bSum = w02.lanewise(FMA, bL2, w01.lanewise(FMA, bL1, w00.lanewise(FMA, bL0, zero)));
      }
      if (below) {
        at += pitch;
        var aELow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, left).reinterpretAsInts();
        var aEHigh = FloatVector.fromArray(SPECIES, source, at + LENGTH).reinterpretAsInts();
        var aE0 = EVEN.selectFrom(aELow, aEHigh).reinterpretAsFloats();
        var aE1 = ODD.selectFrom(aELow, aEHigh).reinterpretAsFloats();
        var aE2 = aE0.rearrange(NEXT);
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
        var bELow = FloatVector.fromArray(SPECIES, source, at + 2 * toSecond).reinterpretAsInts();
        var bEHigh =
            FloatVector.fromArray(SPECIES, source, at + 2 * toSecond + LENGTH)
                .blend(zero, right)
                .reinterpretAsInts();
        var bE0 = EVEN.selectFrom(bELow, bEHigh).reinterpretAsFloats();
        var bE1 = ODD.selectFrom(bELow, bEHigh).reinterpretAsFloats();
        var bE2 = bE0.rearrange(NEXT);
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
        bSum.intoArray(result, to + toSecond, store);
      }
    }
    return !seen.compare(NE, seen).anyTrue();
  }

  private static boolean walkOne(Call call, Strip strip) {
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
    var left = mask(strip.left());
    var right = mask(strip.right());
    var zero = FloatVector.zero(SPECIES);
    var seen = zero;
    int pitch = walk.sourceWidth();
    int resultPitch = walk.columns();
    int rows = walk.rows();
    boolean above = walk.firstRow() < 0;
    boolean below = walk.endWalked() < 2 * rows + 1;
    int wholeRows = below ? rows - 1 : rows;
    int column = strip.columns()[0];
    int start = walk.sourceAt(0, column);
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
      int to = resultAt + channel * size + column;
      var aSum = zero;
      if (!above) {
        var aULow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, left).reinterpretAsInts();
        var aUHigh =
            FloatVector.fromArray(SPECIES, source, at + LENGTH)
                .blend(zero, right)
                .reinterpretAsInts();
        var aU0 = EVEN.selectFrom(aULow, aUHigh).reinterpretAsFloats();
        var aU1 = ODD.selectFrom(aULow, aUHigh).reinterpretAsFloats();
        var aU2 = aU0.rearrange(NEXT);
        aSum = w02.lanewise(FMA, aU2, w01.lanewise(FMA, aU1, w00.lanewise(FMA, aU0, zero)));
      }
      for (int row = 0; row < wholeRows; row++, to += resultPitch) {
        at += pitch;
        var aMLow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, left).reinterpretAsInts();
        var aMHigh =
            FloatVector.fromArray(SPECIES, source, at + LENGTH)
                .blend(zero, right)
                .reinterpretAsInts();
        var aM0 = EVEN.selectFrom(aMLow, aMHigh).reinterpretAsFloats();
        var aM1 = ODD.selectFrom(aMLow, aMHigh).reinterpretAsFloats();
        var aM2 = aM0.rearrange(NEXT);
        aSum = w12.lanewise(FMA, aM2, w11.lanewise(FMA, aM1, w10.lanewise(FMA, aM0, aSum)));
        at += pitch;
        var aLLow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, left).reinterpretAsInts();
        var aLHigh =
            FloatVector.fromArray(SPECIES, source, at + LENGTH)
                .blend(zero, right)
                .reinterpretAsInts();
        var aL0 = EVEN.selectFrom(aLLow, aLHigh).reinterpretAsFloats();
        var aL1 = ODD.selectFrom(aLLow, aLHigh).reinterpretAsFloats();
        var aL2 = aL0.rearrange(NEXT);
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
      }
      if (below) {
        at += pitch;
        var aELow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, left).reinterpretAsInts();
        var aEHigh =
            FloatVector.fromArray(SPECIES, source, at + LENGTH)
                .blend(zero, right)
                .reinterpretAsInts();
        var aE0 = EVEN.selectFrom(aELow, aEHigh).reinterpretAsFloats();
        var aE1 = ODD.selectFrom(aELow, aEHigh).reinterpretAsFloats();
        var aE2 = aE0.rearrange(NEXT);
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
      }
    }
    return !seen.compare(NE, seen).anyTrue();
  }
}
