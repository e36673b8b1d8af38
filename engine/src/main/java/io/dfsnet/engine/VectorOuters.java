package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Outer products in registers. A tile of M output channels by K taps keeps its M * K sums in
 * registers over all positions; a step loads a run of each of M gradients and of each of K planes
 * and multiplies each with each.
 */
final class VectorOuters {
  private VectorOuters() {}

  static List<OuterKernel> all(boolean manyRegisters) {
    return manyRegisters
        ? List.of(new M4K6(), new M4K3(), new M2K6(), new M1K9())
        : List.of(new M4K3(), new M2K6(), new M1K9());
  }

  private abstract static class Tile implements OuterKernel {
    private final int rows;
    private final int taps;

    Tile(int rows, int taps) {
      this.rows = rows;
      this.taps = taps;
    }

    @Override
    public String name() {
      return "m" + rows + "k" + taps + "__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public int rows() {
      return rows;
    }

    @Override
    public int taps() {
      return taps;
    }

    @Override
    public void run(Call call) {
      for (int k = 0; k < call.count; k += taps) {
        tile(call, k);
        addLanes(call, k);
      }
    }

    /** Sums up taps {@code k} to {@code k + taps - 1}, lane by lane, into {@code call.lanes}. */
    abstract void tile(Call call, int k);

    private void addLanes(Call call, int k) {
      LaneSums.fold(call.lanes, rows * taps);
      for (int m = 0; m < rows; m++) {
        for (int j = 0; j < taps; j++) {
          call.add(m, k + j, call.lanes[m * taps + j]);
        }
      }
    }
  }

  /** 24 sums, 4 gradients and a plane: for 32 registers. */
  private static final class M4K6 extends Tile {
    M4K6() {
      super(4, 6);
    }

    @Override
    void tile(Call call, int k) {
      float[] gradient = call.gradient;
      float[] planes = call.planes;
      int[] gradientStarts = call.positions.mapStarts();
      int[] planeStarts = call.positions.planeStarts();
      int g0At = call.gradientAt;
      int g1At = call.gradientAt + call.gradientChannelSize;
      int g2At = call.gradientAt + 2 * call.gradientChannelSize;
      int g3At = call.gradientAt + 3 * call.gradientChannelSize;
      int x0At = call.planeOf(k);
      int x1At = call.planeOf(k + 1);
      int x2At = call.planeOf(k + 2);
      int x3At = call.planeOf(k + 3);
      int x4At = call.planeOf(k + 4);
      int x5At = call.planeOf(k + 5);
      var sum00 = FloatVector.zero(SPECIES);
      var sum01 = FloatVector.zero(SPECIES);
      var sum02 = FloatVector.zero(SPECIES);
      var sum03 = FloatVector.zero(SPECIES);
      var sum04 = FloatVector.zero(SPECIES);
      var sum05 = FloatVector.zero(SPECIES);
      var sum10 = FloatVector.zero(SPECIES);
      var sum11 = FloatVector.zero(SPECIES);
      var sum12 = FloatVector.zero(SPECIES);
      var sum13 = FloatVector.zero(SPECIES);
      var sum14 = FloatVector.zero(SPECIES);
      var sum15 = FloatVector.zero(SPECIES);
      var sum20 = FloatVector.zero(SPECIES);
      var sum21 = FloatVector.zero(SPECIES);
      var sum22 = FloatVector.zero(SPECIES);
      var sum23 = FloatVector.zero(SPECIES);
      var sum24 = FloatVector.zero(SPECIES);
      var sum25 = FloatVector.zero(SPECIES);
      var sum30 = FloatVector.zero(SPECIES);
      var sum31 = FloatVector.zero(SPECIES);
      var sum32 = FloatVector.zero(SPECIES);
      var sum33 = FloatVector.zero(SPECIES);
      var sum34 = FloatVector.zero(SPECIES);
      var sum35 = FloatVector.zero(SPECIES);
      for (int run = 0; run < call.runs; run++) {
        int g = gradientStarts[run];
        int x = planeStarts[run];
        var g0 = FloatVector.fromArray(SPECIES, gradient, g + g0At);
        var g1 = FloatVector.fromArray(SPECIES, gradient, g + g1At);
        var g2 = FloatVector.fromArray(SPECIES, gradient, g + g2At);
        var g3 = FloatVector.fromArray(SPECIES, gradient, g + g3At);
        var x0 = FloatVector.fromArray(SPECIES, planes, x + x0At);
        sum00 = g0.lanewise(FMA, x0, sum00);
        sum10 = g1.lanewise(FMA, x0, sum10);
        sum20 = g2.lanewise(FMA, x0, sum20);
        sum30 = g3.lanewise(FMA, x0, sum30);
        var x1 = FloatVector.fromArray(SPECIES, planes, x + x1At);
        sum01 = g0.lanewise(FMA, x1, sum01);
        sum11 = g1.lanewise(FMA, x1, sum11);
        sum21 = g2.lanewise(FMA, x1, sum21);
        sum31 = g3.lanewise(FMA, x1, sum31);
        var x2 = FloatVector.fromArray(SPECIES, planes, x + x2At);
        sum02 = g0.lanewise(FMA, x2, sum02);
        sum12 = g1.lanewise(FMA, x2, sum12);
        sum22 = g2.lanewise(FMA, x2, sum22);
        sum32 = g3.lanewise(FMA, x2, sum32);
        var x3 = FloatVector.fromArray(SPECIES, planes, x + x3At);
        sum03 = g0.lanewise(FMA, x3, sum03);
        sum13 = g1.lanewise(FMA, x3, sum13);
        sum23 = g2.lanewise(FMA, x3, sum23);
        sum33 = g3.lanewise(FMA, x3, sum33);
        var x4 = FloatVector.fromArray(SPECIES, planes, x + x4At);
        sum04 = g0.lanewise(FMA, x4, sum04);
        sum14 = g1.lanewise(FMA, x4, sum14);
        sum24 = g2.lanewise(FMA, x4, sum24);
        sum34 = g3.lanewise(FMA, x4, sum34);
        var x5 = FloatVector.fromArray(SPECIES, planes, x + x5At);
        sum05 = g0.lanewise(FMA, x5, sum05);
        sum15 = g1.lanewise(FMA, x5, sum15);
        sum25 = g2.lanewise(FMA, x5, sum25);
        sum35 = g3.lanewise(FMA, x5, sum35);
      }
      float[] lanes = call.lanes;
      sum00.intoArray(lanes, 0);
      sum01.intoArray(lanes, LENGTH);
      sum02.intoArray(lanes, 2 * LENGTH);
      sum03.intoArray(lanes, 3 * LENGTH);
      sum04.intoArray(lanes, 4 * LENGTH);
      sum05.intoArray(lanes, 5 * LENGTH);
      sum10.intoArray(lanes, 6 * LENGTH);
      sum11.intoArray(lanes, 7 * LENGTH);
      sum12.intoArray(lanes, 8 * LENGTH);
      sum13.intoArray(lanes, 9 * LENGTH);
      sum14.intoArray(lanes, 10 * LENGTH);
      sum15.intoArray(lanes, 11 * LENGTH);
      sum20.intoArray(lanes, 12 * LENGTH);
      sum21.intoArray(lanes, 13 * LENGTH);
      sum22.intoArray(lanes, 14 * LENGTH);
      sum23.intoArray(lanes, 15 * LENGTH);
      sum24.intoArray(lanes, 16 * LENGTH);
      sum25.intoArray(lanes, 17 * LENGTH);
      sum30.intoArray(lanes, 18 * LENGTH);
      sum31.intoArray(lanes, 19 * LENGTH);
      sum32.intoArray(lanes, 20 * LENGTH);
      sum33.intoArray(lanes, 21 * LENGTH);
      sum34.intoArray(lanes, 22 * LENGTH);
      sum35.intoArray(lanes, 23 * LENGTH);
    }
  }

  /** 12 sums, 3 planes and a gradient: all 16 registers. */
  private static final class M4K3 extends Tile {
    M4K3() {
      super(4, 3);
    }

    @Override
    void tile(Call call, int k) {
      float[] gradient = call.gradient;
      float[] planes = call.planes;
      int[] gradientStarts = call.positions.mapStarts();
      int[] planeStarts = call.positions.planeStarts();
      int g0At = call.gradientAt;
      int g1At = call.gradientAt + call.gradientChannelSize;
      int g2At = call.gradientAt + 2 * call.gradientChannelSize;
      int g3At = call.gradientAt + 3 * call.gradientChannelSize;
      int x0At = call.planeOf(k);
      int x1At = call.planeOf(k + 1);
      int x2At = call.planeOf(k + 2);
      var sum00 = FloatVector.zero(SPECIES);
      var sum01 = FloatVector.zero(SPECIES);
      var sum02 = FloatVector.zero(SPECIES);
      var sum10 = FloatVector.zero(SPECIES);
      var sum11 = FloatVector.zero(SPECIES);
      var sum12 = FloatVector.zero(SPECIES);
      var sum20 = FloatVector.zero(SPECIES);
      var sum21 = FloatVector.zero(SPECIES);
      var sum22 = FloatVector.zero(SPECIES);
      var sum30 = FloatVector.zero(SPECIES);
      var sum31 = FloatVector.zero(SPECIES);
      var sum32 = FloatVector.zero(SPECIES);
      for (int run = 0; run < call.runs; run++) {
        int g = gradientStarts[run];
        int x = planeStarts[run];
        var g0 = FloatVector.fromArray(SPECIES, gradient, g + g0At);
        var g1 = FloatVector.fromArray(SPECIES, gradient, g + g1At);
        var g2 = FloatVector.fromArray(SPECIES, gradient, g + g2At);
        var g3 = FloatVector.fromArray(SPECIES, gradient, g + g3At);
        var x0 = FloatVector.fromArray(SPECIES, planes, x + x0At);
        sum00 = g0.lanewise(FMA, x0, sum00);
        sum10 = g1.lanewise(FMA, x0, sum10);
        sum20 = g2.lanewise(FMA, x0, sum20);
        sum30 = g3.lanewise(FMA, x0, sum30);
        var x1 = FloatVector.fromArray(SPECIES, planes, x + x1At);
        sum01 = g0.lanewise(FMA, x1, sum01);
        sum11 = g1.lanewise(FMA, x1, sum11);
        sum21 = g2.lanewise(FMA, x1, sum21);
        sum31 = g3.lanewise(FMA, x1, sum31);
        var x2 = FloatVector.fromArray(SPECIES, planes, x + x2At);
        sum02 = g0.lanewise(FMA, x2, sum02);
        sum12 = g1.lanewise(FMA, x2, sum12);
        sum22 = g2.lanewise(FMA, x2, sum22);
        sum32 = g3.lanewise(FMA, x2, sum32);
      }
      float[] lanes = call.lanes;
      sum00.intoArray(lanes, 0);
      sum01.intoArray(lanes, LENGTH);
      sum02.intoArray(lanes, 2 * LENGTH);
      sum10.intoArray(lanes, 3 * LENGTH);
      sum11.intoArray(lanes, 4 * LENGTH);
      sum12.intoArray(lanes, 5 * LENGTH);
      sum20.intoArray(lanes, 6 * LENGTH);
      sum21.intoArray(lanes, 7 * LENGTH);
      sum22.intoArray(lanes, 8 * LENGTH);
      sum30.intoArray(lanes, 9 * LENGTH);
      sum31.intoArray(lanes, 10 * LENGTH);
      sum32.intoArray(lanes, 11 * LENGTH);
    }
  }

  /** 12 sums, 2 gradients and a plane. */
  private static final class M2K6 extends Tile {
    M2K6() {
      super(2, 6);
    }

    @Override
    void tile(Call call, int k) {
      float[] gradient = call.gradient;
      float[] planes = call.planes;
      int[] gradientStarts = call.positions.mapStarts();
      int[] planeStarts = call.positions.planeStarts();
      int g0At = call.gradientAt;
      int g1At = call.gradientAt + call.gradientChannelSize;
      int x0At = call.planeOf(k);
      int x1At = call.planeOf(k + 1);
      int x2At = call.planeOf(k + 2);
      int x3At = call.planeOf(k + 3);
      int x4At = call.planeOf(k + 4);
      int x5At = call.planeOf(k + 5);
      var sum00 = FloatVector.zero(SPECIES);
      var sum01 = FloatVector.zero(SPECIES);
      var sum02 = FloatVector.zero(SPECIES);
      var sum03 = FloatVector.zero(SPECIES);
      var sum04 = FloatVector.zero(SPECIES);
      var sum05 = FloatVector.zero(SPECIES);
      var sum10 = FloatVector.zero(SPECIES);
      var sum11 = FloatVector.zero(SPECIES);
      var sum12 = FloatVector.zero(SPECIES);
      var sum13 = FloatVector.zero(SPECIES);
      var sum14 = FloatVector.zero(SPECIES);
      var sum15 = FloatVector.zero(SPECIES);
      for (int run = 0; run < call.runs; run++) {
        int g = gradientStarts[run];
        int x = planeStarts[run];
        var g0 = FloatVector.fromArray(SPECIES, gradient, g + g0At);
        var g1 = FloatVector.fromArray(SPECIES, gradient, g + g1At);
        var x0 = FloatVector.fromArray(SPECIES, planes, x + x0At);
        sum00 = g0.lanewise(FMA, x0, sum00);
        sum10 = g1.lanewise(FMA, x0, sum10);
        var x1 = FloatVector.fromArray(SPECIES, planes, x + x1At);
        sum01 = g0.lanewise(FMA, x1, sum01);
        sum11 = g1.lanewise(FMA, x1, sum11);
        var x2 = FloatVector.fromArray(SPECIES, planes, x + x2At);
        sum02 = g0.lanewise(FMA, x2, sum02);
        sum12 = g1.lanewise(FMA, x2, sum12);
        var x3 = FloatVector.fromArray(SPECIES, planes, x + x3At);
        sum03 = g0.lanewise(FMA, x3, sum03);
        sum13 = g1.lanewise(FMA, x3, sum13);
        var x4 = FloatVector.fromArray(SPECIES, planes, x + x4At);
        sum04 = g0.lanewise(FMA, x4, sum04);
        sum14 = g1.lanewise(FMA, x4, sum14);
        var x5 = FloatVector.fromArray(SPECIES, planes, x + x5At);
        sum05 = g0.lanewise(FMA, x5, sum05);
        sum15 = g1.lanewise(FMA, x5, sum15);
      }
      float[] lanes = call.lanes;
      sum00.intoArray(lanes, 0);
      sum01.intoArray(lanes, LENGTH);
      sum02.intoArray(lanes, 2 * LENGTH);
      sum03.intoArray(lanes, 3 * LENGTH);
      sum04.intoArray(lanes, 4 * LENGTH);
      sum05.intoArray(lanes, 5 * LENGTH);
      sum10.intoArray(lanes, 6 * LENGTH);
      sum11.intoArray(lanes, 7 * LENGTH);
      sum12.intoArray(lanes, 8 * LENGTH);
      sum13.intoArray(lanes, 9 * LENGTH);
      sum14.intoArray(lanes, 10 * LENGTH);
      sum15.intoArray(lanes, 11 * LENGTH);
    }
  }

  /** 9 sums, a whole 3x3 kernel of a depthwise convolution. */
  private static final class M1K9 extends Tile {
    M1K9() {
      super(1, 9);
    }

    @Override
    void tile(Call call, int k) {
      float[] gradient = call.gradient;
      float[] planes = call.planes;
      int[] gradientStarts = call.positions.mapStarts();
      int[] planeStarts = call.positions.planeStarts();
      int g0At = call.gradientAt;
      int x0At = call.planeOf(k);
      int x1At = call.planeOf(k + 1);
      int x2At = call.planeOf(k + 2);
      int x3At = call.planeOf(k + 3);
      int x4At = call.planeOf(k + 4);
      int x5At = call.planeOf(k + 5);
      int x6At = call.planeOf(k + 6);
      int x7At = call.planeOf(k + 7);
      int x8At = call.planeOf(k + 8);
      var sum00 = FloatVector.zero(SPECIES);
      var sum01 = FloatVector.zero(SPECIES);
      var sum02 = FloatVector.zero(SPECIES);
      var sum03 = FloatVector.zero(SPECIES);
      var sum04 = FloatVector.zero(SPECIES);
      var sum05 = FloatVector.zero(SPECIES);
      var sum06 = FloatVector.zero(SPECIES);
      var sum07 = FloatVector.zero(SPECIES);
      var sum08 = FloatVector.zero(SPECIES);
      for (int run = 0; run < call.runs; run++) {
        int g = gradientStarts[run];
        int x = planeStarts[run];
        var g0 = FloatVector.fromArray(SPECIES, gradient, g + g0At);
        var x0 = FloatVector.fromArray(SPECIES, planes, x + x0At);
        sum00 = g0.lanewise(FMA, x0, sum00);
        var x1 = FloatVector.fromArray(SPECIES, planes, x + x1At);
        sum01 = g0.lanewise(FMA, x1, sum01);
        var x2 = FloatVector.fromArray(SPECIES, planes, x + x2At);
        sum02 = g0.lanewise(FMA, x2, sum02);
        var x3 = FloatVector.fromArray(SPECIES, planes, x + x3At);
        sum03 = g0.lanewise(FMA, x3, sum03);
        var x4 = FloatVector.fromArray(SPECIES, planes, x + x4At);
        sum04 = g0.lanewise(FMA, x4, sum04);
        var x5 = FloatVector.fromArray(SPECIES, planes, x + x5At);
        sum05 = g0.lanewise(FMA, x5, sum05);
        var x6 = FloatVector.fromArray(SPECIES, planes, x + x6At);
        sum06 = g0.lanewise(FMA, x6, sum06);
        var x7 = FloatVector.fromArray(SPECIES, planes, x + x7At);
        sum07 = g0.lanewise(FMA, x7, sum07);
        var x8 = FloatVector.fromArray(SPECIES, planes, x + x8At);
        sum08 = g0.lanewise(FMA, x8, sum08);
      }
      float[] lanes = call.lanes;
      sum00.intoArray(lanes, 0);
      sum01.intoArray(lanes, LENGTH);
      sum02.intoArray(lanes, 2 * LENGTH);
      sum03.intoArray(lanes, 3 * LENGTH);
      sum04.intoArray(lanes, 4 * LENGTH);
      sum05.intoArray(lanes, 5 * LENGTH);
      sum06.intoArray(lanes, 6 * LENGTH);
      sum07.intoArray(lanes, 7 * LENGTH);
      sum08.intoArray(lanes, 8 * LENGTH);
    }
  }
}
