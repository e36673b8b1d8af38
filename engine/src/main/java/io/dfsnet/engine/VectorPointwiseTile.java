package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.INTS;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static io.dfsnet.engine.VectorProduct.biasAt;
import static io.dfsnet.engine.VectorProduct.biasOf;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.MIN;
import static jdk.incubator.vector.VectorOperators.NE;

import io.dfsnet.engine.ProductKernel.Call;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Tiles of six rows by four vectors of columns for pointwise convolutions, whose products are
 * short: with 16 input channels a tile takes 384 cycles of multiply-adds, so that its beginning and
 * its end show. They are quicker than the tile of {@link VectorProductOfSix} for three reasons:
 *
 * <ul>
 *   <li>The rows of the left operand are neighbours, so that one address serves all six. C2 keeps
 *       addresses that it has no register for in vector registers, and reading them back waits
 *       behind the multiply-adds.
 *   <li>Sums start at +0, and need no addresses for that.
 *   <li>A store keeps the multipliers from one step, so {@link #sumAndFinish} does in registers
 *       what the epilogue says, before the only store. It is a method of its own: where one loop is
 *       followed by one of two ways to store, C2 writes all sums to memory in between.
 * </ul>
 */
final class VectorPointwiseTile {
  private VectorPointwiseTile() {}

  /** Computes four vectors of columns from {@code j} on. */
  static void sum(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aStep = call.aStep;
    int bStep = call.bStep;
    int cRow = call.cRow;
    int bAt = call.bAt + j;
    var sum00 = FloatVector.zero(SPECIES);
    var sum01 = FloatVector.zero(SPECIES);
    var sum02 = FloatVector.zero(SPECIES);
    var sum03 = FloatVector.zero(SPECIES);
    var sum10 = FloatVector.zero(SPECIES);
    var sum11 = FloatVector.zero(SPECIES);
    var sum12 = FloatVector.zero(SPECIES);
    var sum13 = FloatVector.zero(SPECIES);
    var sum20 = FloatVector.zero(SPECIES);
    var sum21 = FloatVector.zero(SPECIES);
    var sum22 = FloatVector.zero(SPECIES);
    var sum23 = FloatVector.zero(SPECIES);
    var sum30 = FloatVector.zero(SPECIES);
    var sum31 = FloatVector.zero(SPECIES);
    var sum32 = FloatVector.zero(SPECIES);
    var sum33 = FloatVector.zero(SPECIES);
    var sum40 = FloatVector.zero(SPECIES);
    var sum41 = FloatVector.zero(SPECIES);
    var sum42 = FloatVector.zero(SPECIES);
    var sum43 = FloatVector.zero(SPECIES);
    var sum50 = FloatVector.zero(SPECIES);
    var sum51 = FloatVector.zero(SPECIES);
    var sum52 = FloatVector.zero(SPECIES);
    var sum53 = FloatVector.zero(SPECIES);
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
      var w4 = FloatVector.broadcast(SPECIES, a[aAt + 4]);
      sum40 = w4.lanewise(FMA, x0, sum40);
      sum41 = w4.lanewise(FMA, x1, sum41);
      sum42 = w4.lanewise(FMA, x2, sum42);
      sum43 = w4.lanewise(FMA, x3, sum43);
      var w5 = FloatVector.broadcast(SPECIES, a[aAt + 5]);
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

  /**
   * As {@link #sum}, with an epilogue that has no addend.
   *
   * @return false if there is a NaN, which is lost: then the caller starts anew
   */
  static boolean sumAndFinish(Call call, int j) {
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
    var sum02 = FloatVector.zero(SPECIES);
    var sum03 = FloatVector.zero(SPECIES);
    var sum10 = FloatVector.zero(SPECIES);
    var sum11 = FloatVector.zero(SPECIES);
    var sum12 = FloatVector.zero(SPECIES);
    var sum13 = FloatVector.zero(SPECIES);
    var sum20 = FloatVector.zero(SPECIES);
    var sum21 = FloatVector.zero(SPECIES);
    var sum22 = FloatVector.zero(SPECIES);
    var sum23 = FloatVector.zero(SPECIES);
    var sum30 = FloatVector.zero(SPECIES);
    var sum31 = FloatVector.zero(SPECIES);
    var sum32 = FloatVector.zero(SPECIES);
    var sum33 = FloatVector.zero(SPECIES);
    var sum40 = FloatVector.zero(SPECIES);
    var sum41 = FloatVector.zero(SPECIES);
    var sum42 = FloatVector.zero(SPECIES);
    var sum43 = FloatVector.zero(SPECIES);
    var sum50 = FloatVector.zero(SPECIES);
    var sum51 = FloatVector.zero(SPECIES);
    var sum52 = FloatVector.zero(SPECIES);
    var sum53 = FloatVector.zero(SPECIES);
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
      var w4 = FloatVector.broadcast(SPECIES, a[aAt + 4]);
      sum40 = w4.lanewise(FMA, x0, sum40);
      sum41 = w4.lanewise(FMA, x1, sum41);
      sum42 = w4.lanewise(FMA, x2, sum42);
      sum43 = w4.lanewise(FMA, x3, sum43);
      var w5 = FloatVector.broadcast(SPECIES, a[aAt + 5]);
      sum50 = w5.lanewise(FMA, x0, sum50);
      sum51 = w5.lanewise(FMA, x1, sum51);
      sum52 = w5.lanewise(FMA, x2, sum52);
      sum53 = w5.lanewise(FMA, x3, sum53);
    }
    int at = call.cAt + j;
    var bias0 = FloatVector.broadcast(SPECIES, bias[biasAt]);
    var total00 = sum00.lanewise(ADD, bias0);
    var total01 = sum01.lanewise(ADD, bias0);
    var total02 = sum02.lanewise(ADD, bias0);
    var total03 = sum03.lanewise(ADD, bias0);
    var seen0 = total00.lanewise(ADD, total02);
    var seen1 = total01.lanewise(ADD, total03);
    var low00 = total00.reinterpretAsInts().lanewise(MAX, floor);
    low00.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low01 = total01.reinterpretAsInts().lanewise(MAX, floor);
    low01.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    var low02 = total02.reinterpretAsInts().lanewise(MAX, floor);
    low02.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 2 * LENGTH);
    var low03 = total03.reinterpretAsInts().lanewise(MAX, floor);
    low03.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var bias1 = FloatVector.broadcast(SPECIES, bias[biasAt + 1]);
    var total10 = sum10.lanewise(ADD, bias1);
    var total11 = sum11.lanewise(ADD, bias1);
    var total12 = sum12.lanewise(ADD, bias1);
    var total13 = sum13.lanewise(ADD, bias1);
    seen0 = seen0.lanewise(ADD, total10).lanewise(ADD, total12);
    seen1 = seen1.lanewise(ADD, total11).lanewise(ADD, total13);
    var low10 = total10.reinterpretAsInts().lanewise(MAX, floor);
    low10.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low11 = total11.reinterpretAsInts().lanewise(MAX, floor);
    low11.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    var low12 = total12.reinterpretAsInts().lanewise(MAX, floor);
    low12.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 2 * LENGTH);
    var low13 = total13.reinterpretAsInts().lanewise(MAX, floor);
    low13.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var bias2 = FloatVector.broadcast(SPECIES, bias[biasAt + 2]);
    var total20 = sum20.lanewise(ADD, bias2);
    var total21 = sum21.lanewise(ADD, bias2);
    var total22 = sum22.lanewise(ADD, bias2);
    var total23 = sum23.lanewise(ADD, bias2);
    seen0 = seen0.lanewise(ADD, total20).lanewise(ADD, total22);
    seen1 = seen1.lanewise(ADD, total21).lanewise(ADD, total23);
    var low20 = total20.reinterpretAsInts().lanewise(MAX, floor);
    low20.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low21 = total21.reinterpretAsInts().lanewise(MAX, floor);
    low21.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    var low22 = total22.reinterpretAsInts().lanewise(MAX, floor);
    low22.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 2 * LENGTH);
    var low23 = total23.reinterpretAsInts().lanewise(MAX, floor);
    low23.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var bias3 = FloatVector.broadcast(SPECIES, bias[biasAt + 3]);
    var total30 = sum30.lanewise(ADD, bias3);
    var total31 = sum31.lanewise(ADD, bias3);
    var total32 = sum32.lanewise(ADD, bias3);
    var total33 = sum33.lanewise(ADD, bias3);
    seen0 = seen0.lanewise(ADD, total30).lanewise(ADD, total32);
    seen1 = seen1.lanewise(ADD, total31).lanewise(ADD, total33);
    var low30 = total30.reinterpretAsInts().lanewise(MAX, floor);
    low30.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low31 = total31.reinterpretAsInts().lanewise(MAX, floor);
    low31.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    var low32 = total32.reinterpretAsInts().lanewise(MAX, floor);
    low32.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 2 * LENGTH);
    var low33 = total33.reinterpretAsInts().lanewise(MAX, floor);
    low33.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var bias4 = FloatVector.broadcast(SPECIES, bias[biasAt + 4]);
    var total40 = sum40.lanewise(ADD, bias4);
    var total41 = sum41.lanewise(ADD, bias4);
    var total42 = sum42.lanewise(ADD, bias4);
    var total43 = sum43.lanewise(ADD, bias4);
    seen0 = seen0.lanewise(ADD, total40).lanewise(ADD, total42);
    seen1 = seen1.lanewise(ADD, total41).lanewise(ADD, total43);
    var low40 = total40.reinterpretAsInts().lanewise(MAX, floor);
    low40.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low41 = total41.reinterpretAsInts().lanewise(MAX, floor);
    low41.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    var low42 = total42.reinterpretAsInts().lanewise(MAX, floor);
    low42.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 2 * LENGTH);
    var low43 = total43.reinterpretAsInts().lanewise(MAX, floor);
    low43.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var bias5 = FloatVector.broadcast(SPECIES, bias[biasAt + 5]);
    var total50 = sum50.lanewise(ADD, bias5);
    var total51 = sum51.lanewise(ADD, bias5);
    var total52 = sum52.lanewise(ADD, bias5);
    var total53 = sum53.lanewise(ADD, bias5);
    seen0 = seen0.lanewise(ADD, total50).lanewise(ADD, total52);
    seen1 = seen1.lanewise(ADD, total51).lanewise(ADD, total53);
    var low50 = total50.reinterpretAsInts().lanewise(MAX, floor);
    low50.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at);
    var low51 = total51.reinterpretAsInts().lanewise(MAX, floor);
    low51.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + LENGTH);
    var low52 = total52.reinterpretAsInts().lanewise(MAX, floor);
    low52.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 2 * LENGTH);
    var low53 = total53.reinterpretAsInts().lanewise(MAX, floor);
    low53.lanewise(MIN, ceiling).reinterpretAsFloats().intoArray(c, at + 3 * LENGTH);
    var seen = seen0.lanewise(ADD, seen1);
    return !seen.compare(NE, seen).anyTrue();
  }
}
