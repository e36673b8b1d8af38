package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import io.dfsnet.engine.VectorBlockedOuters.LaneSpread;
import io.dfsnet.engine.VectorBlockedOuters.Tile;
import jdk.incubator.vector.FloatVector;

/**
 * The tile of {@link VectorBlockedOuters} of 8 input channels, for vectors whose lanes all belong
 * to one group: with 3 streams 24 sums, 3 gradients and an input channel, which is broadcast out of
 * the cache and needs neither a shuffle nor its pattern.
 *
 * <p>So many vectors stay in the 32 registers where there is but one loop around them, and few
 * addresses. In a loop over positions within a loop over rows C2 spilled some of them or many, as
 * its profile of the JVM's past had it: the same code took up to a third longer. So three streams
 * of a row are a method of its own, and between rows their sums are in a small array, at addresses
 * that are constants; that costs a fiftieth.
 */
final class VectorOutersOfEight extends Tile {
  private static final int INPUTS = 8;

  VectorOutersOfEight() {
    super(INPUTS);
  }

  @Override
  public boolean admits(int groupsOfVector) {
    return groupsOfVector == 1;
  }

  @Override
  void three(Call call, LaneSpread spread) {
    moveIn(call);
    int x = call.inputAt;
    int g0 = call.gradientAt[0];
    int g1 = call.gradientAt[1];
    int g2 = call.gradientAt[2];
    for (int row = 0; row < call.rows; row++) {
      row(call, spread, x, g0, g1, g2);
      x += call.inputPitch;
      g0 += call.gradientPitch;
      g1 += call.gradientPitch;
      g2 += call.gradientPitch;
    }
    moveOut(call);
  }

  private static void moveIn(Call call) {
    int to = 0;
    for (int t = 0; t < INPUTS; t++) {
      for (int j = 0; j < STREAMS; j++, to += LENGTH) {
        FloatVector.fromArray(SPECIES, call.sums, call.sumsAt[j] + t * call.sumsPitch)
            .intoArray(call.tile, to);
      }
    }
  }

  private static void moveOut(Call call) {
    int from = 0;
    for (int t = 0; t < INPUTS; t++) {
      for (int j = 0; j < STREAMS; j++, from += LENGTH) {
        FloatVector.fromArray(SPECIES, call.tile, from)
            .intoArray(call.sums, call.sumsAt[j] + t * call.sumsPitch);
      }
    }
  }

  /** Adds the products of a row to {@code call.tile}, {@code [input channel][stream][lane]}. */
  private static void row(Call call, LaneSpread spread, int inputAt, int g0At, int g1At, int g2At) {
    float[] input = call.input;
    float[] gradient = call.gradient;
    float[] tile = call.tile;
    int first = inputAt + spread.firstLane;
    int run = call.run;
    int step = call.step;
    var sum00 = FloatVector.fromArray(SPECIES, tile, 0);
    var sum01 = FloatVector.fromArray(SPECIES, tile, LENGTH);
    var sum02 = FloatVector.fromArray(SPECIES, tile, 2 * LENGTH);
    var sum10 = FloatVector.fromArray(SPECIES, tile, 3 * LENGTH);
    var sum11 = FloatVector.fromArray(SPECIES, tile, 4 * LENGTH);
    var sum12 = FloatVector.fromArray(SPECIES, tile, 5 * LENGTH);
    var sum20 = FloatVector.fromArray(SPECIES, tile, 6 * LENGTH);
    var sum21 = FloatVector.fromArray(SPECIES, tile, 7 * LENGTH);
    var sum22 = FloatVector.fromArray(SPECIES, tile, 8 * LENGTH);
    var sum30 = FloatVector.fromArray(SPECIES, tile, 9 * LENGTH);
    var sum31 = FloatVector.fromArray(SPECIES, tile, 10 * LENGTH);
    var sum32 = FloatVector.fromArray(SPECIES, tile, 11 * LENGTH);
    var sum40 = FloatVector.fromArray(SPECIES, tile, 12 * LENGTH);
    var sum41 = FloatVector.fromArray(SPECIES, tile, 13 * LENGTH);
    var sum42 = FloatVector.fromArray(SPECIES, tile, 14 * LENGTH);
    var sum50 = FloatVector.fromArray(SPECIES, tile, 15 * LENGTH);
    var sum51 = FloatVector.fromArray(SPECIES, tile, 16 * LENGTH);
    var sum52 = FloatVector.fromArray(SPECIES, tile, 17 * LENGTH);
    var sum60 = FloatVector.fromArray(SPECIES, tile, 18 * LENGTH);
    var sum61 = FloatVector.fromArray(SPECIES, tile, 19 * LENGTH);
    var sum62 = FloatVector.fromArray(SPECIES, tile, 20 * LENGTH);
    var sum70 = FloatVector.fromArray(SPECIES, tile, 21 * LENGTH);
    var sum71 = FloatVector.fromArray(SPECIES, tile, 22 * LENGTH);
    var sum72 = FloatVector.fromArray(SPECIES, tile, 23 * LENGTH);
    for (int p = 0; p < run; p += step) {
      var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
      var g1 = FloatVector.fromArray(SPECIES, gradient, g1At + p);
      var g2 = FloatVector.fromArray(SPECIES, gradient, g2At + p);
      int in = first + p;
      var x0 = FloatVector.broadcast(SPECIES, input[in]);
      sum00 = x0.lanewise(FMA, g0, sum00);
      sum01 = x0.lanewise(FMA, g1, sum01);
      sum02 = x0.lanewise(FMA, g2, sum02);
      var x1 = FloatVector.broadcast(SPECIES, input[in + 1]);
      sum10 = x1.lanewise(FMA, g0, sum10);
      sum11 = x1.lanewise(FMA, g1, sum11);
      sum12 = x1.lanewise(FMA, g2, sum12);
      var x2 = FloatVector.broadcast(SPECIES, input[in + 2]);
      sum20 = x2.lanewise(FMA, g0, sum20);
      sum21 = x2.lanewise(FMA, g1, sum21);
      sum22 = x2.lanewise(FMA, g2, sum22);
      var x3 = FloatVector.broadcast(SPECIES, input[in + 3]);
      sum30 = x3.lanewise(FMA, g0, sum30);
      sum31 = x3.lanewise(FMA, g1, sum31);
      sum32 = x3.lanewise(FMA, g2, sum32);
      var x4 = FloatVector.broadcast(SPECIES, input[in + 4]);
      sum40 = x4.lanewise(FMA, g0, sum40);
      sum41 = x4.lanewise(FMA, g1, sum41);
      sum42 = x4.lanewise(FMA, g2, sum42);
      var x5 = FloatVector.broadcast(SPECIES, input[in + 5]);
      sum50 = x5.lanewise(FMA, g0, sum50);
      sum51 = x5.lanewise(FMA, g1, sum51);
      sum52 = x5.lanewise(FMA, g2, sum52);
      var x6 = FloatVector.broadcast(SPECIES, input[in + 6]);
      sum60 = x6.lanewise(FMA, g0, sum60);
      sum61 = x6.lanewise(FMA, g1, sum61);
      sum62 = x6.lanewise(FMA, g2, sum62);
      var x7 = FloatVector.broadcast(SPECIES, input[in + 7]);
      sum70 = x7.lanewise(FMA, g0, sum70);
      sum71 = x7.lanewise(FMA, g1, sum71);
      sum72 = x7.lanewise(FMA, g2, sum72);
    }
    sum00.intoArray(tile, 0);
    sum01.intoArray(tile, LENGTH);
    sum02.intoArray(tile, 2 * LENGTH);
    sum10.intoArray(tile, 3 * LENGTH);
    sum11.intoArray(tile, 4 * LENGTH);
    sum12.intoArray(tile, 5 * LENGTH);
    sum20.intoArray(tile, 6 * LENGTH);
    sum21.intoArray(tile, 7 * LENGTH);
    sum22.intoArray(tile, 8 * LENGTH);
    sum30.intoArray(tile, 9 * LENGTH);
    sum31.intoArray(tile, 10 * LENGTH);
    sum32.intoArray(tile, 11 * LENGTH);
    sum40.intoArray(tile, 12 * LENGTH);
    sum41.intoArray(tile, 13 * LENGTH);
    sum42.intoArray(tile, 14 * LENGTH);
    sum50.intoArray(tile, 15 * LENGTH);
    sum51.intoArray(tile, 16 * LENGTH);
    sum52.intoArray(tile, 17 * LENGTH);
    sum60.intoArray(tile, 18 * LENGTH);
    sum61.intoArray(tile, 19 * LENGTH);
    sum62.intoArray(tile, 20 * LENGTH);
    sum70.intoArray(tile, 21 * LENGTH);
    sum71.intoArray(tile, 22 * LENGTH);
    sum72.intoArray(tile, 23 * LENGTH);
  }

  @Override
  void two(Call call, LaneSpread spread) {
    float[] input = call.input;
    float[] gradient = call.gradient;
    float[] sums = call.sums;
    int at0 = call.sumsAt[0];
    int at1 = call.sumsAt[1];
    int pitch = call.sumsPitch;
    int step = call.step;
    var sum00 = FloatVector.fromArray(SPECIES, sums, at0);
    var sum01 = FloatVector.fromArray(SPECIES, sums, at1);
    var sum10 = FloatVector.fromArray(SPECIES, sums, at0 + pitch);
    var sum11 = FloatVector.fromArray(SPECIES, sums, at1 + pitch);
    var sum20 = FloatVector.fromArray(SPECIES, sums, at0 + 2 * pitch);
    var sum21 = FloatVector.fromArray(SPECIES, sums, at1 + 2 * pitch);
    var sum30 = FloatVector.fromArray(SPECIES, sums, at0 + 3 * pitch);
    var sum31 = FloatVector.fromArray(SPECIES, sums, at1 + 3 * pitch);
    var sum40 = FloatVector.fromArray(SPECIES, sums, at0 + 4 * pitch);
    var sum41 = FloatVector.fromArray(SPECIES, sums, at1 + 4 * pitch);
    var sum50 = FloatVector.fromArray(SPECIES, sums, at0 + 5 * pitch);
    var sum51 = FloatVector.fromArray(SPECIES, sums, at1 + 5 * pitch);
    var sum60 = FloatVector.fromArray(SPECIES, sums, at0 + 6 * pitch);
    var sum61 = FloatVector.fromArray(SPECIES, sums, at1 + 6 * pitch);
    var sum70 = FloatVector.fromArray(SPECIES, sums, at0 + 7 * pitch);
    var sum71 = FloatVector.fromArray(SPECIES, sums, at1 + 7 * pitch);
    for (int row = 0; row < call.rows; row++) {
      int x = call.inputAt + spread.firstLane + row * call.inputPitch;
      int g0At = call.gradientAt[0] + row * call.gradientPitch;
      int g1At = call.gradientAt[1] + row * call.gradientPitch;
      for (int p = 0; p < call.run; p += step) {
        var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
        var g1 = FloatVector.fromArray(SPECIES, gradient, g1At + p);
        int in = x + p;
        var x0 = FloatVector.broadcast(SPECIES, input[in]);
        sum00 = x0.lanewise(FMA, g0, sum00);
        sum01 = x0.lanewise(FMA, g1, sum01);
        var x1 = FloatVector.broadcast(SPECIES, input[in + 1]);
        sum10 = x1.lanewise(FMA, g0, sum10);
        sum11 = x1.lanewise(FMA, g1, sum11);
        var x2 = FloatVector.broadcast(SPECIES, input[in + 2]);
        sum20 = x2.lanewise(FMA, g0, sum20);
        sum21 = x2.lanewise(FMA, g1, sum21);
        var x3 = FloatVector.broadcast(SPECIES, input[in + 3]);
        sum30 = x3.lanewise(FMA, g0, sum30);
        sum31 = x3.lanewise(FMA, g1, sum31);
        var x4 = FloatVector.broadcast(SPECIES, input[in + 4]);
        sum40 = x4.lanewise(FMA, g0, sum40);
        sum41 = x4.lanewise(FMA, g1, sum41);
        var x5 = FloatVector.broadcast(SPECIES, input[in + 5]);
        sum50 = x5.lanewise(FMA, g0, sum50);
        sum51 = x5.lanewise(FMA, g1, sum51);
        var x6 = FloatVector.broadcast(SPECIES, input[in + 6]);
        sum60 = x6.lanewise(FMA, g0, sum60);
        sum61 = x6.lanewise(FMA, g1, sum61);
        var x7 = FloatVector.broadcast(SPECIES, input[in + 7]);
        sum70 = x7.lanewise(FMA, g0, sum70);
        sum71 = x7.lanewise(FMA, g1, sum71);
      }
    }
    sum00.intoArray(sums, at0);
    sum01.intoArray(sums, at1);
    sum10.intoArray(sums, at0 + pitch);
    sum11.intoArray(sums, at1 + pitch);
    sum20.intoArray(sums, at0 + 2 * pitch);
    sum21.intoArray(sums, at1 + 2 * pitch);
    sum30.intoArray(sums, at0 + 3 * pitch);
    sum31.intoArray(sums, at1 + 3 * pitch);
    sum40.intoArray(sums, at0 + 4 * pitch);
    sum41.intoArray(sums, at1 + 4 * pitch);
    sum50.intoArray(sums, at0 + 5 * pitch);
    sum51.intoArray(sums, at1 + 5 * pitch);
    sum60.intoArray(sums, at0 + 6 * pitch);
    sum61.intoArray(sums, at1 + 6 * pitch);
    sum70.intoArray(sums, at0 + 7 * pitch);
    sum71.intoArray(sums, at1 + 7 * pitch);
  }

  @Override
  void one(Call call, LaneSpread spread) {
    float[] input = call.input;
    float[] gradient = call.gradient;
    float[] sums = call.sums;
    int at0 = call.sumsAt[0];
    int pitch = call.sumsPitch;
    int step = call.step;
    var sum00 = FloatVector.fromArray(SPECIES, sums, at0);
    var sum10 = FloatVector.fromArray(SPECIES, sums, at0 + pitch);
    var sum20 = FloatVector.fromArray(SPECIES, sums, at0 + 2 * pitch);
    var sum30 = FloatVector.fromArray(SPECIES, sums, at0 + 3 * pitch);
    var sum40 = FloatVector.fromArray(SPECIES, sums, at0 + 4 * pitch);
    var sum50 = FloatVector.fromArray(SPECIES, sums, at0 + 5 * pitch);
    var sum60 = FloatVector.fromArray(SPECIES, sums, at0 + 6 * pitch);
    var sum70 = FloatVector.fromArray(SPECIES, sums, at0 + 7 * pitch);
    for (int row = 0; row < call.rows; row++) {
      int x = call.inputAt + spread.firstLane + row * call.inputPitch;
      int g0At = call.gradientAt[0] + row * call.gradientPitch;
      for (int p = 0; p < call.run; p += step) {
        var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
        int in = x + p;
        var x0 = FloatVector.broadcast(SPECIES, input[in]);
        sum00 = x0.lanewise(FMA, g0, sum00);
        var x1 = FloatVector.broadcast(SPECIES, input[in + 1]);
        sum10 = x1.lanewise(FMA, g0, sum10);
        var x2 = FloatVector.broadcast(SPECIES, input[in + 2]);
        sum20 = x2.lanewise(FMA, g0, sum20);
        var x3 = FloatVector.broadcast(SPECIES, input[in + 3]);
        sum30 = x3.lanewise(FMA, g0, sum30);
        var x4 = FloatVector.broadcast(SPECIES, input[in + 4]);
        sum40 = x4.lanewise(FMA, g0, sum40);
        var x5 = FloatVector.broadcast(SPECIES, input[in + 5]);
        sum50 = x5.lanewise(FMA, g0, sum50);
        var x6 = FloatVector.broadcast(SPECIES, input[in + 6]);
        sum60 = x6.lanewise(FMA, g0, sum60);
        var x7 = FloatVector.broadcast(SPECIES, input[in + 7]);
        sum70 = x7.lanewise(FMA, g0, sum70);
      }
    }
    sum00.intoArray(sums, at0);
    sum10.intoArray(sums, at0 + pitch);
    sum20.intoArray(sums, at0 + 2 * pitch);
    sum30.intoArray(sums, at0 + 3 * pitch);
    sum40.intoArray(sums, at0 + 4 * pitch);
    sum50.intoArray(sums, at0 + 5 * pitch);
    sum60.intoArray(sums, at0 + 6 * pitch);
    sum70.intoArray(sums, at0 + 7 * pitch);
  }
}
