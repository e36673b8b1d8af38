package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * 4 result channels by 4 rows, 16 sums; the rows of a source channel are loaded as they are needed.
 */
final class VectorPatchOfFour extends VectorPatch {
  private static final PatchKernel NARROWER = new VectorHalfPatch();

  private static final VectorMask<Float> FIRST_LANE = VectorMask.fromLong(SPECIES, 1);
  private static final VectorMask<Float> LAST_LANE = VectorMask.fromLong(SPECIES, 1L << LENGTH - 1);

  VectorPatchOfFour() {
    super(4, 4, LENGTH);
  }

  @Override
  public PatchKernel narrower() {
    return LENGTH == 16 ? NARROWER : this;
  }

  @Override
  public void run(Call call) {
    float[] source = call.source;
    float[] above = call.above;
    float[] below = call.below;
    float[] weights = call.weights;
    int pitch = call.sourcePitch;
    boolean left = call.atLeftEdge;
    boolean right = call.atRightEdge;
    var zero = FloatVector.zero(SPECIES);
    var sum00 = zero;
    var sum01 = zero;
    var sum02 = zero;
    var sum03 = zero;
    var sum10 = zero;
    var sum11 = zero;
    var sum12 = zero;
    var sum13 = zero;
    var sum20 = zero;
    var sum21 = zero;
    var sum22 = zero;
    var sum23 = zero;
    var sum30 = zero;
    var sum31 = zero;
    var sum32 = zero;
    var sum33 = zero;
    int x = call.sourceAt;
    int a = call.aboveAt;
    int b = call.belowAt;
    int w = call.weightsAt;
    for (int c = 0; c < call.channels; c++) {
      var beforeAbove = FloatVector.fromArray(SPECIES, above, a - 1);
      var atAbove = FloatVector.fromArray(SPECIES, above, a);
      var behindAbove = FloatVector.fromArray(SPECIES, above, a + 1);
      if (left) {
        beforeAbove = beforeAbove.blend(zero, FIRST_LANE);
      }
      if (right) {
        behindAbove = behindAbove.blend(zero, LAST_LANE);
      }
      var before0 = FloatVector.fromArray(SPECIES, source, x - 1);
      var at0 = FloatVector.fromArray(SPECIES, source, x);
      var behind0 = FloatVector.fromArray(SPECIES, source, x + 1);
      if (left) {
        before0 = before0.blend(zero, FIRST_LANE);
      }
      if (right) {
        behind0 = behind0.blend(zero, LAST_LANE);
      }
      var before1 = FloatVector.fromArray(SPECIES, source, x + pitch - 1);
      var at1 = FloatVector.fromArray(SPECIES, source, x + pitch);
      var behind1 = FloatVector.fromArray(SPECIES, source, x + pitch + 1);
      if (left) {
        before1 = before1.blend(zero, FIRST_LANE);
      }
      if (right) {
        behind1 = behind1.blend(zero, LAST_LANE);
      }
      var before2 = FloatVector.fromArray(SPECIES, source, x + 2 * pitch - 1);
      var at2 = FloatVector.fromArray(SPECIES, source, x + 2 * pitch);
      var behind2 = FloatVector.fromArray(SPECIES, source, x + 2 * pitch + 1);
      if (left) {
        before2 = before2.blend(zero, FIRST_LANE);
      }
      if (right) {
        behind2 = behind2.blend(zero, LAST_LANE);
      }
      var w000 = FloatVector.broadcast(SPECIES, weights[w]);
      sum00 = w000.lanewise(FMA, beforeAbove, sum00);
      sum01 = w000.lanewise(FMA, before0, sum01);
      sum02 = w000.lanewise(FMA, before1, sum02);
      sum03 = w000.lanewise(FMA, before2, sum03);
      var w001 = FloatVector.broadcast(SPECIES, weights[w + 1]);
      sum10 = w001.lanewise(FMA, beforeAbove, sum10);
      sum11 = w001.lanewise(FMA, before0, sum11);
      sum12 = w001.lanewise(FMA, before1, sum12);
      sum13 = w001.lanewise(FMA, before2, sum13);
      var w002 = FloatVector.broadcast(SPECIES, weights[w + 2]);
      sum20 = w002.lanewise(FMA, beforeAbove, sum20);
      sum21 = w002.lanewise(FMA, before0, sum21);
      sum22 = w002.lanewise(FMA, before1, sum22);
      sum23 = w002.lanewise(FMA, before2, sum23);
      var w003 = FloatVector.broadcast(SPECIES, weights[w + 3]);
      sum30 = w003.lanewise(FMA, beforeAbove, sum30);
      sum31 = w003.lanewise(FMA, before0, sum31);
      sum32 = w003.lanewise(FMA, before1, sum32);
      sum33 = w003.lanewise(FMA, before2, sum33);
      var w010 = FloatVector.broadcast(SPECIES, weights[w + 4]);
      sum00 = w010.lanewise(FMA, atAbove, sum00);
      sum01 = w010.lanewise(FMA, at0, sum01);
      sum02 = w010.lanewise(FMA, at1, sum02);
      sum03 = w010.lanewise(FMA, at2, sum03);
      var w011 = FloatVector.broadcast(SPECIES, weights[w + 5]);
      sum10 = w011.lanewise(FMA, atAbove, sum10);
      sum11 = w011.lanewise(FMA, at0, sum11);
      sum12 = w011.lanewise(FMA, at1, sum12);
      sum13 = w011.lanewise(FMA, at2, sum13);
      var w012 = FloatVector.broadcast(SPECIES, weights[w + 6]);
      sum20 = w012.lanewise(FMA, atAbove, sum20);
      sum21 = w012.lanewise(FMA, at0, sum21);
      sum22 = w012.lanewise(FMA, at1, sum22);
      sum23 = w012.lanewise(FMA, at2, sum23);
      var w013 = FloatVector.broadcast(SPECIES, weights[w + 7]);
      sum30 = w013.lanewise(FMA, atAbove, sum30);
      sum31 = w013.lanewise(FMA, at0, sum31);
      sum32 = w013.lanewise(FMA, at1, sum32);
      sum33 = w013.lanewise(FMA, at2, sum33);
      var w020 = FloatVector.broadcast(SPECIES, weights[w + 8]);
      sum00 = w020.lanewise(FMA, behindAbove, sum00);
      sum01 = w020.lanewise(FMA, behind0, sum01);
      sum02 = w020.lanewise(FMA, behind1, sum02);
      sum03 = w020.lanewise(FMA, behind2, sum03);
      var w021 = FloatVector.broadcast(SPECIES, weights[w + 9]);
      sum10 = w021.lanewise(FMA, behindAbove, sum10);
      sum11 = w021.lanewise(FMA, behind0, sum11);
      sum12 = w021.lanewise(FMA, behind1, sum12);
      sum13 = w021.lanewise(FMA, behind2, sum13);
      var w022 = FloatVector.broadcast(SPECIES, weights[w + 10]);
      sum20 = w022.lanewise(FMA, behindAbove, sum20);
      sum21 = w022.lanewise(FMA, behind0, sum21);
      sum22 = w022.lanewise(FMA, behind1, sum22);
      sum23 = w022.lanewise(FMA, behind2, sum23);
      var w023 = FloatVector.broadcast(SPECIES, weights[w + 11]);
      sum30 = w023.lanewise(FMA, behindAbove, sum30);
      sum31 = w023.lanewise(FMA, behind0, sum31);
      sum32 = w023.lanewise(FMA, behind1, sum32);
      sum33 = w023.lanewise(FMA, behind2, sum33);
      var before3 = FloatVector.fromArray(SPECIES, source, x + 3 * pitch - 1);
      var at3 = FloatVector.fromArray(SPECIES, source, x + 3 * pitch);
      var behind3 = FloatVector.fromArray(SPECIES, source, x + 3 * pitch + 1);
      if (left) {
        before3 = before3.blend(zero, FIRST_LANE);
      }
      if (right) {
        behind3 = behind3.blend(zero, LAST_LANE);
      }
      var w100 = FloatVector.broadcast(SPECIES, weights[w + 12]);
      sum00 = w100.lanewise(FMA, before0, sum00);
      sum01 = w100.lanewise(FMA, before1, sum01);
      sum02 = w100.lanewise(FMA, before2, sum02);
      sum03 = w100.lanewise(FMA, before3, sum03);
      var w101 = FloatVector.broadcast(SPECIES, weights[w + 13]);
      sum10 = w101.lanewise(FMA, before0, sum10);
      sum11 = w101.lanewise(FMA, before1, sum11);
      sum12 = w101.lanewise(FMA, before2, sum12);
      sum13 = w101.lanewise(FMA, before3, sum13);
      var w102 = FloatVector.broadcast(SPECIES, weights[w + 14]);
      sum20 = w102.lanewise(FMA, before0, sum20);
      sum21 = w102.lanewise(FMA, before1, sum21);
      sum22 = w102.lanewise(FMA, before2, sum22);
      sum23 = w102.lanewise(FMA, before3, sum23);
      var w103 = FloatVector.broadcast(SPECIES, weights[w + 15]);
      sum30 = w103.lanewise(FMA, before0, sum30);
      sum31 = w103.lanewise(FMA, before1, sum31);
      sum32 = w103.lanewise(FMA, before2, sum32);
      sum33 = w103.lanewise(FMA, before3, sum33);
      var w110 = FloatVector.broadcast(SPECIES, weights[w + 16]);
      sum00 = w110.lanewise(FMA, at0, sum00);
      sum01 = w110.lanewise(FMA, at1, sum01);
      sum02 = w110.lanewise(FMA, at2, sum02);
      sum03 = w110.lanewise(FMA, at3, sum03);
      var w111 = FloatVector.broadcast(SPECIES, weights[w + 17]);
      sum10 = w111.lanewise(FMA, at0, sum10);
      sum11 = w111.lanewise(FMA, at1, sum11);
      sum12 = w111.lanewise(FMA, at2, sum12);
      sum13 = w111.lanewise(FMA, at3, sum13);
      var w112 = FloatVector.broadcast(SPECIES, weights[w + 18]);
      sum20 = w112.lanewise(FMA, at0, sum20);
      sum21 = w112.lanewise(FMA, at1, sum21);
      sum22 = w112.lanewise(FMA, at2, sum22);
      sum23 = w112.lanewise(FMA, at3, sum23);
      var w113 = FloatVector.broadcast(SPECIES, weights[w + 19]);
      sum30 = w113.lanewise(FMA, at0, sum30);
      sum31 = w113.lanewise(FMA, at1, sum31);
      sum32 = w113.lanewise(FMA, at2, sum32);
      sum33 = w113.lanewise(FMA, at3, sum33);
      var w120 = FloatVector.broadcast(SPECIES, weights[w + 20]);
      sum00 = w120.lanewise(FMA, behind0, sum00);
      sum01 = w120.lanewise(FMA, behind1, sum01);
      sum02 = w120.lanewise(FMA, behind2, sum02);
      sum03 = w120.lanewise(FMA, behind3, sum03);
      var w121 = FloatVector.broadcast(SPECIES, weights[w + 21]);
      sum10 = w121.lanewise(FMA, behind0, sum10);
      sum11 = w121.lanewise(FMA, behind1, sum11);
      sum12 = w121.lanewise(FMA, behind2, sum12);
      sum13 = w121.lanewise(FMA, behind3, sum13);
      var w122 = FloatVector.broadcast(SPECIES, weights[w + 22]);
      sum20 = w122.lanewise(FMA, behind0, sum20);
      sum21 = w122.lanewise(FMA, behind1, sum21);
      sum22 = w122.lanewise(FMA, behind2, sum22);
      sum23 = w122.lanewise(FMA, behind3, sum23);
      var w123 = FloatVector.broadcast(SPECIES, weights[w + 23]);
      sum30 = w123.lanewise(FMA, behind0, sum30);
      sum31 = w123.lanewise(FMA, behind1, sum31);
      sum32 = w123.lanewise(FMA, behind2, sum32);
      sum33 = w123.lanewise(FMA, behind3, sum33);
      var beforeBelow = FloatVector.fromArray(SPECIES, below, b - 1);
      var atBelow = FloatVector.fromArray(SPECIES, below, b);
      var behindBelow = FloatVector.fromArray(SPECIES, below, b + 1);
      if (left) {
        beforeBelow = beforeBelow.blend(zero, FIRST_LANE);
      }
      if (right) {
        behindBelow = behindBelow.blend(zero, LAST_LANE);
      }
      var w200 = FloatVector.broadcast(SPECIES, weights[w + 24]);
      sum00 = w200.lanewise(FMA, before1, sum00);
      sum01 = w200.lanewise(FMA, before2, sum01);
      sum02 = w200.lanewise(FMA, before3, sum02);
      sum03 = w200.lanewise(FMA, beforeBelow, sum03);
      var w201 = FloatVector.broadcast(SPECIES, weights[w + 25]);
      sum10 = w201.lanewise(FMA, before1, sum10);
      sum11 = w201.lanewise(FMA, before2, sum11);
      sum12 = w201.lanewise(FMA, before3, sum12);
      sum13 = w201.lanewise(FMA, beforeBelow, sum13);
      var w202 = FloatVector.broadcast(SPECIES, weights[w + 26]);
      sum20 = w202.lanewise(FMA, before1, sum20);
      sum21 = w202.lanewise(FMA, before2, sum21);
      sum22 = w202.lanewise(FMA, before3, sum22);
      sum23 = w202.lanewise(FMA, beforeBelow, sum23);
      var w203 = FloatVector.broadcast(SPECIES, weights[w + 27]);
      sum30 = w203.lanewise(FMA, before1, sum30);
      sum31 = w203.lanewise(FMA, before2, sum31);
      sum32 = w203.lanewise(FMA, before3, sum32);
      sum33 = w203.lanewise(FMA, beforeBelow, sum33);
      var w210 = FloatVector.broadcast(SPECIES, weights[w + 28]);
      sum00 = w210.lanewise(FMA, at1, sum00);
      sum01 = w210.lanewise(FMA, at2, sum01);
      sum02 = w210.lanewise(FMA, at3, sum02);
      sum03 = w210.lanewise(FMA, atBelow, sum03);
      var w211 = FloatVector.broadcast(SPECIES, weights[w + 29]);
      sum10 = w211.lanewise(FMA, at1, sum10);
      sum11 = w211.lanewise(FMA, at2, sum11);
      sum12 = w211.lanewise(FMA, at3, sum12);
      sum13 = w211.lanewise(FMA, atBelow, sum13);
      var w212 = FloatVector.broadcast(SPECIES, weights[w + 30]);
      sum20 = w212.lanewise(FMA, at1, sum20);
      sum21 = w212.lanewise(FMA, at2, sum21);
      sum22 = w212.lanewise(FMA, at3, sum22);
      sum23 = w212.lanewise(FMA, atBelow, sum23);
      var w213 = FloatVector.broadcast(SPECIES, weights[w + 31]);
      sum30 = w213.lanewise(FMA, at1, sum30);
      sum31 = w213.lanewise(FMA, at2, sum31);
      sum32 = w213.lanewise(FMA, at3, sum32);
      sum33 = w213.lanewise(FMA, atBelow, sum33);
      var w220 = FloatVector.broadcast(SPECIES, weights[w + 32]);
      sum00 = w220.lanewise(FMA, behind1, sum00);
      sum01 = w220.lanewise(FMA, behind2, sum01);
      sum02 = w220.lanewise(FMA, behind3, sum02);
      sum03 = w220.lanewise(FMA, behindBelow, sum03);
      var w221 = FloatVector.broadcast(SPECIES, weights[w + 33]);
      sum10 = w221.lanewise(FMA, behind1, sum10);
      sum11 = w221.lanewise(FMA, behind2, sum11);
      sum12 = w221.lanewise(FMA, behind3, sum12);
      sum13 = w221.lanewise(FMA, behindBelow, sum13);
      var w222 = FloatVector.broadcast(SPECIES, weights[w + 34]);
      sum20 = w222.lanewise(FMA, behind1, sum20);
      sum21 = w222.lanewise(FMA, behind2, sum21);
      sum22 = w222.lanewise(FMA, behind3, sum22);
      sum23 = w222.lanewise(FMA, behindBelow, sum23);
      var w223 = FloatVector.broadcast(SPECIES, weights[w + 35]);
      sum30 = w223.lanewise(FMA, behind1, sum30);
      sum31 = w223.lanewise(FMA, behind2, sum31);
      sum32 = w223.lanewise(FMA, behind3, sum32);
      sum33 = w223.lanewise(FMA, behindBelow, sum33);
      w += call.weightsPerChannel;
      x += call.sourceChannel;
      a += call.aboveChannel;
      b += call.belowChannel;
    }
    float[] result = call.result;
    int at = call.resultAt;
    int resultPitch = call.resultPitch;
    sum00.intoArray(result, at);
    sum01.intoArray(result, at + resultPitch);
    sum02.intoArray(result, at + 2 * resultPitch);
    sum03.intoArray(result, at + 3 * resultPitch);
    at += call.resultChannel;
    sum10.intoArray(result, at);
    sum11.intoArray(result, at + resultPitch);
    sum12.intoArray(result, at + 2 * resultPitch);
    sum13.intoArray(result, at + 3 * resultPitch);
    at += call.resultChannel;
    sum20.intoArray(result, at);
    sum21.intoArray(result, at + resultPitch);
    sum22.intoArray(result, at + 2 * resultPitch);
    sum23.intoArray(result, at + 3 * resultPitch);
    at += call.resultChannel;
    sum30.intoArray(result, at);
    sum31.intoArray(result, at + resultPitch);
    sum32.intoArray(result, at + 2 * resultPitch);
    sum33.intoArray(result, at + 3 * resultPitch);
  }
}
