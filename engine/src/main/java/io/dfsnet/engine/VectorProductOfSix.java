package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;

/** Products of six rows: 24, 12 or 6 sums. */
final class VectorProductOfSix extends VectorProduct {
  VectorProductOfSix(boolean manyRegisters) {
    super(6, manyRegisters);
  }

  @Override
  void sum4(Call call, int j) {
    if (call.aRow != 1 || call.continues || call.epilogue.addend() != null) {
      super.sum4(call, j);
    } else if (call.epilogue.isNone()) {
      VectorPointwiseTile.sum(call, j);
    } else if (!VectorPointwiseTile.sumAndFinish(call, j)) {
      super.sum4(call, j);
    }
  }

  @Override
  void tile4(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aStep = call.aStep;
    int bStep = call.bStep;
    int cRow = call.cRow;
    int a0 = call.aAt;
    int a1 = a0 + call.aRow;
    int a2 = a1 + call.aRow;
    int a3 = a2 + call.aRow;
    int a4 = a3 + call.aRow;
    int a5 = a4 + call.aRow;
    int bAt = call.bAt + j;
    float[] start = startOf(call);
    int startRow = startRow(call);
    int startAt = startAt(call, j);
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
    startAt += startRow;
    var sum40 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum41 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    var sum42 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
    var sum43 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
    startAt += startRow;
    var sum50 = FloatVector.fromArray(SPECIES, start, startAt);
    var sum51 = FloatVector.fromArray(SPECIES, start, startAt + LENGTH);
    var sum52 = FloatVector.fromArray(SPECIES, start, startAt + 2 * LENGTH);
    var sum53 = FloatVector.fromArray(SPECIES, start, startAt + 3 * LENGTH);
    for (int k = 0, ak = 0; k < call.reduction; k++, ak += aStep, bAt += bStep) {
      var x0 = FloatVector.fromArray(SPECIES, b, bAt);
      var x1 = FloatVector.fromArray(SPECIES, b, bAt + LENGTH);
      var x2 = FloatVector.fromArray(SPECIES, b, bAt + 2 * LENGTH);
      var x3 = FloatVector.fromArray(SPECIES, b, bAt + 3 * LENGTH);
      var w0 = FloatVector.broadcast(SPECIES, a[a0 + ak]);
      sum00 = w0.lanewise(FMA, x0, sum00);
      sum01 = w0.lanewise(FMA, x1, sum01);
      sum02 = w0.lanewise(FMA, x2, sum02);
      sum03 = w0.lanewise(FMA, x3, sum03);
      var w1 = FloatVector.broadcast(SPECIES, a[a1 + ak]);
      sum10 = w1.lanewise(FMA, x0, sum10);
      sum11 = w1.lanewise(FMA, x1, sum11);
      sum12 = w1.lanewise(FMA, x2, sum12);
      sum13 = w1.lanewise(FMA, x3, sum13);
      var w2 = FloatVector.broadcast(SPECIES, a[a2 + ak]);
      sum20 = w2.lanewise(FMA, x0, sum20);
      sum21 = w2.lanewise(FMA, x1, sum21);
      sum22 = w2.lanewise(FMA, x2, sum22);
      sum23 = w2.lanewise(FMA, x3, sum23);
      var w3 = FloatVector.broadcast(SPECIES, a[a3 + ak]);
      sum30 = w3.lanewise(FMA, x0, sum30);
      sum31 = w3.lanewise(FMA, x1, sum31);
      sum32 = w3.lanewise(FMA, x2, sum32);
      sum33 = w3.lanewise(FMA, x3, sum33);
      var w4 = FloatVector.broadcast(SPECIES, a[a4 + ak]);
      sum40 = w4.lanewise(FMA, x0, sum40);
      sum41 = w4.lanewise(FMA, x1, sum41);
      sum42 = w4.lanewise(FMA, x2, sum42);
      sum43 = w4.lanewise(FMA, x3, sum43);
      var w5 = FloatVector.broadcast(SPECIES, a[a5 + ak]);
      sum50 = w5.lanewise(FMA, x0, sum50);
      sum51 = w5.lanewise(FMA, x1, sum51);
      sum52 = w5.lanewise(FMA, x2, sum52);
      sum53 = w5.lanewise(FMA, x3, sum53);
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
    at += cRow;
    sum40.intoArray(c, at);
    sum41.intoArray(c, at + LENGTH);
    sum42.intoArray(c, at + 2 * LENGTH);
    sum43.intoArray(c, at + 3 * LENGTH);
    at += cRow;
    sum50.intoArray(c, at);
    sum51.intoArray(c, at + LENGTH);
    sum52.intoArray(c, at + 2 * LENGTH);
    sum53.intoArray(c, at + 3 * LENGTH);
  }

  @Override
  void tile2(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aStep = call.aStep;
    int bStep = call.bStep;
    int cRow = call.cRow;
    int a0 = call.aAt;
    int a1 = a0 + call.aRow;
    int a2 = a1 + call.aRow;
    int a3 = a2 + call.aRow;
    int a4 = a3 + call.aRow;
    int a5 = a4 + call.aRow;
    int bAt = call.bAt + j;
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
    for (int k = 0, ak = 0; k < call.reduction; k++, ak += aStep, bAt += bStep) {
      var x0 = FloatVector.fromArray(SPECIES, b, bAt);
      var x1 = FloatVector.fromArray(SPECIES, b, bAt + LENGTH);
      var w0 = FloatVector.broadcast(SPECIES, a[a0 + ak]);
      sum00 = w0.lanewise(FMA, x0, sum00);
      sum01 = w0.lanewise(FMA, x1, sum01);
      var w1 = FloatVector.broadcast(SPECIES, a[a1 + ak]);
      sum10 = w1.lanewise(FMA, x0, sum10);
      sum11 = w1.lanewise(FMA, x1, sum11);
      var w2 = FloatVector.broadcast(SPECIES, a[a2 + ak]);
      sum20 = w2.lanewise(FMA, x0, sum20);
      sum21 = w2.lanewise(FMA, x1, sum21);
      var w3 = FloatVector.broadcast(SPECIES, a[a3 + ak]);
      sum30 = w3.lanewise(FMA, x0, sum30);
      sum31 = w3.lanewise(FMA, x1, sum31);
      var w4 = FloatVector.broadcast(SPECIES, a[a4 + ak]);
      sum40 = w4.lanewise(FMA, x0, sum40);
      sum41 = w4.lanewise(FMA, x1, sum41);
      var w5 = FloatVector.broadcast(SPECIES, a[a5 + ak]);
      sum50 = w5.lanewise(FMA, x0, sum50);
      sum51 = w5.lanewise(FMA, x1, sum51);
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
  }

  @Override
  void tile1(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aStep = call.aStep;
    int bStep = call.bStep;
    int cRow = call.cRow;
    int a0 = call.aAt;
    int a1 = a0 + call.aRow;
    int a2 = a1 + call.aRow;
    int a3 = a2 + call.aRow;
    int a4 = a3 + call.aRow;
    int a5 = a4 + call.aRow;
    int bAt = call.bAt + j;
    float[] start = startOf(call);
    int startRow = startRow(call);
    int startAt = startAt(call, j);
    var sum00 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum10 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum20 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum30 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum40 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum50 = FloatVector.fromArray(SPECIES, start, startAt);
    for (int k = 0, ak = 0; k < call.reduction; k++, ak += aStep, bAt += bStep) {
      var x0 = FloatVector.fromArray(SPECIES, b, bAt);
      var w0 = FloatVector.broadcast(SPECIES, a[a0 + ak]);
      sum00 = w0.lanewise(FMA, x0, sum00);
      var w1 = FloatVector.broadcast(SPECIES, a[a1 + ak]);
      sum10 = w1.lanewise(FMA, x0, sum10);
      var w2 = FloatVector.broadcast(SPECIES, a[a2 + ak]);
      sum20 = w2.lanewise(FMA, x0, sum20);
      var w3 = FloatVector.broadcast(SPECIES, a[a3 + ak]);
      sum30 = w3.lanewise(FMA, x0, sum30);
      var w4 = FloatVector.broadcast(SPECIES, a[a4 + ak]);
      sum40 = w4.lanewise(FMA, x0, sum40);
      var w5 = FloatVector.broadcast(SPECIES, a[a5 + ak]);
      sum50 = w5.lanewise(FMA, x0, sum50);
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
    at += cRow;
    sum50.intoArray(c, at);
  }
}
