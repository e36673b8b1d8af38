package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;

/**
 * Products of five rows: 10 or 5 sums. They spare products of {@link VectorProductOfSix} a rest of
 * few rows (see {@link TileKernel.Tile#split}).
 */
final class VectorProductOfFive extends VectorProduct {
  VectorProductOfFive() {
    super(5, 2);
  }

  @Override
  void tile2(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aStep = call.aStep;
    int bStep = call.bStep;
    int cRow = call.cRow;
    float[] start = startOf(call);
    int startRow = startRow(call);
    int startAt = startAt(call, j);
    int bAt = call.bAt + j;
    var sum00 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum01 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sum10 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum11 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sum20 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum21 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sum30 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum31 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sum40 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum41 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    int aAt = call.aAt;
    for (int k = 0; k < call.reduction; k++, aAt += aStep, bAt += bStep) {
      var x0 = FloatVector.fromArray(SPECIES, b, bAt);
      var x1 = FloatVector.fromArray(SPECIES, b, bAt + LENGTH);
      var w0 = FloatVector.broadcast(SPECIES, a[aAt]);
      sum00 = w0.lanewise(FMA, x0, sum00);
      sum01 = w0.lanewise(FMA, x1, sum01);
      var w1 = FloatVector.broadcast(SPECIES, a[aAt + 1]);
      sum10 = w1.lanewise(FMA, x0, sum10);
      sum11 = w1.lanewise(FMA, x1, sum11);
      var w2 = FloatVector.broadcast(SPECIES, a[aAt + 2]);
      sum20 = w2.lanewise(FMA, x0, sum20);
      sum21 = w2.lanewise(FMA, x1, sum21);
      var w3 = FloatVector.broadcast(SPECIES, a[aAt + 3]);
      sum30 = w3.lanewise(FMA, x0, sum30);
      sum31 = w3.lanewise(FMA, x1, sum31);
      var w4 = FloatVector.broadcast(SPECIES, a[aAt + 4]);
      sum40 = w4.lanewise(FMA, x0, sum40);
      sum41 = w4.lanewise(FMA, x1, sum41);
    }
    int at = call.cAt + j;
    sum00.intoArray(c, at);
    sum01.intoArray(c, at + LENGTH);
    at += cRow;
    sum10.intoArray(c, at);
    sum11.intoArray(c, at + LENGTH);
    at += cRow;
    sum20.intoArray(c, at);
    sum21.intoArray(c, at + LENGTH);
    at += cRow;
    sum30.intoArray(c, at);
    sum31.intoArray(c, at + LENGTH);
    at += cRow;
    sum40.intoArray(c, at);
    sum41.intoArray(c, at + LENGTH);
  }

  @Override
  void tile1(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aStep = call.aStep;
    int bStep = call.bStep;
    int cRow = call.cRow;
    float[] start = startOf(call);
    int startRow = startRow(call);
    int startAt = startAt(call, j);
    int bAt = call.bAt + j;
    var sum00 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum10 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum20 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum30 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum40 = FloatVector.fromArray(SPECIES, start, startAt);
    int aAt = call.aAt;
    for (int k = 0; k < call.reduction; k++, aAt += aStep, bAt += bStep) {
      var x0 = FloatVector.fromArray(SPECIES, b, bAt);
      var w0 = FloatVector.broadcast(SPECIES, a[aAt]);
      sum00 = w0.lanewise(FMA, x0, sum00);
      var w1 = FloatVector.broadcast(SPECIES, a[aAt + 1]);
      sum10 = w1.lanewise(FMA, x0, sum10);
      var w2 = FloatVector.broadcast(SPECIES, a[aAt + 2]);
      sum20 = w2.lanewise(FMA, x0, sum20);
      var w3 = FloatVector.broadcast(SPECIES, a[aAt + 3]);
      sum30 = w3.lanewise(FMA, x0, sum30);
      var w4 = FloatVector.broadcast(SPECIES, a[aAt + 4]);
      sum40 = w4.lanewise(FMA, x0, sum40);
    }
    int at = call.cAt + j;
    sum00.intoArray(c, at);
    at += cRow;
    sum10.intoArray(c, at);
    at += cRow;
    sum20.intoArray(c, at);
    at += cRow;
    sum30.intoArray(c, at);
    at += cRow;
    sum40.intoArray(c, at);
  }
}
