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

/**
 * The walks of {@link VectorDepthwiseWide} over three and over four vectors of a row, which are
 * loaded once. What tap columns 0 and 2 read is selected from two neighbours, but at both ends of
 * the strip, where the neighbours are not at hand:
 *
 * <pre>
 *      a a a a | b b b b      tap column 1 of the vectors a and b (of four lanes each)
 *    ? a a a   | a b b b      tap column 0: the lanes before
 *      a a a b | b b b ?      tap column 2: the next ones
 * </pre>
 */
final class VectorDepthwiseStretches {
  // Integers, because a selection by a vector of floats converts it every time.
  private static final IntVector NEXT = IntVector.zero(INTS).addIndex(1).add(1);
  private static final IntVector PREVIOUS = NEXT.add(LENGTH - 2);

  private VectorDepthwiseStretches() {}

  static boolean walkFour(DepthwiseKernel.Call call, DepthwiseKernel.Strip strip) {
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
    int end = walk.endWalked();
    int from = call.firstStep;
    int until = call.endStep;
    boolean goesOn = until < walk.steps();
    float[] waiting = call.waiting;
    int waitingAt = call.waitingAt;
    int first = Math.max(from, walk.firstWalked());
    int column = strip.columns()[0];
    int start = walk.sourceAt(first, column);
    int resultStart = Math.max(from - 2, 0) * resultPitch + column;
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
      int to = resultAt + channel * size + resultStart;
      var aOlder = zero;
      var aNewer = zero;
      var bOlder = zero;
      var bNewer = zero;
      var cOlder = zero;
      var cNewer = zero;
      var dOlder = zero;
      var dNewer = zero;
      if (from > 0) {
        aOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt);
        aNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + LENGTH);
        bOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt + 2 * LENGTH);
        bNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + 3 * LENGTH);
        cOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt + 4 * LENGTH);
        cNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + 5 * LENGTH);
        dOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt + 6 * LENGTH);
        dNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + 7 * LENGTH);
      }
      for (int row = first; row < until; row++, at += pitch) {
        var a0 = zero;
        var a1 = zero;
        var a2 = zero;
        var b0 = zero;
        var b1 = zero;
        var b2 = zero;
        var c0 = zero;
        var c1 = zero;
        var c2 = zero;
        var d0 = zero;
        var d1 = zero;
        var d2 = zero;
        if (row < end) {
          a0 = FloatVector.fromArray(SPECIES, source, at).blend(zero, left);
          a1 = FloatVector.fromArray(SPECIES, source, at + 1);
          b1 = FloatVector.fromArray(SPECIES, source, at + LENGTH + 1);
          c1 = FloatVector.fromArray(SPECIES, source, at + 2 * LENGTH + 1);
          d1 = FloatVector.fromArray(SPECIES, source, at + 3 * LENGTH + 1);
          d2 = FloatVector.fromArray(SPECIES, source, at + 3 * LENGTH + 2).blend(zero, right);
          var aLanes = a1.reinterpretAsInts();
          var bLanes = b1.reinterpretAsInts();
          var cLanes = c1.reinterpretAsInts();
          var dLanes = d1.reinterpretAsInts();
          a2 = NEXT.selectFrom(aLanes, bLanes).reinterpretAsFloats();
          b0 = PREVIOUS.selectFrom(aLanes, bLanes).reinterpretAsFloats();
          b2 = NEXT.selectFrom(bLanes, cLanes).reinterpretAsFloats();
          c0 = PREVIOUS.selectFrom(bLanes, cLanes).reinterpretAsFloats();
          c2 = NEXT.selectFrom(cLanes, dLanes).reinterpretAsFloats();
          d0 = PREVIOUS.selectFrom(cLanes, dLanes).reinterpretAsFloats();
        }
        if (row >= 2) {
          var aSum = w22.lanewise(FMA, a2, w21.lanewise(FMA, a1, w20.lanewise(FMA, a0, aOlder)));
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
          var bSum = w22.lanewise(FMA, b2, w21.lanewise(FMA, b1, w20.lanewise(FMA, b0, bOlder)));
          if (finishes) {
            bSum = bSum.lanewise(ADD, bias);
            seen = seen.lanewise(ADD, bSum);
            bSum =
                bSum.reinterpretAsInts()
                    .lanewise(MAX, floor)
                    .lanewise(MIN, ceiling)
                    .reinterpretAsFloats();
          }
          bSum.intoArray(result, to + LENGTH);
          var cSum = w22.lanewise(FMA, c2, w21.lanewise(FMA, c1, w20.lanewise(FMA, c0, cOlder)));
          if (finishes) {
            cSum = cSum.lanewise(ADD, bias);
            seen = seen.lanewise(ADD, cSum);
            cSum =
                cSum.reinterpretAsInts()
                    .lanewise(MAX, floor)
                    .lanewise(MIN, ceiling)
                    .reinterpretAsFloats();
          }
          cSum.intoArray(result, to + 2 * LENGTH);
          var dSum = w22.lanewise(FMA, d2, w21.lanewise(FMA, d1, w20.lanewise(FMA, d0, dOlder)));
          if (finishes) {
            dSum = dSum.lanewise(ADD, bias);
            seen = seen.lanewise(ADD, dSum);
            dSum =
                dSum.reinterpretAsInts()
                    .lanewise(MAX, floor)
                    .lanewise(MIN, ceiling)
                    .reinterpretAsFloats();
          }
          dSum.intoArray(result, to + 3 * LENGTH, store);
          to += resultPitch;
        }
        aOlder = w12.lanewise(FMA, a2, w11.lanewise(FMA, a1, w10.lanewise(FMA, a0, aNewer)));
        aNewer = w02.lanewise(FMA, a2, w01.lanewise(FMA, a1, w00.lanewise(FMA, a0, zero)));
        bOlder = w12.lanewise(FMA, b2, w11.lanewise(FMA, b1, w10.lanewise(FMA, b0, bNewer)));
        bNewer = w02.lanewise(FMA, b2, w01.lanewise(FMA, b1, w00.lanewise(FMA, b0, zero)));
        cOlder = w12.lanewise(FMA, c2, w11.lanewise(FMA, c1, w10.lanewise(FMA, c0, cNewer)));
        cNewer = w02.lanewise(FMA, c2, w01.lanewise(FMA, c1, w00.lanewise(FMA, c0, zero)));
        dOlder = w12.lanewise(FMA, d2, w11.lanewise(FMA, d1, w10.lanewise(FMA, d0, dNewer)));
        dNewer = w02.lanewise(FMA, d2, w01.lanewise(FMA, d1, w00.lanewise(FMA, d0, zero)));
      }
      if (goesOn) {
        aOlder.intoArray(waiting, waitingAt);
        aNewer.intoArray(waiting, waitingAt + LENGTH);
        bOlder.intoArray(waiting, waitingAt + 2 * LENGTH);
        bNewer.intoArray(waiting, waitingAt + 3 * LENGTH);
        cOlder.intoArray(waiting, waitingAt + 4 * LENGTH);
        cNewer.intoArray(waiting, waitingAt + 5 * LENGTH);
        dOlder.intoArray(waiting, waitingAt + 6 * LENGTH);
        dNewer.intoArray(waiting, waitingAt + 7 * LENGTH);
      }
    }
    return !seen.compare(NE, seen).anyTrue();
  }

  static boolean walkThree(DepthwiseKernel.Call call, DepthwiseKernel.Strip strip) {
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
    int end = walk.endWalked();
    int from = call.firstStep;
    int until = call.endStep;
    boolean goesOn = until < walk.steps();
    float[] waiting = call.waiting;
    int waitingAt = call.waitingAt;
    int first = Math.max(from, walk.firstWalked());
    int column = strip.columns()[0];
    int start = walk.sourceAt(first, column);
    int resultStart = Math.max(from - 2, 0) * resultPitch + column;
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
      int to = resultAt + channel * size + resultStart;
      var aOlder = zero;
      var aNewer = zero;
      var bOlder = zero;
      var bNewer = zero;
      var cOlder = zero;
      var cNewer = zero;
      if (from > 0) {
        aOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt);
        aNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + LENGTH);
        bOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt + 2 * LENGTH);
        bNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + 3 * LENGTH);
        cOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt + 4 * LENGTH);
        cNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + 5 * LENGTH);
      }
      for (int row = first; row < until; row++, at += pitch) {
        var a0 = zero;
        var a1 = zero;
        var a2 = zero;
        var b0 = zero;
        var b1 = zero;
        var b2 = zero;
        var c0 = zero;
        var c1 = zero;
        var c2 = zero;
        if (row < end) {
          a0 = FloatVector.fromArray(SPECIES, source, at).blend(zero, left);
          a1 = FloatVector.fromArray(SPECIES, source, at + 1);
          b1 = FloatVector.fromArray(SPECIES, source, at + LENGTH + 1);
          c1 = FloatVector.fromArray(SPECIES, source, at + 2 * LENGTH + 1);
          c2 = FloatVector.fromArray(SPECIES, source, at + 2 * LENGTH + 2).blend(zero, right);
          var aLanes = a1.reinterpretAsInts();
          var bLanes = b1.reinterpretAsInts();
          var cLanes = c1.reinterpretAsInts();
          a2 = NEXT.selectFrom(aLanes, bLanes).reinterpretAsFloats();
          b0 = PREVIOUS.selectFrom(aLanes, bLanes).reinterpretAsFloats();
          b2 = NEXT.selectFrom(bLanes, cLanes).reinterpretAsFloats();
          c0 = PREVIOUS.selectFrom(bLanes, cLanes).reinterpretAsFloats();
        }
        if (row >= 2) {
          var aSum = w22.lanewise(FMA, a2, w21.lanewise(FMA, a1, w20.lanewise(FMA, a0, aOlder)));
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
          var bSum = w22.lanewise(FMA, b2, w21.lanewise(FMA, b1, w20.lanewise(FMA, b0, bOlder)));
          if (finishes) {
            bSum = bSum.lanewise(ADD, bias);
            seen = seen.lanewise(ADD, bSum);
            bSum =
                bSum.reinterpretAsInts()
                    .lanewise(MAX, floor)
                    .lanewise(MIN, ceiling)
                    .reinterpretAsFloats();
          }
          bSum.intoArray(result, to + LENGTH);
          var cSum = w22.lanewise(FMA, c2, w21.lanewise(FMA, c1, w20.lanewise(FMA, c0, cOlder)));
          if (finishes) {
            cSum = cSum.lanewise(ADD, bias);
            seen = seen.lanewise(ADD, cSum);
            cSum =
                cSum.reinterpretAsInts()
                    .lanewise(MAX, floor)
                    .lanewise(MIN, ceiling)
                    .reinterpretAsFloats();
          }
          cSum.intoArray(result, to + 2 * LENGTH, store);
          to += resultPitch;
        }
        aOlder = w12.lanewise(FMA, a2, w11.lanewise(FMA, a1, w10.lanewise(FMA, a0, aNewer)));
        aNewer = w02.lanewise(FMA, a2, w01.lanewise(FMA, a1, w00.lanewise(FMA, a0, zero)));
        bOlder = w12.lanewise(FMA, b2, w11.lanewise(FMA, b1, w10.lanewise(FMA, b0, bNewer)));
        bNewer = w02.lanewise(FMA, b2, w01.lanewise(FMA, b1, w00.lanewise(FMA, b0, zero)));
        cOlder = w12.lanewise(FMA, c2, w11.lanewise(FMA, c1, w10.lanewise(FMA, c0, cNewer)));
        cNewer = w02.lanewise(FMA, c2, w01.lanewise(FMA, c1, w00.lanewise(FMA, c0, zero)));
      }
      if (goesOn) {
        aOlder.intoArray(waiting, waitingAt);
        aNewer.intoArray(waiting, waitingAt + LENGTH);
        bOlder.intoArray(waiting, waitingAt + 2 * LENGTH);
        bNewer.intoArray(waiting, waitingAt + 3 * LENGTH);
        cOlder.intoArray(waiting, waitingAt + 4 * LENGTH);
        cNewer.intoArray(waiting, waitingAt + 5 * LENGTH);
      }
    }
    return !seen.compare(NE, seen).anyTrue();
  }
}
