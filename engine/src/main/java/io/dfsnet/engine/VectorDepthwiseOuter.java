package io.dfsnet.engine;

import static io.dfsnet.engine.VectorDepthwise.mask;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;

/**
 * Gradients of depthwise weights with stride 1. As in {@link VectorDepthwise} every row of the
 * input is loaded once, for three rows of the gradient, of which two are kept in registers:
 *
 * <pre>
 *   x0 x1 x2   row i of the input, and its neighbours
 *   newer      row i of the gradient, for tap row 0; the row before it for tap row 1
 *   older      the row before that for tap row 2
 * </pre>
 *
 * Four loads serve nine products. What lies beside the maps is replaced by zero in both factors.
 */
final class VectorDepthwiseOuter implements DepthwiseOuterKernel {
  @Override
  public String name() {
    return "k3s1v1__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public boolean admits(RowWalk walk) {
    return walk.stride() == 1;
  }

  @Override
  public int columns() {
    return LENGTH;
  }

  @Override
  public void run(Call call) {
    var walk = call.walk;
    float[] input = call.input;
    float[] gradient = call.gradient;
    int pitch = walk.sourceWidth();
    int columns = walk.columns();
    int rows = walk.rows();
    int first = walk.firstWalked();
    int end = walk.endWalked();
    var zero = FloatVector.zero(SPECIES);
    var s00 = zero;
    var s01 = zero;
    var s02 = zero;
    var s10 = zero;
    var s11 = zero;
    var s12 = zero;
    var s20 = zero;
    var s21 = zero;
    var s22 = zero;
    for (int image = 0; image < call.images; image++) {
      for (var strip : call.strips) {
        var repeated = mask(strip.repeated());
        var beside0 = mask(strip.beside()[0]);
        var beside1 = mask(strip.beside()[1]);
        var beside2 = mask(strip.beside()[2]);
        int at = call.inputAt + image * call.inputPitch + walk.sourceAt(first, strip.column());
        int from = call.gradientAt + image * call.gradientPitch + strip.column();
        var older = zero;
        var newer = zero;
        if (first == 1) {
          newer = FloatVector.fromArray(SPECIES, gradient, from).blend(zero, repeated);
          from += columns;
        }
        for (int row = first; row < end; row++, at += pitch, from += columns) {
          var x0 = FloatVector.fromArray(SPECIES, input, at).blend(zero, beside0);
          var x1 = FloatVector.fromArray(SPECIES, input, at + 1).blend(zero, beside1);
          var x2 = FloatVector.fromArray(SPECIES, input, at + 2).blend(zero, beside2);
          if (row >= 2) {
            s20 = x0.lanewise(FMA, older, s20);
            s21 = x1.lanewise(FMA, older, s21);
            s22 = x2.lanewise(FMA, older, s22);
          }
          if (row >= 1 && row <= rows) {
            s10 = x0.lanewise(FMA, newer, s10);
            s11 = x1.lanewise(FMA, newer, s11);
            s12 = x2.lanewise(FMA, newer, s12);
          }
          older = newer;
          if (row < rows) {
            newer = FloatVector.fromArray(SPECIES, gradient, from).blend(zero, repeated);
            s00 = x0.lanewise(FMA, newer, s00);
            s01 = x1.lanewise(FMA, newer, s01);
            s02 = x2.lanewise(FMA, newer, s02);
          }
        }
      }
    }
    float[] lanes = call.lanes;
    s00.intoArray(lanes, 0);
    s01.intoArray(lanes, LENGTH);
    s02.intoArray(lanes, 2 * LENGTH);
    s10.intoArray(lanes, 3 * LENGTH);
    s11.intoArray(lanes, 4 * LENGTH);
    s12.intoArray(lanes, 5 * LENGTH);
    s20.intoArray(lanes, 6 * LENGTH);
    s21.intoArray(lanes, 7 * LENGTH);
    s22.intoArray(lanes, 8 * LENGTH);
    LaneSums.fold(lanes, 9);
  }
}
