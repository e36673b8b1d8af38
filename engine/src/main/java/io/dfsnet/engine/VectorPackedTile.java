package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static io.dfsnet.engine.VectorProduct.startAt;
import static io.dfsnet.engine.VectorProduct.startOf;
import static io.dfsnet.engine.VectorProduct.startRow;
import static jdk.incubator.vector.VectorOperators.FMA;

import io.dfsnet.engine.ProductKernel.Call;
import jdk.incubator.vector.FloatVector;

/**
 * Tiles of twelve rows by two vectors of columns, both operands packed. Where the step from a
 * product to the next is a constant, C2 checks the bounds of the right operand once before the loop
 * and not twice in each step, which is 5 % of a step.
 */
final class VectorPackedTile {
  static final int ROWS = 12;
  static final int COLUMNS = 2 * LENGTH;

  private VectorPackedTile() {}

  /**
   * As {@link VectorProduct#tile2} of twelve rows, from a right operand in panels of two vectors
   * and a left one in tiles of twelve.
   */
  static void sum(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aAt = call.aAt;
    int bAt = call.bAt + j;
    int cRow = call.cRow;
    int steps = call.reduction;
    float[] start = startOf(call);
    int startRow = startRow(call);
    int startAt = startAt(call, j);
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
    startAt += startRow;
    var sum50 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum51 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sum60 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum61 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sum70 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum71 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sum80 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum81 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sum90 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum91 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var suma0 = FloatVector.fromArray(SPECIES, start, startAt);
    var suma1 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    startAt += startRow;
    var sumb0 = FloatVector.fromArray(SPECIES, start, startAt);
    var sumb1 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    for (int k = 0; k < steps; k++) {
      var x0 = FloatVector.fromArray(SPECIES, b, bAt + k * COLUMNS);
      var x1 = FloatVector.fromArray(SPECIES, b, bAt + k * COLUMNS + LENGTH);
      var w0 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS]);
      sum00 = w0.lanewise(FMA, x0, sum00);
      sum01 = w0.lanewise(FMA, x1, sum01);
      var w1 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 1]);
      sum10 = w1.lanewise(FMA, x0, sum10);
      sum11 = w1.lanewise(FMA, x1, sum11);
      var w2 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 2]);
      sum20 = w2.lanewise(FMA, x0, sum20);
      sum21 = w2.lanewise(FMA, x1, sum21);
      var w3 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 3]);
      sum30 = w3.lanewise(FMA, x0, sum30);
      sum31 = w3.lanewise(FMA, x1, sum31);
      var w4 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 4]);
      sum40 = w4.lanewise(FMA, x0, sum40);
      sum41 = w4.lanewise(FMA, x1, sum41);
      var w5 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 5]);
      sum50 = w5.lanewise(FMA, x0, sum50);
      sum51 = w5.lanewise(FMA, x1, sum51);
      var w6 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 6]);
      sum60 = w6.lanewise(FMA, x0, sum60);
      sum61 = w6.lanewise(FMA, x1, sum61);
      var w7 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 7]);
      sum70 = w7.lanewise(FMA, x0, sum70);
      sum71 = w7.lanewise(FMA, x1, sum71);
      var w8 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 8]);
      sum80 = w8.lanewise(FMA, x0, sum80);
      sum81 = w8.lanewise(FMA, x1, sum81);
      var w9 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 9]);
      sum90 = w9.lanewise(FMA, x0, sum90);
      sum91 = w9.lanewise(FMA, x1, sum91);
      var w10 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 10]);
      suma0 = w10.lanewise(FMA, x0, suma0);
      suma1 = w10.lanewise(FMA, x1, suma1);
      var w11 = FloatVector.broadcast(SPECIES, a[aAt + k * ROWS + 11]);
      sumb0 = w11.lanewise(FMA, x0, sumb0);
      sumb1 = w11.lanewise(FMA, x1, sumb1);
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
    at += cRow;
    sum50.intoArray(c, at);
    sum51.intoArray(c, at + LENGTH);
    at += cRow;
    sum60.intoArray(c, at);
    sum61.intoArray(c, at + LENGTH);
    at += cRow;
    sum70.intoArray(c, at);
    sum71.intoArray(c, at + LENGTH);
    at += cRow;
    sum80.intoArray(c, at);
    sum81.intoArray(c, at + LENGTH);
    at += cRow;
    sum90.intoArray(c, at);
    sum91.intoArray(c, at + LENGTH);
    at += cRow;
    suma0.intoArray(c, at);
    suma1.intoArray(c, at + LENGTH);
    at += cRow;
    sumb0.intoArray(c, at);
    sumb1.intoArray(c, at + LENGTH);
  }
}
