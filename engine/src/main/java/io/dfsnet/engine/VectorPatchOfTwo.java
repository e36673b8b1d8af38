package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * 2 result channels by 4 rows, 8 sums; the rows of a source channel are loaded as they are needed.
 */
final class VectorPatchOfTwo extends VectorPatch {

  private static final VectorMask<Float> FIRST_LANE = VectorMask.fromLong(SPECIES, 1);
  private static final VectorMask<Float> LAST_LANE = VectorMask.fromLong(SPECIES, 1L << LENGTH - 1);

  VectorPatchOfTwo() {
    super(2, 4, LENGTH);
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
      var w010 = FloatVector.broadcast(SPECIES, weights[w + 2]);
      sum00 = w010.lanewise(FMA, atAbove, sum00);
      sum01 = w010.lanewise(FMA, at0, sum01);
      sum02 = w010.lanewise(FMA, at1, sum02);
      sum03 = w010.lanewise(FMA, at2, sum03);
      var w011 = FloatVector.broadcast(SPECIES, weights[w + 3]);
      sum10 = w011.lanewise(FMA, atAbove, sum10);
      sum11 = w011.lanewise(FMA, at0, sum11);
      sum12 = w011.lanewise(FMA, at1, sum12);
      sum13 = w011.lanewise(FMA, at2, sum13);
      var w020 = FloatVector.broadcast(SPECIES, weights[w + 4]);
      sum00 = w020.lanewise(FMA, behindAbove, sum00);
      sum01 = w020.lanewise(FMA, behind0, sum01);
      sum02 = w020.lanewise(FMA, behind1, sum02);
      sum03 = w020.lanewise(FMA, behind2, sum03);
      var w021 = FloatVector.broadcast(SPECIES, weights[w + 5]);
      sum10 = w021.lanewise(FMA, behindAbove, sum10);
      sum11 = w021.lanewise(FMA, behind0, sum11);
      sum12 = w021.lanewise(FMA, behind1, sum12);
      sum13 = w021.lanewise(FMA, behind2, sum13);
      var before3 = FloatVector.fromArray(SPECIES, source, x + 3 * pitch - 1);
      var at3 = FloatVector.fromArray(SPECIES, source, x + 3 * pitch);
      var behind3 = FloatVector.fromArray(SPECIES, source, x + 3 * pitch + 1);
      if (left) {
        before3 = before3.blend(zero, FIRST_LANE);
      }
      if (right) {
        behind3 = behind3.blend(zero, LAST_LANE);
      }
      var w100 = FloatVector.broadcast(SPECIES, weights[w + 6]);
      sum00 = w100.lanewise(FMA, before0, sum00);
      sum01 = w100.lanewise(FMA, before1, sum01);
      sum02 = w100.lanewise(FMA, before2, sum02);
      sum03 = w100.lanewise(FMA, before3, sum03);
      var w101 = FloatVector.broadcast(SPECIES, weights[w + 7]);
      sum10 = w101.lanewise(FMA, before0, sum10);
      sum11 = w101.lanewise(FMA, before1, sum11);
      sum12 = w101.lanewise(FMA, before2, sum12);
      sum13 = w101.lanewise(FMA, before3, sum13);
      var w110 = FloatVector.broadcast(SPECIES, weights[w + 8]);
      sum00 = w110.lanewise(FMA, at0, sum00);
      sum01 = w110.lanewise(FMA, at1, sum01);
      sum02 = w110.lanewise(FMA, at2, sum02);
      sum03 = w110.lanewise(FMA, at3, sum03);
      var w111 = FloatVector.broadcast(SPECIES, weights[w + 9]);
      sum10 = w111.lanewise(FMA, at0, sum10);
      sum11 = w111.lanewise(FMA, at1, sum11);
      sum12 = w111.lanewise(FMA, at2, sum12);
      sum13 = w111.lanewise(FMA, at3, sum13);
      var w120 = FloatVector.broadcast(SPECIES, weights[w + 10]);
      sum00 = w120.lanewise(FMA, behind0, sum00);
      sum01 = w120.lanewise(FMA, behind1, sum01);
      sum02 = w120.lanewise(FMA, behind2, sum02);
      sum03 = w120.lanewise(FMA, behind3, sum03);
      var w121 = FloatVector.broadcast(SPECIES, weights[w + 11]);
      sum10 = w121.lanewise(FMA, behind0, sum10);
      sum11 = w121.lanewise(FMA, behind1, sum11);
      sum12 = w121.lanewise(FMA, behind2, sum12);
      sum13 = w121.lanewise(FMA, behind3, sum13);
      var beforeBelow = FloatVector.fromArray(SPECIES, below, b - 1);
      var atBelow = FloatVector.fromArray(SPECIES, below, b);
      var behindBelow = FloatVector.fromArray(SPECIES, below, b + 1);
      if (left) {
        beforeBelow = beforeBelow.blend(zero, FIRST_LANE);
      }
      if (right) {
        behindBelow = behindBelow.blend(zero, LAST_LANE);
      }
      var w200 = FloatVector.broadcast(SPECIES, weights[w + 12]);
      sum00 = w200.lanewise(FMA, before1, sum00);
      sum01 = w200.lanewise(FMA, before2, sum01);
      sum02 = w200.lanewise(FMA, before3, sum02);
      sum03 = w200.lanewise(FMA, beforeBelow, sum03);
      var w201 = FloatVector.broadcast(SPECIES, weights[w + 13]);
      sum10 = w201.lanewise(FMA, before1, sum10);
      sum11 = w201.lanewise(FMA, before2, sum11);
      sum12 = w201.lanewise(FMA, before3, sum12);
      sum13 = w201.lanewise(FMA, beforeBelow, sum13);
      var w210 = FloatVector.broadcast(SPECIES, weights[w + 14]);
      sum00 = w210.lanewise(FMA, at1, sum00);
      sum01 = w210.lanewise(FMA, at2, sum01);
      sum02 = w210.lanewise(FMA, at3, sum02);
      sum03 = w210.lanewise(FMA, atBelow, sum03);
      var w211 = FloatVector.broadcast(SPECIES, weights[w + 15]);
      sum10 = w211.lanewise(FMA, at1, sum10);
      sum11 = w211.lanewise(FMA, at2, sum11);
      sum12 = w211.lanewise(FMA, at3, sum12);
      sum13 = w211.lanewise(FMA, atBelow, sum13);
      var w220 = FloatVector.broadcast(SPECIES, weights[w + 16]);
      sum00 = w220.lanewise(FMA, behind1, sum00);
      sum01 = w220.lanewise(FMA, behind2, sum01);
      sum02 = w220.lanewise(FMA, behind3, sum02);
      sum03 = w220.lanewise(FMA, behindBelow, sum03);
      var w221 = FloatVector.broadcast(SPECIES, weights[w + 17]);
      sum10 = w221.lanewise(FMA, behind1, sum10);
      sum11 = w221.lanewise(FMA, behind2, sum11);
      sum12 = w221.lanewise(FMA, behind3, sum12);
      sum13 = w221.lanewise(FMA, behindBelow, sum13);
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
  }
}
