package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;

/** Products of the rows that are left over by larger tiles. */
final class VectorProductTails {
  private VectorProductTails() {}

  /** 16, 8 or 4 sums. */
  static final class Rows4 extends VectorProduct {
    Rows4(boolean manyRegisters) {
      super(4, manyRegisters ? 4 : 2);
    }

    @Override
    void tile4(Call call, int j) {
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
      var sum02 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
      var sum03 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
      startAt += startRow;
      var sum10 = FloatVector.fromArray(SPECIES, start, startAt);
      var sum11 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
      var sum12 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
      var sum13 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
      startAt += startRow;
      var sum20 = FloatVector.fromArray(SPECIES, start, startAt);
      var sum21 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
      var sum22 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
      var sum23 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
      startAt += startRow;
      var sum30 = FloatVector.fromArray(SPECIES, start, startAt);
      var sum31 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
      var sum32 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
      var sum33 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
      int aAt = call.aAt;
      for (int k = 0; k < call.reduction; k++, aAt += aStep, bAt += bStep) {
        var x0 = FloatVector.fromArray(SPECIES, b, bAt);
        var x1 = FloatVector.fromArray(SPECIES, b, bAt + LENGTH);
        var x2 = FloatVector.fromArray(SPECIES, b, bAt + 2 * LENGTH);
        var x3 = FloatVector.fromArray(SPECIES, b, bAt + 3 * LENGTH);
        var w0 = FloatVector.broadcast(SPECIES, a[aAt]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        sum01 = w0.lanewise(FMA, x1, sum01);
        sum02 = w0.lanewise(FMA, x2, sum02);
        sum03 = w0.lanewise(FMA, x3, sum03);
        var w1 = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        sum10 = w1.lanewise(FMA, x0, sum10);
        sum11 = w1.lanewise(FMA, x1, sum11);
        sum12 = w1.lanewise(FMA, x2, sum12);
        sum13 = w1.lanewise(FMA, x3, sum13);
        var w2 = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        sum20 = w2.lanewise(FMA, x0, sum20);
        sum21 = w2.lanewise(FMA, x1, sum21);
        sum22 = w2.lanewise(FMA, x2, sum22);
        sum23 = w2.lanewise(FMA, x3, sum23);
        var w3 = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        sum30 = w3.lanewise(FMA, x0, sum30);
        sum31 = w3.lanewise(FMA, x1, sum31);
        sum32 = w3.lanewise(FMA, x2, sum32);
        sum33 = w3.lanewise(FMA, x3, sum33);
      }
      int at = call.cAt + j;
      sum00.intoArray(c, at);
      sum01.intoArray(c, at + LENGTH);
      sum02.intoArray(c, at + 2 * LENGTH);
      sum03.intoArray(c, at + 3 * LENGTH);
      at += cRow;
      sum10.intoArray(c, at);
      sum11.intoArray(c, at + LENGTH);
      sum12.intoArray(c, at + 2 * LENGTH);
      sum13.intoArray(c, at + 3 * LENGTH);
      at += cRow;
      sum20.intoArray(c, at);
      sum21.intoArray(c, at + LENGTH);
      sum22.intoArray(c, at + 2 * LENGTH);
      sum23.intoArray(c, at + 3 * LENGTH);
      at += cRow;
      sum30.intoArray(c, at);
      sum31.intoArray(c, at + LENGTH);
      sum32.intoArray(c, at + 2 * LENGTH);
      sum33.intoArray(c, at + 3 * LENGTH);
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
      }
      int at = call.cAt + j;
      sum00.intoArray(c, at);
      at += cRow;
      sum10.intoArray(c, at);
      at += cRow;
      sum20.intoArray(c, at);
      at += cRow;
      sum30.intoArray(c, at);
    }
  }

  /** 8 or 2 sums. */
  static final class Rows2 extends VectorProduct {
    Rows2() {
      super(2, 4);
    }

    @Override
    void tile4(Call call, int j) {
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
      var sum02 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
      var sum03 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
      startAt += startRow;
      var sum10 = FloatVector.fromArray(SPECIES, start, startAt);
      var sum11 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
      var sum12 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
      var sum13 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
      int aAt = call.aAt;
      for (int k = 0; k < call.reduction; k++, aAt += aStep, bAt += bStep) {
        var x0 = FloatVector.fromArray(SPECIES, b, bAt);
        var x1 = FloatVector.fromArray(SPECIES, b, bAt + LENGTH);
        var x2 = FloatVector.fromArray(SPECIES, b, bAt + 2 * LENGTH);
        var x3 = FloatVector.fromArray(SPECIES, b, bAt + 3 * LENGTH);
        var w0 = FloatVector.broadcast(SPECIES, a[aAt]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        sum01 = w0.lanewise(FMA, x1, sum01);
        sum02 = w0.lanewise(FMA, x2, sum02);
        sum03 = w0.lanewise(FMA, x3, sum03);
        var w1 = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        sum10 = w1.lanewise(FMA, x0, sum10);
        sum11 = w1.lanewise(FMA, x1, sum11);
        sum12 = w1.lanewise(FMA, x2, sum12);
        sum13 = w1.lanewise(FMA, x3, sum13);
      }
      int at = call.cAt + j;
      sum00.intoArray(c, at);
      sum01.intoArray(c, at + LENGTH);
      sum02.intoArray(c, at + 2 * LENGTH);
      sum03.intoArray(c, at + 3 * LENGTH);
      at += cRow;
      sum10.intoArray(c, at);
      sum11.intoArray(c, at + LENGTH);
      sum12.intoArray(c, at + 2 * LENGTH);
      sum13.intoArray(c, at + 3 * LENGTH);
    }

    @Override
    void tile2(Call call, int j) {
      tile1(call, j);
      tile1(call, j + LENGTH);
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
      int aAt = call.aAt;
      for (int k = 0; k < call.reduction; k++, aAt += aStep, bAt += bStep) {
        var x0 = FloatVector.fromArray(SPECIES, b, bAt);
        var w0 = FloatVector.broadcast(SPECIES, a[aAt]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        var w1 = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        sum10 = w1.lanewise(FMA, x0, sum10);
      }
      int at = call.cAt + j;
      sum00.intoArray(c, at);
      at += cRow;
      sum10.intoArray(c, at);
    }
  }

  /** 4, 2 sums or one. */
  static final class Rows1 extends VectorProduct {
    Rows1() {
      super(1, 4);
    }

    @Override
    void tile4(Call call, int j) {
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
      var sum02 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
      var sum03 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
      int aAt = call.aAt;
      for (int k = 0; k < call.reduction; k++, aAt += aStep, bAt += bStep) {
        var x0 = FloatVector.fromArray(SPECIES, b, bAt);
        var x1 = FloatVector.fromArray(SPECIES, b, bAt + LENGTH);
        var x2 = FloatVector.fromArray(SPECIES, b, bAt + 2 * LENGTH);
        var x3 = FloatVector.fromArray(SPECIES, b, bAt + 3 * LENGTH);
        var w0 = FloatVector.broadcast(SPECIES, a[aAt]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        sum01 = w0.lanewise(FMA, x1, sum01);
        sum02 = w0.lanewise(FMA, x2, sum02);
        sum03 = w0.lanewise(FMA, x3, sum03);
      }
      int at = call.cAt + j;
      sum00.intoArray(c, at);
      sum01.intoArray(c, at + LENGTH);
      sum02.intoArray(c, at + 2 * LENGTH);
      sum03.intoArray(c, at + 3 * LENGTH);
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
      int aAt = call.aAt;
      for (int k = 0; k < call.reduction; k++, aAt += aStep, bAt += bStep) {
        var x0 = FloatVector.fromArray(SPECIES, b, bAt);
        var x1 = FloatVector.fromArray(SPECIES, b, bAt + LENGTH);
        var w0 = FloatVector.broadcast(SPECIES, a[aAt]);
        sum00 = w0.lanewise(FMA, x0, sum00);
        sum01 = w0.lanewise(FMA, x1, sum01);
      }
      int at = call.cAt + j;
      sum00.intoArray(c, at);
      sum01.intoArray(c, at + LENGTH);
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
      int aAt = call.aAt;
      for (int k = 0; k < call.reduction; k++, aAt += aStep, bAt += bStep) {
        var x0 = FloatVector.fromArray(SPECIES, b, bAt);
        var w0 = FloatVector.broadcast(SPECIES, a[aAt]);
        sum00 = w0.lanewise(FMA, x0, sum00);
      }
      int at = call.cAt + j;
      sum00.intoArray(c, at);
    }
  }
}
