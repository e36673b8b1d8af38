package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Shifted-plane sums in registers. A tile of M output channels by V runs keeps its M * V sums in
 * registers over the whole reduction; a step loads V runs of a plane, broadcasts M weights and
 * multiplies each with each:
 *
 * <pre>
 *              x0    x1    x2        V = 3 runs of plane k
 *      w0     sum00 sum01 sum02
 *      w1     sum10 sum11 sum12      M = 4 weights of plane k
 *      w2     sum20 sum21 sum22
 *      w3     sum30 sum31 sum32
 * </pre>
 *
 * The sums are local variables with names, not an array: C2 keeps only those in registers. A tile
 * at the end of the runs repeats the last run.
 */
final class VectorSums {
  private VectorSums() {}

  static List<SumKernel> all(boolean manyRegisters) {
    return manyRegisters
        ? List.of(new M8V2(), new M4V3(), new M2V6(), new M1V8())
        : List.of(new M4V3(), new M2V6(), new M1V8());
  }

  private abstract static class Tile implements SumKernel {
    private final int rows;
    private final int vectors;

    Tile(int rows, int vectors) {
      this.rows = rows;
      this.vectors = vectors;
    }

    @Override
    public String name() {
      return "m" + rows + "v" + vectors + "__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public int rows() {
      return rows;
    }
  }

  /** 16 sums, 2 runs and a weight: for 32 registers. */
  private static final class M8V2 extends Tile {
    M8V2() {
      super(8, 2);
    }

    @Override
    public void run(Call call) {
      int last = call.endRun - 1;
      for (int run = call.firstRun; run <= last; run += 2) {
        int run1 = Math.min(run + 1, last);
        tile(call, run, run1);
      }
    }

    private static void tile(Call call, int run0, int run1) {
      float[] planes = call.planes;
      int[] offsets = call.offsets;
      float[] weights = call.weights;
      int[] starts = call.positions.planeStarts();
      int start0 = call.planesAt + starts[run0];
      int start1 = call.planesAt + starts[run1];
      var sum00 = FloatVector.zero(SPECIES);
      var sum01 = FloatVector.zero(SPECIES);
      var sum10 = FloatVector.zero(SPECIES);
      var sum11 = FloatVector.zero(SPECIES);
      var sum20 = FloatVector.zero(SPECIES);
      var sum21 = FloatVector.zero(SPECIES);
      var sum30 = FloatVector.zero(SPECIES);
      var sum31 = FloatVector.zero(SPECIES);
      var sum40 = FloatVector.zero(SPECIES);
      var sum41 = FloatVector.zero(SPECIES);
      var sum50 = FloatVector.zero(SPECIES);
      var sum51 = FloatVector.zero(SPECIES);
      var sum60 = FloatVector.zero(SPECIES);
      var sum61 = FloatVector.zero(SPECIES);
      var sum70 = FloatVector.zero(SPECIES);
      var sum71 = FloatVector.zero(SPECIES);
      int w = call.weightsAt;
      for (int k = 0; k < call.reduction; k++, w += 8) {
        int offset = offsets[k];
        var x0 = FloatVector.fromArray(SPECIES, planes, start0 + offset);
        var x1 = FloatVector.fromArray(SPECIES, planes, start1 + offset);
        var w0 = FloatVector.broadcast(SPECIES, weights[w]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        sum01 = w0.lanewise(FMA, x1, sum01);
        var w1 = FloatVector.broadcast(SPECIES, weights[w + 1]);
        sum10 = w1.lanewise(FMA, x0, sum10);
        sum11 = w1.lanewise(FMA, x1, sum11);
        var w2 = FloatVector.broadcast(SPECIES, weights[w + 2]);
        sum20 = w2.lanewise(FMA, x0, sum20);
        sum21 = w2.lanewise(FMA, x1, sum21);
        var w3 = FloatVector.broadcast(SPECIES, weights[w + 3]);
        sum30 = w3.lanewise(FMA, x0, sum30);
        sum31 = w3.lanewise(FMA, x1, sum31);
        var w4 = FloatVector.broadcast(SPECIES, weights[w + 4]);
        sum40 = w4.lanewise(FMA, x0, sum40);
        sum41 = w4.lanewise(FMA, x1, sum41);
        var w5 = FloatVector.broadcast(SPECIES, weights[w + 5]);
        sum50 = w5.lanewise(FMA, x0, sum50);
        sum51 = w5.lanewise(FMA, x1, sum51);
        var w6 = FloatVector.broadcast(SPECIES, weights[w + 6]);
        sum60 = w6.lanewise(FMA, x0, sum60);
        sum61 = w6.lanewise(FMA, x1, sum61);
        var w7 = FloatVector.broadcast(SPECIES, weights[w + 7]);
        sum70 = w7.lanewise(FMA, x0, sum70);
        sum71 = w7.lanewise(FMA, x1, sum71);
      }
      float[] out = call.out;
      int[] maps = call.positions.mapStarts();
      int at = call.outAt;
      int map0 = maps[run0];
      int map1 = maps[run1];
      sum00.intoArray(out, at + map0);
      sum01.intoArray(out, at + map1);
      at += call.outChannelSize;
      sum10.intoArray(out, at + map0);
      sum11.intoArray(out, at + map1);
      at += call.outChannelSize;
      sum20.intoArray(out, at + map0);
      sum21.intoArray(out, at + map1);
      at += call.outChannelSize;
      sum30.intoArray(out, at + map0);
      sum31.intoArray(out, at + map1);
      at += call.outChannelSize;
      sum40.intoArray(out, at + map0);
      sum41.intoArray(out, at + map1);
      at += call.outChannelSize;
      sum50.intoArray(out, at + map0);
      sum51.intoArray(out, at + map1);
      at += call.outChannelSize;
      sum60.intoArray(out, at + map0);
      sum61.intoArray(out, at + map1);
      at += call.outChannelSize;
      sum70.intoArray(out, at + map0);
      sum71.intoArray(out, at + map1);
    }
  }

  /** 12 sums, 3 runs and a weight: all 16 registers. */
  private static final class M4V3 extends Tile {
    M4V3() {
      super(4, 3);
    }

    @Override
    public void run(Call call) {
      int last = call.endRun - 1;
      for (int run = call.firstRun; run <= last; run += 3) {
        int run1 = Math.min(run + 1, last);
        int run2 = Math.min(run + 2, last);
        tile(call, run, run1, run2);
      }
    }

    private static void tile(Call call, int run0, int run1, int run2) {
      float[] planes = call.planes;
      int[] offsets = call.offsets;
      float[] weights = call.weights;
      int[] starts = call.positions.planeStarts();
      int start0 = call.planesAt + starts[run0];
      int start1 = call.planesAt + starts[run1];
      int start2 = call.planesAt + starts[run2];
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
      int w = call.weightsAt;
      for (int k = 0; k < call.reduction; k++, w += 4) {
        int offset = offsets[k];
        var x0 = FloatVector.fromArray(SPECIES, planes, start0 + offset);
        var x1 = FloatVector.fromArray(SPECIES, planes, start1 + offset);
        var x2 = FloatVector.fromArray(SPECIES, planes, start2 + offset);
        var w0 = FloatVector.broadcast(SPECIES, weights[w]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        sum01 = w0.lanewise(FMA, x1, sum01);
        sum02 = w0.lanewise(FMA, x2, sum02);
        var w1 = FloatVector.broadcast(SPECIES, weights[w + 1]);
        sum10 = w1.lanewise(FMA, x0, sum10);
        sum11 = w1.lanewise(FMA, x1, sum11);
        sum12 = w1.lanewise(FMA, x2, sum12);
        var w2 = FloatVector.broadcast(SPECIES, weights[w + 2]);
        sum20 = w2.lanewise(FMA, x0, sum20);
        sum21 = w2.lanewise(FMA, x1, sum21);
        sum22 = w2.lanewise(FMA, x2, sum22);
        var w3 = FloatVector.broadcast(SPECIES, weights[w + 3]);
        sum30 = w3.lanewise(FMA, x0, sum30);
        sum31 = w3.lanewise(FMA, x1, sum31);
        sum32 = w3.lanewise(FMA, x2, sum32);
      }
      float[] out = call.out;
      int[] maps = call.positions.mapStarts();
      int at = call.outAt;
      int map0 = maps[run0];
      int map1 = maps[run1];
      int map2 = maps[run2];
      sum00.intoArray(out, at + map0);
      sum01.intoArray(out, at + map1);
      sum02.intoArray(out, at + map2);
      at += call.outChannelSize;
      sum10.intoArray(out, at + map0);
      sum11.intoArray(out, at + map1);
      sum12.intoArray(out, at + map2);
      at += call.outChannelSize;
      sum20.intoArray(out, at + map0);
      sum21.intoArray(out, at + map1);
      sum22.intoArray(out, at + map2);
      at += call.outChannelSize;
      sum30.intoArray(out, at + map0);
      sum31.intoArray(out, at + map1);
      sum32.intoArray(out, at + map2);
    }
  }

  /** 12 sums, 2 weights and a run. Every run is loaded for two products only. */
  private static final class M2V6 extends Tile {
    M2V6() {
      super(2, 6);
    }

    @Override
    public void run(Call call) {
      int last = call.endRun - 1;
      for (int run = call.firstRun; run <= last; run += 6) {
        int run1 = Math.min(run + 1, last);
        int run2 = Math.min(run + 2, last);
        int run3 = Math.min(run + 3, last);
        int run4 = Math.min(run + 4, last);
        int run5 = Math.min(run + 5, last);
        tile(call, run, run1, run2, run3, run4, run5);
      }
    }

    private static void tile(
        Call call, int run0, int run1, int run2, int run3, int run4, int run5) {
      float[] planes = call.planes;
      int[] offsets = call.offsets;
      float[] weights = call.weights;
      int[] starts = call.positions.planeStarts();
      int start0 = call.planesAt + starts[run0];
      int start1 = call.planesAt + starts[run1];
      int start2 = call.planesAt + starts[run2];
      int start3 = call.planesAt + starts[run3];
      int start4 = call.planesAt + starts[run4];
      int start5 = call.planesAt + starts[run5];
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
      int w = call.weightsAt;
      for (int k = 0; k < call.reduction; k++, w += 2) {
        int offset = offsets[k];
        var x0 = FloatVector.fromArray(SPECIES, planes, start0 + offset);
        var x1 = FloatVector.fromArray(SPECIES, planes, start1 + offset);
        var x2 = FloatVector.fromArray(SPECIES, planes, start2 + offset);
        var x3 = FloatVector.fromArray(SPECIES, planes, start3 + offset);
        var x4 = FloatVector.fromArray(SPECIES, planes, start4 + offset);
        var x5 = FloatVector.fromArray(SPECIES, planes, start5 + offset);
        var w0 = FloatVector.broadcast(SPECIES, weights[w]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        sum01 = w0.lanewise(FMA, x1, sum01);
        sum02 = w0.lanewise(FMA, x2, sum02);
        sum03 = w0.lanewise(FMA, x3, sum03);
        sum04 = w0.lanewise(FMA, x4, sum04);
        sum05 = w0.lanewise(FMA, x5, sum05);
        var w1 = FloatVector.broadcast(SPECIES, weights[w + 1]);
        sum10 = w1.lanewise(FMA, x0, sum10);
        sum11 = w1.lanewise(FMA, x1, sum11);
        sum12 = w1.lanewise(FMA, x2, sum12);
        sum13 = w1.lanewise(FMA, x3, sum13);
        sum14 = w1.lanewise(FMA, x4, sum14);
        sum15 = w1.lanewise(FMA, x5, sum15);
      }
      float[] out = call.out;
      int[] maps = call.positions.mapStarts();
      int at = call.outAt;
      int map0 = maps[run0];
      int map1 = maps[run1];
      int map2 = maps[run2];
      int map3 = maps[run3];
      int map4 = maps[run4];
      int map5 = maps[run5];
      sum00.intoArray(out, at + map0);
      sum01.intoArray(out, at + map1);
      sum02.intoArray(out, at + map2);
      sum03.intoArray(out, at + map3);
      sum04.intoArray(out, at + map4);
      sum05.intoArray(out, at + map5);
      at += call.outChannelSize;
      sum10.intoArray(out, at + map0);
      sum11.intoArray(out, at + map1);
      sum12.intoArray(out, at + map2);
      sum13.intoArray(out, at + map3);
      sum14.intoArray(out, at + map4);
      sum15.intoArray(out, at + map5);
    }
  }

  /** 8 sums, for depthwise convolutions: every product has to load its run. */
  private static final class M1V8 extends Tile {
    M1V8() {
      super(1, 8);
    }

    @Override
    public void run(Call call) {
      int last = call.endRun - 1;
      for (int run = call.firstRun; run <= last; run += 8) {
        int run1 = Math.min(run + 1, last);
        int run2 = Math.min(run + 2, last);
        int run3 = Math.min(run + 3, last);
        int run4 = Math.min(run + 4, last);
        int run5 = Math.min(run + 5, last);
        int run6 = Math.min(run + 6, last);
        int run7 = Math.min(run + 7, last);
        tile(call, run, run1, run2, run3, run4, run5, run6, run7);
      }
    }

    private static void tile(
        Call call, int run0, int run1, int run2, int run3, int run4, int run5, int run6, int run7) {
      float[] planes = call.planes;
      int[] offsets = call.offsets;
      float[] weights = call.weights;
      int[] starts = call.positions.planeStarts();
      int start0 = call.planesAt + starts[run0];
      int start1 = call.planesAt + starts[run1];
      int start2 = call.planesAt + starts[run2];
      int start3 = call.planesAt + starts[run3];
      int start4 = call.planesAt + starts[run4];
      int start5 = call.planesAt + starts[run5];
      int start6 = call.planesAt + starts[run6];
      int start7 = call.planesAt + starts[run7];
      var sum00 = FloatVector.zero(SPECIES);
      var sum01 = FloatVector.zero(SPECIES);
      var sum02 = FloatVector.zero(SPECIES);
      var sum03 = FloatVector.zero(SPECIES);
      var sum04 = FloatVector.zero(SPECIES);
      var sum05 = FloatVector.zero(SPECIES);
      var sum06 = FloatVector.zero(SPECIES);
      var sum07 = FloatVector.zero(SPECIES);
      int w = call.weightsAt;
      for (int k = 0; k < call.reduction; k++, w += 1) {
        int offset = offsets[k];
        var x0 = FloatVector.fromArray(SPECIES, planes, start0 + offset);
        var x1 = FloatVector.fromArray(SPECIES, planes, start1 + offset);
        var x2 = FloatVector.fromArray(SPECIES, planes, start2 + offset);
        var x3 = FloatVector.fromArray(SPECIES, planes, start3 + offset);
        var x4 = FloatVector.fromArray(SPECIES, planes, start4 + offset);
        var x5 = FloatVector.fromArray(SPECIES, planes, start5 + offset);
        var x6 = FloatVector.fromArray(SPECIES, planes, start6 + offset);
        var x7 = FloatVector.fromArray(SPECIES, planes, start7 + offset);
        var w0 = FloatVector.broadcast(SPECIES, weights[w]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        sum01 = w0.lanewise(FMA, x1, sum01);
        sum02 = w0.lanewise(FMA, x2, sum02);
        sum03 = w0.lanewise(FMA, x3, sum03);
        sum04 = w0.lanewise(FMA, x4, sum04);
        sum05 = w0.lanewise(FMA, x5, sum05);
        sum06 = w0.lanewise(FMA, x6, sum06);
        sum07 = w0.lanewise(FMA, x7, sum07);
      }
      float[] out = call.out;
      int[] maps = call.positions.mapStarts();
      int at = call.outAt;
      int map0 = maps[run0];
      int map1 = maps[run1];
      int map2 = maps[run2];
      int map3 = maps[run3];
      int map4 = maps[run4];
      int map5 = maps[run5];
      int map6 = maps[run6];
      int map7 = maps[run7];
      sum00.intoArray(out, at + map0);
      sum01.intoArray(out, at + map1);
      sum02.intoArray(out, at + map2);
      sum03.intoArray(out, at + map3);
      sum04.intoArray(out, at + map4);
      sum05.intoArray(out, at + map5);
      sum06.intoArray(out, at + map6);
      sum07.intoArray(out, at + map7);
    }
  }
}
