package io.dfsnet.engine;

import static io.dfsnet.engine.VectorDepthwise.mask;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Backward to data of depthwise convolutions with stride 2 and a border of 1: a row of the gradient
 * of the output spreads to two rows of the input's. With {@code g} a row, {@code h} the row below
 * and {@code w} the taps:
 *
 * <pre>
 *                 even columns 2x          odd columns 2x + 1
 *   even row      w11 g[x]                 w12 g[x] + w10 g[x+1]
 *   odd row       w21 g[x] + w01 h[x]      w22 g[x] + w20 g[x+1] + w02 h[x] + w00 h[x+1]
 * </pre>
 *
 * Nine products for four vectors, whose even and odd columns are then put between each other. What
 * is stored behind a row is overwritten by the next.
 */
final class VectorDepthwiseSpread implements DepthwiseKernel {
  private static final VectorSpecies<Integer> LANES =
      VectorSpecies.of(int.class, VectorShape.forBitSize(SPECIES.vectorBitSize()));

  /** Lane by lane of one vector and the other, from their beginnings on, then from the middles. */
  private static final IntVector LOWER = between(0);

  private static final IntVector UPPER = between(LENGTH / 2);

  private static IntVector between(int first) {
    int[] lanes = new int[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      lanes[i] = first + i / 2 + i % 2 * LENGTH;
    }
    return IntVector.fromArray(LANES, lanes, 0);
  }

  @Override
  public String name() {
    return "k3s2v1__simd" + SPECIES.vectorBitSize();
  }

  /** Only a map in a single strip may be overwritten behind its rows. */
  @Override
  public boolean admits(RowWalk walk) {
    return walk.spreads()
        && (walk.sourceWidth() <= LENGTH || walk.columns() == 2 * walk.sourceWidth());
  }

  /** Strips of columns of the gradient of the output. */
  @Override
  public Strip[] strips(RowWalk walk) {
    int width = walk.sourceWidth();
    var strips = new Strip[Math.ceilDiv(width, LENGTH)];
    for (int i = 0; i < strips.length; i++) {
      int column = Math.clamp(width - LENGTH, 0, i * LENGTH);
      strips[i] = new Strip(new int[] {column}, 0, walk.beside(column + 1, LENGTH), 0);
    }
    return strips;
  }

  @Override
  public boolean overruns(RowWalk walk) {
    return walk.columns() < 2 * LENGTH;
  }

  @Override
  public boolean run(Call call) {
    for (var strip : call.strips) {
      spread(call, strip);
    }
    return true;
  }

  private static void spread(Call call, Strip strip) {
    var walk = call.walk;
    float[] source = call.source;
    float[] weights = call.weights;
    float[] result = call.result;
    int size = walk.size();
    int sourceSize = walk.sourceSize();
    int sourceAt = call.sourceAt;
    int resultAt = call.resultAt;
    int endChannel = call.endChannel;
    var right = mask(strip.right());
    var zero = FloatVector.zero(SPECIES);
    int pitch = walk.sourceWidth();
    int resultPitch = walk.columns();
    boolean both = resultPitch > LENGTH;
    int column = strip.columns()[0];
    int oddRows = walk.rows() / 2;
    int sourceRows = walk.sourceHeight();
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
      int at = sourceAt + channel * sourceSize + column;
      int to = resultAt + channel * size + 2 * column;
      var g0 = FloatVector.fromArray(SPECIES, source, at);
      var g1 = FloatVector.fromArray(SPECIES, source, at + 1).blend(zero, right);
      for (int row = 0; row < sourceRows; row++) {
        var even = w11.lanewise(FMA, g0, zero).reinterpretAsInts();
        var odd = w10.lanewise(FMA, g1, w12.lanewise(FMA, g0, zero)).reinterpretAsInts();
        LOWER.selectFrom(even, odd).reinterpretAsFloats().intoArray(result, to);
        if (both) {
          UPPER.selectFrom(even, odd).reinterpretAsFloats().intoArray(result, to + LENGTH);
        }
        to += resultPitch;
        if (row < oddRows) {
          var below = w21.lanewise(FMA, g0, zero);
          var belowOdd = w20.lanewise(FMA, g1, w22.lanewise(FMA, g0, zero));
          if (row + 1 < sourceRows) {
            at += pitch;
            g0 = FloatVector.fromArray(SPECIES, source, at);
            g1 = FloatVector.fromArray(SPECIES, source, at + 1).blend(zero, right);
            below = w01.lanewise(FMA, g0, below);
            belowOdd = w00.lanewise(FMA, g1, w02.lanewise(FMA, g0, belowOdd));
          }
          var a = below.reinterpretAsInts();
          var b = belowOdd.reinterpretAsInts();
          LOWER.selectFrom(a, b).reinterpretAsFloats().intoArray(result, to);
          if (both) {
            UPPER.selectFrom(a, b).reinterpretAsFloats().intoArray(result, to + LENGTH);
          }
          to += resultPitch;
        }
      }
    }
  }
}
