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
 * Gradients of depthwise weights with stride 2. Rows of the input are taken apart as in {@link
 * VectorDepthwiseStrided}, so that a vector has products in all lanes but the last. An even row of
 * the walk belongs to tap row 2 of one row of the gradient and to tap row 0 of the next.
 */
final class VectorDepthwiseOuterStrided implements DepthwiseOuterKernel {
  private static final VectorSpecies<Integer> LANES =
      VectorSpecies.of(int.class, VectorShape.forBitSize(SPECIES.vectorBitSize()));

  private static final IntVector EVEN = IntVector.zero(LANES).addIndex(2);
  private static final IntVector ODD = EVEN.add(1);
  private static final IntVector EVEN_NEXT = EVEN.add(2).and(2 * LENGTH - 1);

  @Override
  public String name() {
    return "k3s2v1__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public boolean admits(RowWalk walk) {
    return walk.stride() == 2;
  }

  @Override
  public int columns() {
    return LENGTH - 1;
  }

  @Override
  public void run(Call call) {
    var walk = call.walk;
    float[] input = call.input;
    float[] gradient = call.gradient;
    int pitch = walk.sourceWidth();
    int columns = walk.columns();
    int rows = walk.rows();
    boolean above = walk.firstRow() < 0;
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
        var besideLow = mask(strip.beside()[0]);
        var besideHigh = mask(strip.beside()[1]);
        int at = call.inputAt + image * call.inputPitch + walk.sourceAt(0, strip.column());
        int from = call.gradientAt + image * call.gradientPitch + strip.column();
        var g = FloatVector.fromArray(SPECIES, gradient, from).blend(zero, repeated);
        if (!above) {
          var uLow =
              FloatVector.fromArray(SPECIES, input, at).blend(zero, besideLow).reinterpretAsInts();
          var uHigh =
              FloatVector.fromArray(SPECIES, input, at + LENGTH)
                  .blend(zero, besideHigh)
                  .reinterpretAsInts();
          var u0 = EVEN.selectFrom(uLow, uHigh).reinterpretAsFloats().blend(zero, repeated);
          var u1 = ODD.selectFrom(uLow, uHigh).reinterpretAsFloats().blend(zero, repeated);
          var u2 = EVEN_NEXT.selectFrom(uLow, uHigh).reinterpretAsFloats().blend(zero, repeated);
          s00 = u0.lanewise(FMA, g, s00);
          s01 = u1.lanewise(FMA, g, s01);
          s02 = u2.lanewise(FMA, g, s02);
        }
        for (int row = 1; row < end; row += 2) {
          at += pitch;
          var xLow =
              FloatVector.fromArray(SPECIES, input, at).blend(zero, besideLow).reinterpretAsInts();
          var xHigh =
              FloatVector.fromArray(SPECIES, input, at + LENGTH)
                  .blend(zero, besideHigh)
                  .reinterpretAsInts();
          var x0 = EVEN.selectFrom(xLow, xHigh).reinterpretAsFloats().blend(zero, repeated);
          var x1 = ODD.selectFrom(xLow, xHigh).reinterpretAsFloats().blend(zero, repeated);
          var x2 = EVEN_NEXT.selectFrom(xLow, xHigh).reinterpretAsFloats().blend(zero, repeated);
          s10 = x0.lanewise(FMA, g, s10);
          s11 = x1.lanewise(FMA, g, s11);
          s12 = x2.lanewise(FMA, g, s12);
          at += pitch;
          if (row + 1 < end) {
            var yLow =
                FloatVector.fromArray(SPECIES, input, at)
                    .blend(zero, besideLow)
                    .reinterpretAsInts();
            var yHigh =
                FloatVector.fromArray(SPECIES, input, at + LENGTH)
                    .blend(zero, besideHigh)
                    .reinterpretAsInts();
            var y0 = EVEN.selectFrom(yLow, yHigh).reinterpretAsFloats().blend(zero, repeated);
            var y1 = ODD.selectFrom(yLow, yHigh).reinterpretAsFloats().blend(zero, repeated);
            var y2 = EVEN_NEXT.selectFrom(yLow, yHigh).reinterpretAsFloats().blend(zero, repeated);
            s20 = y0.lanewise(FMA, g, s20);
            s21 = y1.lanewise(FMA, g, s21);
            s22 = y2.lanewise(FMA, g, s22);
            from += columns;
            if (row + 1 < 2 * rows) {
              g = FloatVector.fromArray(SPECIES, gradient, from).blend(zero, repeated);
              s00 = y0.lanewise(FMA, g, s00);
              s01 = y1.lanewise(FMA, g, s01);
              s02 = y2.lanewise(FMA, g, s02);
            }
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
