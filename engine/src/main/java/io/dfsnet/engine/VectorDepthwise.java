package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.INTS;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.NE;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * Depthwise sums with stride 1. A step of the walk takes one row of the source: three vectors, one
 * per tap column, each for three products. The sums of three rows of the result are under way:
 *
 * <pre>
 *   x0 x1 x2  row i of the source
 *             tap row 2   complete: the row of the result that began two steps ago
 *             tap row 1   older:    the one that began a step ago
 *             tap row 0   newer:    begins here
 * </pre>
 *
 * Nine products need three loads and a store, and no copy of the map. Two vectors of a row are
 * taken together, so that more products are independent and the map is read more nearly in order.
 * Loads are whole vectors: what lies beside the map is replaced by zero, which costs less than
 * masked loads and is all the same to the multiply-add units.
 */
final class VectorDepthwise implements DepthwiseKernel {
  /**
   * True if a shuffle may have two sources and there are 32 registers, as with AVX-512. With AVX2
   * it takes three instructions, and more loads take less time.
   */
  private static final boolean SELECTS_FROM_TWO = SPECIES.vectorBitSize() == 512;

  static List<DepthwiseKernel> all() {
    List<DepthwiseKernel> kernels = new ArrayList<>();
    kernels.add(new VectorDepthwiseRows.Pairs());
    kernels.add(new VectorDepthwiseRows.Single());
    kernels.add(new VectorDepthwiseStridedPairs());
    if (SELECTS_FROM_TWO) {
      kernels.add(new VectorDepthwiseWide());
      kernels.add(new VectorDepthwiseStridedRows());
    }
    kernels.add(new VectorDepthwise());
    if (VectorKernels.HAS_MASKED_STORES) {
      kernels.add(new VectorDepthwiseStrided());
    }
    kernels.add(new VectorDepthwiseSpread());
    return List.copyOf(kernels);
  }

  @Override
  public String name() {
    return "k3s1v2__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public boolean admits(RowWalk walk) {
    return walk.stride() == 1;
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
    boolean whole = true;
    for (var strip : call.strips) {
      whole &= strip.columns().length == 2 ? walkTwo(call, strip) : walkOne(call, strip);
    }
    return whole;
  }

  static boolean walkTwo(Call call, Strip strip) {
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
      int to = resultAt + channel * size + resultStart;
      var aOlder = zero;
      var aNewer = zero;
      var bOlder = zero;
      var bNewer = zero;
      if (from > 0) {
        aOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt);
        aNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + LENGTH);
        bOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt + 2 * LENGTH);
        bNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + 3 * LENGTH);
      }
      for (int row = first; row < until; row++, at += pitch) {
        var a0 = zero;
        var a1 = zero;
        var a2 = zero;
        var b0 = zero;
        var b1 = zero;
        var b2 = zero;
        if (row < end) {
          a0 = FloatVector.fromArray(SPECIES, source, at).blend(zero, left);
          a1 = FloatVector.fromArray(SPECIES, source, at + 1);
          a2 = FloatVector.fromArray(SPECIES, source, at + 2);
          b0 = FloatVector.fromArray(SPECIES, source, at + toSecond);
          b1 = FloatVector.fromArray(SPECIES, source, at + toSecond + 1);
          b2 = FloatVector.fromArray(SPECIES, source, at + toSecond + 2).blend(zero, right);
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
          bSum.intoArray(result, to + toSecond);
          to += resultPitch;
        }
        aOlder = w12.lanewise(FMA, a2, w11.lanewise(FMA, a1, w10.lanewise(FMA, a0, aNewer)));
        aNewer = w02.lanewise(FMA, a2, w01.lanewise(FMA, a1, w00.lanewise(FMA, a0, zero)));
        bOlder = w12.lanewise(FMA, b2, w11.lanewise(FMA, b1, w10.lanewise(FMA, b0, bNewer)));
        bNewer = w02.lanewise(FMA, b2, w01.lanewise(FMA, b1, w00.lanewise(FMA, b0, zero)));
      }
      if (goesOn) {
        aOlder.intoArray(waiting, waitingAt);
        aNewer.intoArray(waiting, waitingAt + LENGTH);
        bOlder.intoArray(waiting, waitingAt + 2 * LENGTH);
        bNewer.intoArray(waiting, waitingAt + 3 * LENGTH);
      }
    }
    return !seen.compare(NE, seen).anyTrue();
  }

  static boolean walkOne(Call call, Strip strip) {
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
      if (from > 0) {
        aOlder = FloatVector.fromArray(SPECIES, waiting, waitingAt);
        aNewer = FloatVector.fromArray(SPECIES, waiting, waitingAt + LENGTH);
      }
      for (int row = first; row < until; row++, at += pitch) {
        var a0 = zero;
        var a1 = zero;
        var a2 = zero;
        if (row < end) {
          a0 = FloatVector.fromArray(SPECIES, source, at).blend(zero, left);
          a1 = FloatVector.fromArray(SPECIES, source, at + 1);
          a2 = FloatVector.fromArray(SPECIES, source, at + 2).blend(zero, right);
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
          to += resultPitch;
        }
        aOlder = w12.lanewise(FMA, a2, w11.lanewise(FMA, a1, w10.lanewise(FMA, a0, aNewer)));
        aNewer = w02.lanewise(FMA, a2, w01.lanewise(FMA, a1, w00.lanewise(FMA, a0, zero)));
      }
      if (goesOn) {
        aOlder.intoArray(waiting, waitingAt);
        aNewer.intoArray(waiting, waitingAt + LENGTH);
      }
    }
    return !seen.compare(NE, seen).anyTrue();
  }

  static VectorMask<Float> mask(long lanes) {
    return VectorMask.fromLong(SPECIES, lanes & (1L << LENGTH) - 1);
  }
}
