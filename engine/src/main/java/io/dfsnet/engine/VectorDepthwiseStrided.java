package io.dfsnet.engine;

import static io.dfsnet.engine.VectorDepthwise.beside;
import static io.dfsnet.engine.VectorDepthwise.mask;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
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
    return walk.stride() == 2;
  }

  @Override
  public Strip[] strips(RowWalk walk) {
    return Strip.cover(walk, LENGTH, LENGTH - 1);
  }

  @Override
  public boolean overruns(RowWalk walk) {
    return false;
  }

  @Override
  public void run(Call call) {
    for (var strip : call.strips) {
      if (strip.columns().length == 2) {
        walkTwo(call, strip);
      } else {
        walkOne(call, strip);
      }
    }
  }

  private static void walkTwo(Call call, Strip strip) {
    var walk = call.walk;
    float[] source = call.source;
    float[] weights = call.weights;
    float[] result = call.result;
    float floor = call.floor;
    float ceiling = call.ceiling;
    boolean finishes = call.finishes();
    boolean caps = call.caps();
    var aBesideLow = beside(strip.loads()[0]);
    var aBesideHigh = beside(strip.loads()[1]);
    var bBesideLow = beside(strip.loads()[2]);
    var bBesideHigh = beside(strip.loads()[3]);
    var store = mask(strip.stores()[1]);
    var zero = FloatVector.zero(SPECIES);
    int pitch = walk.sourceWidth();
    int resultPitch = walk.columns();
    int height = walk.sourceHeight();
    int rows = walk.rows();
    int column = strip.columns()[0];
    int start = walk.sourceAt(0, column);
    int toSecond = strip.columns()[1] - column;
    for (int channel = call.firstChannel; channel < call.endChannel; channel++) {
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
      float bias = call.bias(channel);
      int at = call.sourceMap(channel) + start;
      int to = call.resultMap(channel) + column;
      var aSum = zero;
      var bSum = zero;
      int sourceRow = walk.firstRow();
      if (sourceRow == 0) {
        var aLow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, aBesideLow).reinterpretAsInts();
        var aHigh =
            FloatVector.fromArray(SPECIES, source, at + LENGTH)
                .blend(zero, aBesideHigh)
                .reinterpretAsInts();
        var a0 = EVEN.selectFrom(aLow, aHigh).reinterpretAsFloats();
        var a1 = ODD.selectFrom(aLow, aHigh).reinterpretAsFloats();
        var a2 = a0.rearrange(NEXT);
        aSum = w02.fma(a2, w01.fma(a1, w00.fma(a0, zero)));
        var bLow =
            FloatVector.fromArray(SPECIES, source, at + 2 * toSecond)
                .blend(zero, bBesideLow)
                .reinterpretAsInts();
        var bHigh =
            FloatVector.fromArray(SPECIES, source, at + 2 * toSecond + LENGTH)
                .blend(zero, bBesideHigh)
                .reinterpretAsInts();
        var b0 = EVEN.selectFrom(bLow, bHigh).reinterpretAsFloats();
        var b1 = ODD.selectFrom(bLow, bHigh).reinterpretAsFloats();
        var b2 = b0.rearrange(NEXT);
        bSum = w02.fma(b2, w01.fma(b1, w00.fma(b0, zero)));
      }
      for (int row = 0; row < rows; row++, to += resultPitch) {
        sourceRow++;
        at += pitch;
        if (sourceRow >= 0 && sourceRow < height) {
          var aLow =
              FloatVector.fromArray(SPECIES, source, at)
                  .blend(zero, aBesideLow)
                  .reinterpretAsInts();
          var aHigh =
              FloatVector.fromArray(SPECIES, source, at + LENGTH)
                  .blend(zero, aBesideHigh)
                  .reinterpretAsInts();
          var a0 = EVEN.selectFrom(aLow, aHigh).reinterpretAsFloats();
          var a1 = ODD.selectFrom(aLow, aHigh).reinterpretAsFloats();
          var a2 = a0.rearrange(NEXT);
          aSum = w12.fma(a2, w11.fma(a1, w10.fma(a0, aSum)));
          var bLow =
              FloatVector.fromArray(SPECIES, source, at + 2 * toSecond)
                  .blend(zero, bBesideLow)
                  .reinterpretAsInts();
          var bHigh =
              FloatVector.fromArray(SPECIES, source, at + 2 * toSecond + LENGTH)
                  .blend(zero, bBesideHigh)
                  .reinterpretAsInts();
          var b0 = EVEN.selectFrom(bLow, bHigh).reinterpretAsFloats();
          var b1 = ODD.selectFrom(bLow, bHigh).reinterpretAsFloats();
          var b2 = b0.rearrange(NEXT);
          bSum = w12.fma(b2, w11.fma(b1, w10.fma(b0, bSum)));
        }
        sourceRow++;
        at += pitch;
        var a0 = zero;
        var a1 = zero;
        var a2 = zero;
        var b0 = zero;
        var b1 = zero;
        var b2 = zero;
        if (sourceRow < height) {
          var aLower =
              FloatVector.fromArray(SPECIES, source, at)
                  .blend(zero, aBesideLow)
                  .reinterpretAsInts();
          var aHigher =
              FloatVector.fromArray(SPECIES, source, at + LENGTH)
                  .blend(zero, aBesideHigh)
                  .reinterpretAsInts();
          a0 = EVEN.selectFrom(aLower, aHigher).reinterpretAsFloats();
          a1 = ODD.selectFrom(aLower, aHigher).reinterpretAsFloats();
          a2 = a0.rearrange(NEXT);
          var bLower =
              FloatVector.fromArray(SPECIES, source, at + 2 * toSecond)
                  .blend(zero, bBesideLow)
                  .reinterpretAsInts();
          var bHigher =
              FloatVector.fromArray(SPECIES, source, at + 2 * toSecond + LENGTH)
                  .blend(zero, bBesideHigh)
                  .reinterpretAsInts();
          b0 = EVEN.selectFrom(bLower, bHigher).reinterpretAsFloats();
          b1 = ODD.selectFrom(bLower, bHigher).reinterpretAsFloats();
          b2 = b0.rearrange(NEXT);
        }
        aSum = w22.fma(a2, w21.fma(a1, w20.fma(a0, aSum)));
        if (finishes) {
          aSum = aSum.add(bias);
          aSum = aSum.blend(floor, aSum.compare(VectorOperators.LE, floor));
          if (caps) {
            aSum = aSum.blend(ceiling, aSum.compare(VectorOperators.GT, ceiling));
          }
        }
        aSum.intoArray(result, to);
        aSum = w02.fma(a2, w01.fma(a1, w00.fma(a0, zero)));
        bSum = w22.fma(b2, w21.fma(b1, w20.fma(b0, bSum)));
        if (finishes) {
          bSum = bSum.add(bias);
          bSum = bSum.blend(floor, bSum.compare(VectorOperators.LE, floor));
          if (caps) {
            bSum = bSum.blend(ceiling, bSum.compare(VectorOperators.GT, ceiling));
          }
        }
        bSum.intoArray(result, to + toSecond, store);
        bSum = w02.fma(b2, w01.fma(b1, w00.fma(b0, zero)));
      }
    }
  }

  private static void walkOne(Call call, Strip strip) {
    var walk = call.walk;
    float[] source = call.source;
    float[] weights = call.weights;
    float[] result = call.result;
    float floor = call.floor;
    float ceiling = call.ceiling;
    boolean finishes = call.finishes();
    boolean caps = call.caps();
    var aBesideLow = beside(strip.loads()[0]);
    var aBesideHigh = beside(strip.loads()[1]);
    var store = mask(strip.stores()[0]);
    var zero = FloatVector.zero(SPECIES);
    int pitch = walk.sourceWidth();
    int resultPitch = walk.columns();
    int height = walk.sourceHeight();
    int rows = walk.rows();
    int column = strip.columns()[0];
    int start = walk.sourceAt(0, column);
    for (int channel = call.firstChannel; channel < call.endChannel; channel++) {
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
      float bias = call.bias(channel);
      int at = call.sourceMap(channel) + start;
      int to = call.resultMap(channel) + column;
      var aSum = zero;
      int sourceRow = walk.firstRow();
      if (sourceRow == 0) {
        var aLow =
            FloatVector.fromArray(SPECIES, source, at).blend(zero, aBesideLow).reinterpretAsInts();
        var aHigh =
            FloatVector.fromArray(SPECIES, source, at + LENGTH)
                .blend(zero, aBesideHigh)
                .reinterpretAsInts();
        var a0 = EVEN.selectFrom(aLow, aHigh).reinterpretAsFloats();
        var a1 = ODD.selectFrom(aLow, aHigh).reinterpretAsFloats();
        var a2 = a0.rearrange(NEXT);
        aSum = w02.fma(a2, w01.fma(a1, w00.fma(a0, zero)));
      }
      for (int row = 0; row < rows; row++, to += resultPitch) {
        sourceRow++;
        at += pitch;
        if (sourceRow >= 0 && sourceRow < height) {
          var aLow =
              FloatVector.fromArray(SPECIES, source, at)
                  .blend(zero, aBesideLow)
                  .reinterpretAsInts();
          var aHigh =
              FloatVector.fromArray(SPECIES, source, at + LENGTH)
                  .blend(zero, aBesideHigh)
                  .reinterpretAsInts();
          var a0 = EVEN.selectFrom(aLow, aHigh).reinterpretAsFloats();
          var a1 = ODD.selectFrom(aLow, aHigh).reinterpretAsFloats();
          var a2 = a0.rearrange(NEXT);
          aSum = w12.fma(a2, w11.fma(a1, w10.fma(a0, aSum)));
        }
        sourceRow++;
        at += pitch;
        var a0 = zero;
        var a1 = zero;
        var a2 = zero;
        if (sourceRow < height) {
          var aLower =
              FloatVector.fromArray(SPECIES, source, at)
                  .blend(zero, aBesideLow)
                  .reinterpretAsInts();
          var aHigher =
              FloatVector.fromArray(SPECIES, source, at + LENGTH)
                  .blend(zero, aBesideHigh)
                  .reinterpretAsInts();
          a0 = EVEN.selectFrom(aLower, aHigher).reinterpretAsFloats();
          a1 = ODD.selectFrom(aLower, aHigher).reinterpretAsFloats();
          a2 = a0.rearrange(NEXT);
        }
        aSum = w22.fma(a2, w21.fma(a1, w20.fma(a0, aSum)));
        if (finishes) {
          aSum = aSum.add(bias);
          aSum = aSum.blend(floor, aSum.compare(VectorOperators.LE, floor));
          if (caps) {
            aSum = aSum.blend(ceiling, aSum.compare(VectorOperators.GT, ceiling));
          }
        }
        aSum.intoArray(result, to, store);
        aSum = w02.fma(a2, w01.fma(a1, w00.fma(a0, zero)));
      }
    }
  }
}
