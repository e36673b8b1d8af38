package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.INTS;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Products of twelve rows, for 32 registers: 24 or 12 sums.
 *
 * <p>Products of pointwise convolutions are short: with 16 input channels a tile takes 192 cycles
 * of multiply-adds, so that its end shows. A store keeps the multipliers from one step, so {@link
 * #sumAndFinish} does in registers what the epilogue says, before the only store. It is a method of
 * its own: where one loop is followed by one of two ways to store, C2 writes all sums to memory in
 * between.
 */
final class VectorProductOfTwelve extends VectorProduct {
  VectorProductOfTwelve() {
    super(12, 2);
  }

  @Override
  void sum2(Call call, int j) {
    if (call.epilogue.isNone() && isPacked(call)) {
      VectorPackedTile.sum(call, j);
      return;
    }
    boolean canFinish =
        !call.continues && !call.epilogue.isNone() && call.epilogue.addend() == null;
    if (!canFinish || !sumAndFinish(call, j)) {
      super.sum2(call, j);
    }
  }

  private static boolean isPacked(Call call) {
    return call.aStep == VectorPackedTile.ROWS && call.bStep == VectorPackedTile.COLUMNS;
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
      var w5 = FloatVector.broadcast(SPECIES, a[aAt + 5]);
      sum50 = w5.lanewise(FMA, x0, sum50);
      sum51 = w5.lanewise(FMA, x1, sum51);
      var w6 = FloatVector.broadcast(SPECIES, a[aAt + 6]);
      sum60 = w6.lanewise(FMA, x0, sum60);
      sum61 = w6.lanewise(FMA, x1, sum61);
      var w7 = FloatVector.broadcast(SPECIES, a[aAt + 7]);
      sum70 = w7.lanewise(FMA, x0, sum70);
      sum71 = w7.lanewise(FMA, x1, sum71);
      var w8 = FloatVector.broadcast(SPECIES, a[aAt + 8]);
      sum80 = w8.lanewise(FMA, x0, sum80);
      sum81 = w8.lanewise(FMA, x1, sum81);
      var w9 = FloatVector.broadcast(SPECIES, a[aAt + 9]);
      sum90 = w9.lanewise(FMA, x0, sum90);
      sum91 = w9.lanewise(FMA, x1, sum91);
      var w10 = FloatVector.broadcast(SPECIES, a[aAt + 10]);
      suma0 = w10.lanewise(FMA, x0, suma0);
      suma1 = w10.lanewise(FMA, x1, suma1);
      var w11 = FloatVector.broadcast(SPECIES, a[aAt + 11]);
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
    startAt += startRow;
    var sum50 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum60 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum70 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum80 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sum90 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var suma0 = FloatVector.fromArray(SPECIES, start, startAt);
    startAt += startRow;
    var sumb0 = FloatVector.fromArray(SPECIES, start, startAt);
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
      var w5 = FloatVector.broadcast(SPECIES, a[aAt + 5]);
      sum50 = w5.lanewise(FMA, x0, sum50);
      var w6 = FloatVector.broadcast(SPECIES, a[aAt + 6]);
      sum60 = w6.lanewise(FMA, x0, sum60);
      var w7 = FloatVector.broadcast(SPECIES, a[aAt + 7]);
      sum70 = w7.lanewise(FMA, x0, sum70);
      var w8 = FloatVector.broadcast(SPECIES, a[aAt + 8]);
      sum80 = w8.lanewise(FMA, x0, sum80);
      var w9 = FloatVector.broadcast(SPECIES, a[aAt + 9]);
      sum90 = w9.lanewise(FMA, x0, sum90);
      var w10 = FloatVector.broadcast(SPECIES, a[aAt + 10]);
      suma0 = w10.lanewise(FMA, x0, suma0);
      var w11 = FloatVector.broadcast(SPECIES, a[aAt + 11]);
      sumb0 = w11.lanewise(FMA, x0, sumb0);
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
    at += cRow;
    sum60.intoArray(c, at);
    at += cRow;
    sum70.intoArray(c, at);
    at += cRow;
    sum80.intoArray(c, at);
    at += cRow;
    sum90.intoArray(c, at);
    at += cRow;
    suma0.intoArray(c, at);
    at += cRow;
    sumb0.intoArray(c, at);
  }

  /**
   * As {@link #tile2}, but sums start at +0 and an epilogue without addend finishes them in
   * registers, before the only store.
   *
   * @return false if there is a NaN, which is lost: then the caller starts anew
   */
  private static boolean sumAndFinish(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aStep = call.aStep;
    int bStep = call.bStep;
    int cRow = call.cRow;
    float[] bias = biasOf(call);
    int biasAt = biasAt(call);
    var floor = IntVector.broadcast(INTS, call.epilogue.activation().floorBits());
    var ceiling = IntVector.broadcast(INTS, call.epilogue.activation().ceilingBits());
    int bAt = call.bAt + j;
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
    var sum80 = FloatVector.zero(SPECIES);
    var sum81 = FloatVector.zero(SPECIES);
    var sum90 = FloatVector.zero(SPECIES);
    var sum91 = FloatVector.zero(SPECIES);
    var suma0 = FloatVector.zero(SPECIES);
    var suma1 = FloatVector.zero(SPECIES);
    var sumb0 = FloatVector.zero(SPECIES);
    var sumb1 = FloatVector.zero(SPECIES);
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
      var w5 = FloatVector.broadcast(SPECIES, a[aAt + 5]);
      sum50 = w5.lanewise(FMA, x0, sum50);
      sum51 = w5.lanewise(FMA, x1, sum51);
      var w6 = FloatVector.broadcast(SPECIES, a[aAt + 6]);
      sum60 = w6.lanewise(FMA, x0, sum60);
      sum61 = w6.lanewise(FMA, x1, sum61);
      var w7 = FloatVector.broadcast(SPECIES, a[aAt + 7]);
      sum70 = w7.lanewise(FMA, x0, sum70);
      sum71 = w7.lanewise(FMA, x1, sum71);
      var w8 = FloatVector.broadcast(SPECIES, a[aAt + 8]);
      sum80 = w8.lanewise(FMA, x0, sum80);
      sum81 = w8.lanewise(FMA, x1, sum81);
      var w9 = FloatVector.broadcast(SPECIES, a[aAt + 9]);
      sum90 = w9.lanewise(FMA, x0, sum90);
      sum91 = w9.lanewise(FMA, x1, sum91);
      var w10 = FloatVector.broadcast(SPECIES, a[aAt + 10]);
      suma0 = w10.lanewise(FMA, x0, suma0);
      suma1 = w10.lanewise(FMA, x1, suma1);
      var w11 = FloatVector.broadcast(SPECIES, a[aAt + 11]);
      sumb0 = w11.lanewise(FMA, x0, sumb0);
      sumb1 = w11.lanewise(FMA, x1, sumb1);
    }
    int at = call.cAt + j;
    var bias0 = FloatVector.broadcast(SPECIES, bias[biasAt]);
    var total00 = sum00.lanewise(ADD, bias0);
    var total01 = sum01.lanewise(ADD, bias0);
    var low00 = total00.reinterpretAsInts().lanewise(MAX, floor);
    low00.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low01 = total01.reinterpretAsInts().lanewise(MAX, floor);
    low01.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias1 = FloatVector.broadcast(SPECIES, bias[biasAt + 1]);
    var total10 = sum10.lanewise(ADD, bias1);
    var total11 = sum11.lanewise(ADD, bias1);
    var seen0 = total00.lanewise(ADD, total10);
    var seen1 = total01.lanewise(ADD, total11);
    var low10 = total10.reinterpretAsInts().lanewise(MAX, floor);
    low10.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low11 = total11.reinterpretAsInts().lanewise(MAX, floor);
    low11.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias2 = FloatVector.broadcast(SPECIES, bias[biasAt + 2]);
    var total20 = sum20.lanewise(ADD, bias2);
    var total21 = sum21.lanewise(ADD, bias2);
    seen0 = seen0.lanewise(ADD, total20);
    seen1 = seen1.lanewise(ADD, total21);
    var low20 = total20.reinterpretAsInts().lanewise(MAX, floor);
    low20.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low21 = total21.reinterpretAsInts().lanewise(MAX, floor);
    low21.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias3 = FloatVector.broadcast(SPECIES, bias[biasAt + 3]);
    var total30 = sum30.lanewise(ADD, bias3);
    var total31 = sum31.lanewise(ADD, bias3);
    seen0 = seen0.lanewise(ADD, total30);
    seen1 = seen1.lanewise(ADD, total31);
    var low30 = total30.reinterpretAsInts().lanewise(MAX, floor);
    low30.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low31 = total31.reinterpretAsInts().lanewise(MAX, floor);
    low31.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias4 = FloatVector.broadcast(SPECIES, bias[biasAt + 4]);
    var total40 = sum40.lanewise(ADD, bias4);
    var total41 = sum41.lanewise(ADD, bias4);
    seen0 = seen0.lanewise(ADD, total40);
    seen1 = seen1.lanewise(ADD, total41);
    var low40 = total40.reinterpretAsInts().lanewise(MAX, floor);
    low40.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low41 = total41.reinterpretAsInts().lanewise(MAX, floor);
    low41.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias5 = FloatVector.broadcast(SPECIES, bias[biasAt + 5]);
    var total50 = sum50.lanewise(ADD, bias5);
    var total51 = sum51.lanewise(ADD, bias5);
    seen0 = seen0.lanewise(ADD, total50);
    seen1 = seen1.lanewise(ADD, total51);
    var low50 = total50.reinterpretAsInts().lanewise(MAX, floor);
    low50.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low51 = total51.reinterpretAsInts().lanewise(MAX, floor);
    low51.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias6 = FloatVector.broadcast(SPECIES, bias[biasAt + 6]);
    var total60 = sum60.lanewise(ADD, bias6);
    var total61 = sum61.lanewise(ADD, bias6);
    seen0 = seen0.lanewise(ADD, total60);
    seen1 = seen1.lanewise(ADD, total61);
    var low60 = total60.reinterpretAsInts().lanewise(MAX, floor);
    low60.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low61 = total61.reinterpretAsInts().lanewise(MAX, floor);
    low61.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias7 = FloatVector.broadcast(SPECIES, bias[biasAt + 7]);
    var total70 = sum70.lanewise(ADD, bias7);
    var total71 = sum71.lanewise(ADD, bias7);
    seen0 = seen0.lanewise(ADD, total70);
    seen1 = seen1.lanewise(ADD, total71);
    var low70 = total70.reinterpretAsInts().lanewise(MAX, floor);
    low70.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low71 = total71.reinterpretAsInts().lanewise(MAX, floor);
    low71.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias8 = FloatVector.broadcast(SPECIES, bias[biasAt + 8]);
    var total80 = sum80.lanewise(ADD, bias8);
    var total81 = sum81.lanewise(ADD, bias8);
    seen0 = seen0.lanewise(ADD, total80);
    seen1 = seen1.lanewise(ADD, total81);
    var low80 = total80.reinterpretAsInts().lanewise(MAX, floor);
    low80.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low81 = total81.reinterpretAsInts().lanewise(MAX, floor);
    low81.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias9 = FloatVector.broadcast(SPECIES, bias[biasAt + 9]);
    var total90 = sum90.lanewise(ADD, bias9);
    var total91 = sum91.lanewise(ADD, bias9);
    seen0 = seen0.lanewise(ADD, total90);
    seen1 = seen1.lanewise(ADD, total91);
    var low90 = total90.reinterpretAsInts().lanewise(MAX, floor);
    low90.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low91 = total91.reinterpretAsInts().lanewise(MAX, floor);
    low91.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias10 = FloatVector.broadcast(SPECIES, bias[biasAt + 10]);
    var totala0 = suma0.lanewise(ADD, bias10);
    var totala1 = suma1.lanewise(ADD, bias10);
    seen0 = seen0.lanewise(ADD, totala0);
    seen1 = seen1.lanewise(ADD, totala1);
    var lowa0 = totala0.reinterpretAsInts().lanewise(MAX, floor);
    lowa0.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var lowa1 = totala1.reinterpretAsInts().lanewise(MAX, floor);
    lowa1.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    at += cRow;
    var bias11 = FloatVector.broadcast(SPECIES, bias[biasAt + 11]);
    var totalb0 = sumb0.lanewise(ADD, bias11);
    var totalb1 = sumb1.lanewise(ADD, bias11);
    seen0 = seen0.lanewise(ADD, totalb0);
    seen1 = seen1.lanewise(ADD, totalb1);
    var lowb0 = totalb0.reinterpretAsInts().lanewise(MAX, floor);
    lowb0.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var lowb1 = totalb1.reinterpretAsInts().lanewise(MAX, floor);
    lowb1.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    var seen = seen0.lanewise(ADD, seen1);
    return !seen.compare(NE, seen).anyTrue();
  }
}
