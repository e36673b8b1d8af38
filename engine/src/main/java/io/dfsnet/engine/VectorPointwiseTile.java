package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static io.dfsnet.engine.VectorProduct.biasAt;
import static io.dfsnet.engine.VectorProduct.biasOf;
import static jdk.incubator.vector.VectorOperators.FMA;

import io.dfsnet.engine.ProductKernel.Call;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

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

  /** As {@link #sum}, with an epilogue that has no addend. */
  static void sumAndFinish(Call call, int j) {
    float[] a = call.a;
    float[] b = call.b;
    float[] c = call.c;
    int aStep = call.aStep;
    int bStep = call.bStep;
    int cRow = call.cRow;
    float[] bias = biasOf(call);
    int biasAt = biasAt(call);
    float floor = VectorKernels.floor(call.epilogue.activation());
    float ceiling = VectorKernels.ceiling(call.epilogue.activation());
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
    var total00 = sum00.add(bias[biasAt]);
    var least00 = total00.blend(floor, total00.compare(VectorOperators.LE, floor));
    least00.blend(ceiling, least00.compare(VectorOperators.GT, ceiling)).intoArray(c, at);
    var total01 = sum01.add(bias[biasAt]);
    var least01 = total01.blend(floor, total01.compare(VectorOperators.LE, floor));
    least01.blend(ceiling, least01.compare(VectorOperators.GT, ceiling)).intoArray(c, at + LENGTH);
    var total02 = sum02.add(bias[biasAt]);
    var least02 = total02.blend(floor, total02.compare(VectorOperators.LE, floor));
    least02
        .blend(ceiling, least02.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 2 * LENGTH);
    var total03 = sum03.add(bias[biasAt]);
    var least03 = total03.blend(floor, total03.compare(VectorOperators.LE, floor));
    least03
        .blend(ceiling, least03.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var total10 = sum10.add(bias[biasAt + 1]);
    var least10 = total10.blend(floor, total10.compare(VectorOperators.LE, floor));
    least10.blend(ceiling, least10.compare(VectorOperators.GT, ceiling)).intoArray(c, at);
    var total11 = sum11.add(bias[biasAt + 1]);
    var least11 = total11.blend(floor, total11.compare(VectorOperators.LE, floor));
    least11.blend(ceiling, least11.compare(VectorOperators.GT, ceiling)).intoArray(c, at + LENGTH);
    var total12 = sum12.add(bias[biasAt + 1]);
    var least12 = total12.blend(floor, total12.compare(VectorOperators.LE, floor));
    least12
        .blend(ceiling, least12.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 2 * LENGTH);
    var total13 = sum13.add(bias[biasAt + 1]);
    var least13 = total13.blend(floor, total13.compare(VectorOperators.LE, floor));
    least13
        .blend(ceiling, least13.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var total20 = sum20.add(bias[biasAt + 2]);
    var least20 = total20.blend(floor, total20.compare(VectorOperators.LE, floor));
    least20.blend(ceiling, least20.compare(VectorOperators.GT, ceiling)).intoArray(c, at);
    var total21 = sum21.add(bias[biasAt + 2]);
    var least21 = total21.blend(floor, total21.compare(VectorOperators.LE, floor));
    least21.blend(ceiling, least21.compare(VectorOperators.GT, ceiling)).intoArray(c, at + LENGTH);
    var total22 = sum22.add(bias[biasAt + 2]);
    var least22 = total22.blend(floor, total22.compare(VectorOperators.LE, floor));
    least22
        .blend(ceiling, least22.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 2 * LENGTH);
    var total23 = sum23.add(bias[biasAt + 2]);
    var least23 = total23.blend(floor, total23.compare(VectorOperators.LE, floor));
    least23
        .blend(ceiling, least23.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var total30 = sum30.add(bias[biasAt + 3]);
    var least30 = total30.blend(floor, total30.compare(VectorOperators.LE, floor));
    least30.blend(ceiling, least30.compare(VectorOperators.GT, ceiling)).intoArray(c, at);
    var total31 = sum31.add(bias[biasAt + 3]);
    var least31 = total31.blend(floor, total31.compare(VectorOperators.LE, floor));
    least31.blend(ceiling, least31.compare(VectorOperators.GT, ceiling)).intoArray(c, at + LENGTH);
    var total32 = sum32.add(bias[biasAt + 3]);
    var least32 = total32.blend(floor, total32.compare(VectorOperators.LE, floor));
    least32
        .blend(ceiling, least32.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 2 * LENGTH);
    var total33 = sum33.add(bias[biasAt + 3]);
    var least33 = total33.blend(floor, total33.compare(VectorOperators.LE, floor));
    least33
        .blend(ceiling, least33.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var total40 = sum40.add(bias[biasAt + 4]);
    var least40 = total40.blend(floor, total40.compare(VectorOperators.LE, floor));
    least40.blend(ceiling, least40.compare(VectorOperators.GT, ceiling)).intoArray(c, at);
    var total41 = sum41.add(bias[biasAt + 4]);
    var least41 = total41.blend(floor, total41.compare(VectorOperators.LE, floor));
    least41.blend(ceiling, least41.compare(VectorOperators.GT, ceiling)).intoArray(c, at + LENGTH);
    var total42 = sum42.add(bias[biasAt + 4]);
    var least42 = total42.blend(floor, total42.compare(VectorOperators.LE, floor));
    least42
        .blend(ceiling, least42.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 2 * LENGTH);
    var total43 = sum43.add(bias[biasAt + 4]);
    var least43 = total43.blend(floor, total43.compare(VectorOperators.LE, floor));
    least43
        .blend(ceiling, least43.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 3 * LENGTH);
    at += cRow;
    var total50 = sum50.add(bias[biasAt + 5]);
    var least50 = total50.blend(floor, total50.compare(VectorOperators.LE, floor));
    least50.blend(ceiling, least50.compare(VectorOperators.GT, ceiling)).intoArray(c, at);
    var total51 = sum51.add(bias[biasAt + 5]);
    var least51 = total51.blend(floor, total51.compare(VectorOperators.LE, floor));
    least51.blend(ceiling, least51.compare(VectorOperators.GT, ceiling)).intoArray(c, at + LENGTH);
    var total52 = sum52.add(bias[biasAt + 5]);
    var least52 = total52.blend(floor, total52.compare(VectorOperators.LE, floor));
    least52
        .blend(ceiling, least52.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 2 * LENGTH);
    var total53 = sum53.add(bias[biasAt + 5]);
    var least53 = total53.blend(floor, total53.compare(VectorOperators.LE, floor));
    least53
        .blend(ceiling, least53.compare(VectorOperators.GT, ceiling))
        .intoArray(c, at + 3 * LENGTH);
  }
}
