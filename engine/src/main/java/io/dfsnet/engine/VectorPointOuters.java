package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Outer products at the points of {@link Winograd}, in registers. A step takes a position: a value
 * of each input channel, broadcast out of the map as it lies, times the gradients of a vector of
 * output channels at this position and at its neighbours:
 *
 * <pre>
 *                  g[p+1]  g[p]   g[p-1]
 *        x[0][p]   s[0,0]  s[0,1] s[0,2]
 *        x[1][p]   s[1,0]  s[1,1] s[1,2]      kernel columns 0, 1, 2
 *        ...
 * </pre>
 */
final class VectorPointOuters {
  private VectorPointOuters() {}

  static List<PointOuterKernel> all(boolean manyRegisters) {
    return List.of(manyRegisters ? new OfEight() : new OfFour());
  }

  private abstract static class Tile implements PointOuterKernel {
    private final int inputs;

    Tile(int inputs) {
      this.inputs = inputs;
    }

    @Override
    public String name() {
      return "m" + LENGTH + "k" + inputs * 3 + "__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public int rows() {
      return LENGTH;
    }

    @Override
    public int inputs() {
      return inputs;
    }
  }

  /** 24 sums, 3 gradients and an input. */
  private static final class OfEight extends Tile {
    OfEight() {
      super(8);
    }

    @Override
    public void run(Call call) {
      float[] input = call.input;
      float[] gradient = call.gradient;
      float[] sums = call.sums;
      int in = call.inputAt;
      int end = in + call.positions;
      int step = call.step;
      int g = call.gradientAt;
      int pitch = call.sumsPitch;
      int s0 = call.sumsAt;
      int s1 = s0 + pitch;
      int s2 = s1 + pitch;
      int s3 = s2 + pitch;
      int s4 = s3 + pitch;
      int s5 = s4 + pitch;
      int s6 = s5 + pitch;
      int s7 = s6 + pitch;
      var sum00 = FloatVector.fromArray(SPECIES, sums, s0);
      var sum01 = FloatVector.fromArray(SPECIES, sums, s0 + LENGTH);
      var sum02 = FloatVector.fromArray(SPECIES, sums, s0 + 2 * LENGTH);
      var sum10 = FloatVector.fromArray(SPECIES, sums, s1);
      var sum11 = FloatVector.fromArray(SPECIES, sums, s1 + LENGTH);
      var sum12 = FloatVector.fromArray(SPECIES, sums, s1 + 2 * LENGTH);
      var sum20 = FloatVector.fromArray(SPECIES, sums, s2);
      var sum21 = FloatVector.fromArray(SPECIES, sums, s2 + LENGTH);
      var sum22 = FloatVector.fromArray(SPECIES, sums, s2 + 2 * LENGTH);
      var sum30 = FloatVector.fromArray(SPECIES, sums, s3);
      var sum31 = FloatVector.fromArray(SPECIES, sums, s3 + LENGTH);
      var sum32 = FloatVector.fromArray(SPECIES, sums, s3 + 2 * LENGTH);
      var sum40 = FloatVector.fromArray(SPECIES, sums, s4);
      var sum41 = FloatVector.fromArray(SPECIES, sums, s4 + LENGTH);
      var sum42 = FloatVector.fromArray(SPECIES, sums, s4 + 2 * LENGTH);
      var sum50 = FloatVector.fromArray(SPECIES, sums, s5);
      var sum51 = FloatVector.fromArray(SPECIES, sums, s5 + LENGTH);
      var sum52 = FloatVector.fromArray(SPECIES, sums, s5 + 2 * LENGTH);
      var sum60 = FloatVector.fromArray(SPECIES, sums, s6);
      var sum61 = FloatVector.fromArray(SPECIES, sums, s6 + LENGTH);
      var sum62 = FloatVector.fromArray(SPECIES, sums, s6 + 2 * LENGTH);
      var sum70 = FloatVector.fromArray(SPECIES, sums, s7);
      var sum71 = FloatVector.fromArray(SPECIES, sums, s7 + LENGTH);
      var sum72 = FloatVector.fromArray(SPECIES, sums, s7 + 2 * LENGTH);
      for (; in < end; in += step) {
        var g0 = FloatVector.fromArray(SPECIES, gradient, g + LENGTH);
        var g1 = FloatVector.fromArray(SPECIES, gradient, g);
        var g2 = FloatVector.fromArray(SPECIES, gradient, g - LENGTH);
        g += LENGTH;
        var x0 = FloatVector.broadcast(SPECIES, input[in]);
        sum00 = x0.lanewise(FMA, g0, sum00);
        sum01 = x0.lanewise(FMA, g1, sum01);
        sum02 = x0.lanewise(FMA, g2, sum02);
        var x1 = FloatVector.broadcast(SPECIES, input[in + CHANNEL_STEP]);
        sum10 = x1.lanewise(FMA, g0, sum10);
        sum11 = x1.lanewise(FMA, g1, sum11);
        sum12 = x1.lanewise(FMA, g2, sum12);
        var x2 = FloatVector.broadcast(SPECIES, input[in + 2 * CHANNEL_STEP]);
        sum20 = x2.lanewise(FMA, g0, sum20);
        sum21 = x2.lanewise(FMA, g1, sum21);
        sum22 = x2.lanewise(FMA, g2, sum22);
        var x3 = FloatVector.broadcast(SPECIES, input[in + 3 * CHANNEL_STEP]);
        sum30 = x3.lanewise(FMA, g0, sum30);
        sum31 = x3.lanewise(FMA, g1, sum31);
        sum32 = x3.lanewise(FMA, g2, sum32);
        var x4 = FloatVector.broadcast(SPECIES, input[in + 4 * CHANNEL_STEP]);
        sum40 = x4.lanewise(FMA, g0, sum40);
        sum41 = x4.lanewise(FMA, g1, sum41);
        sum42 = x4.lanewise(FMA, g2, sum42);
        var x5 = FloatVector.broadcast(SPECIES, input[in + 5 * CHANNEL_STEP]);
        sum50 = x5.lanewise(FMA, g0, sum50);
        sum51 = x5.lanewise(FMA, g1, sum51);
        sum52 = x5.lanewise(FMA, g2, sum52);
        var x6 = FloatVector.broadcast(SPECIES, input[in + 6 * CHANNEL_STEP]);
        sum60 = x6.lanewise(FMA, g0, sum60);
        sum61 = x6.lanewise(FMA, g1, sum61);
        sum62 = x6.lanewise(FMA, g2, sum62);
        var x7 = FloatVector.broadcast(SPECIES, input[in + 7 * CHANNEL_STEP]);
        sum70 = x7.lanewise(FMA, g0, sum70);
        sum71 = x7.lanewise(FMA, g1, sum71);
        sum72 = x7.lanewise(FMA, g2, sum72);
      }
      sum00.intoArray(sums, s0);
      sum01.intoArray(sums, s0 + LENGTH);
      sum02.intoArray(sums, s0 + 2 * LENGTH);
      sum10.intoArray(sums, s1);
      sum11.intoArray(sums, s1 + LENGTH);
      sum12.intoArray(sums, s1 + 2 * LENGTH);
      sum20.intoArray(sums, s2);
      sum21.intoArray(sums, s2 + LENGTH);
      sum22.intoArray(sums, s2 + 2 * LENGTH);
      sum30.intoArray(sums, s3);
      sum31.intoArray(sums, s3 + LENGTH);
      sum32.intoArray(sums, s3 + 2 * LENGTH);
      sum40.intoArray(sums, s4);
      sum41.intoArray(sums, s4 + LENGTH);
      sum42.intoArray(sums, s4 + 2 * LENGTH);
      sum50.intoArray(sums, s5);
      sum51.intoArray(sums, s5 + LENGTH);
      sum52.intoArray(sums, s5 + 2 * LENGTH);
      sum60.intoArray(sums, s6);
      sum61.intoArray(sums, s6 + LENGTH);
      sum62.intoArray(sums, s6 + 2 * LENGTH);
      sum70.intoArray(sums, s7);
      sum71.intoArray(sums, s7 + LENGTH);
      sum72.intoArray(sums, s7 + 2 * LENGTH);
    }
  }

  /** 12 sums, 3 gradients and an input. */
  private static final class OfFour extends Tile {
    OfFour() {
      super(4);
    }

    @Override
    public void run(Call call) {
      float[] input = call.input;
      float[] gradient = call.gradient;
      float[] sums = call.sums;
      int in = call.inputAt;
      int end = in + call.positions;
      int step = call.step;
      int g = call.gradientAt;
      int pitch = call.sumsPitch;
      int s0 = call.sumsAt;
      int s1 = s0 + pitch;
      int s2 = s1 + pitch;
      int s3 = s2 + pitch;
      var sum00 = FloatVector.fromArray(SPECIES, sums, s0);
      var sum01 = FloatVector.fromArray(SPECIES, sums, s0 + LENGTH);
      var sum02 = FloatVector.fromArray(SPECIES, sums, s0 + 2 * LENGTH);
      var sum10 = FloatVector.fromArray(SPECIES, sums, s1);
      var sum11 = FloatVector.fromArray(SPECIES, sums, s1 + LENGTH);
      var sum12 = FloatVector.fromArray(SPECIES, sums, s1 + 2 * LENGTH);
      var sum20 = FloatVector.fromArray(SPECIES, sums, s2);
      var sum21 = FloatVector.fromArray(SPECIES, sums, s2 + LENGTH);
      var sum22 = FloatVector.fromArray(SPECIES, sums, s2 + 2 * LENGTH);
      var sum30 = FloatVector.fromArray(SPECIES, sums, s3);
      var sum31 = FloatVector.fromArray(SPECIES, sums, s3 + LENGTH);
      var sum32 = FloatVector.fromArray(SPECIES, sums, s3 + 2 * LENGTH);
      for (; in < end; in += step) {
        var g0 = FloatVector.fromArray(SPECIES, gradient, g + LENGTH);
        var g1 = FloatVector.fromArray(SPECIES, gradient, g);
        var g2 = FloatVector.fromArray(SPECIES, gradient, g - LENGTH);
        g += LENGTH;
        var x0 = FloatVector.broadcast(SPECIES, input[in]);
        sum00 = x0.lanewise(FMA, g0, sum00);
        sum01 = x0.lanewise(FMA, g1, sum01);
        sum02 = x0.lanewise(FMA, g2, sum02);
        var x1 = FloatVector.broadcast(SPECIES, input[in + CHANNEL_STEP]);
        sum10 = x1.lanewise(FMA, g0, sum10);
        sum11 = x1.lanewise(FMA, g1, sum11);
        sum12 = x1.lanewise(FMA, g2, sum12);
        var x2 = FloatVector.broadcast(SPECIES, input[in + 2 * CHANNEL_STEP]);
        sum20 = x2.lanewise(FMA, g0, sum20);
        sum21 = x2.lanewise(FMA, g1, sum21);
        sum22 = x2.lanewise(FMA, g2, sum22);
        var x3 = FloatVector.broadcast(SPECIES, input[in + 3 * CHANNEL_STEP]);
        sum30 = x3.lanewise(FMA, g0, sum30);
        sum31 = x3.lanewise(FMA, g1, sum31);
        sum32 = x3.lanewise(FMA, g2, sum32);
      }
      sum00.intoArray(sums, s0);
      sum01.intoArray(sums, s0 + LENGTH);
      sum02.intoArray(sums, s0 + 2 * LENGTH);
      sum10.intoArray(sums, s1);
      sum11.intoArray(sums, s1 + LENGTH);
      sum12.intoArray(sums, s1 + 2 * LENGTH);
      sum20.intoArray(sums, s2);
      sum21.intoArray(sums, s2 + LENGTH);
      sum22.intoArray(sums, s2 + 2 * LENGTH);
      sum30.intoArray(sums, s3);
      sum31.intoArray(sums, s3 + LENGTH);
      sum32.intoArray(sums, s3 + 2 * LENGTH);
    }
  }
}
