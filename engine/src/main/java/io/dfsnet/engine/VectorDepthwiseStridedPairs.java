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
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise sums with stride 2 of maps whose rows fit into a vector, so that those of the result
 * fill at most half of one: two rows of the result in a vector. A row of the source is a vector,
 * and a tap picks every second lane of two of them:
 *
 * <pre>
 *   result rows         0 | 1       a vector, one row behind the other
 *   tap row 0      source 0 | 2
 *   tap row 1      source 1 | 3
 *   tap row 2      source 2 | 4     row 4 is also the first of the next two
 * </pre>
 */
final class VectorDepthwiseStridedPairs implements DepthwiseKernel {
  private static final VectorSpecies<Integer> LANES =
      VectorSpecies.of(int.class, VectorShape.forBitSize(SPECIES.vectorBitSize()));

  private static final int[][] SELECTED = selected();

  @Override
  public String name() {
    return "k3s2r2__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public boolean admits(RowWalk walk) {
    return walk.stride() == 2
        && !walk.spreads()
        && walk.columns() <= LENGTH / 2
        && walk.sourceColumn(walk.columns() - 1, RowWalk.TAPS - 1) < walk.firstColumn() + LENGTH;
  }

  @Override
  public Strip[] strips(RowWalk walk) {
    return Strip.cover(walk, LENGTH, LENGTH - 1, true);
  }

  @Override
  public boolean overruns(RowWalk walk) {
    return true;
  }

  @Override
  public boolean run(Call call) {
    return walkRowPairs(call);
  }

  private static boolean walkRowPairs(Call call) {
    var walk = call.walk;
    float[] source = call.source;
    float[] weights = call.weights;
    float[] result = call.result;
    var floor = IntVector.broadcast(INTS, call.floor);
    var ceiling = IntVector.broadcast(INTS, call.ceiling);
    boolean finishes = call.finishes();
    float[] biases = call.bias;
    int size = walk.size();
    int sourceSize = walk.sourceSize();
    int multiplier = call.multiplier;
    int sourceAt = call.sourceAt;
    int resultAt = call.resultAt;
    int endChannel = call.endChannel;
    int pitch = walk.sourceWidth();
    int columns = walk.columns();
    int rows = walk.rows();
    int wholePairs = (walk.endWalked() - 1) / 4;
    boolean above = walk.firstRow() < 0;
    boolean third = walk.endWalked() > 4 * wholePairs + 2;
    boolean rest = 2 * wholePairs < rows;
    var inside = inside(walk);
    var select0 = select(columns, 0);
    var select1 = select(columns, 1);
    var select2 = select(columns, 2);
    var zero = FloatVector.zero(SPECIES);
    var seen = zero;
    var nothing = IntVector.zero(LANES);
    // Where there is no row, another is read and all its lanes are cleared: that takes less time
    // than a branch for every channel.
    int firstAt = above ? pitch : 0;
    int thirdAt = third ? 2 * pitch : pitch;
    var insideFirst = IntVector.broadcast(LANES, above ? 0 : -1).and(inside);
    var insideThird = IntVector.broadcast(LANES, third ? -1 : 0).and(inside);
    int start = walk.sourceAt(0, 0);
    for (int channel = call.firstChannel; channel < endChannel; channel++) {
      int w = channel * 9;
      var w00 = FloatVector.broadcast(SPECIES, weights[w]);
      var w01 = FloatVector.broadcast(SPECIES, weights[w + 1]);
      var w02 = FloatVector.broadcast(SPECIES, weights[w + 2]);
      var w10 = FloatVector.broadcast(SPECIES, weights[w + 3]);
      var w11 = FloatVector.broadcast(SPECIES, weights[w + 4]);
      var w12 = FloatVector.broadcast(SPECIES, weights[w + 5]);
      var w20 = FloatVector.broadcast(SPECIES, weights[w + 6]);
      var w21 = FloatVector.broadcast(SPECIES, weights[w + 7]);
      var w22 = FloatVector.broadcast(SPECIES, weights[w + 8]);
      var bias = FloatVector.broadcast(SPECIES, biases == null ? -0f : biases[channel]);
      int at = sourceAt + (multiplier == 1 ? channel : channel / multiplier) * sourceSize + start;
      int to = resultAt + channel * size;
      var first =
          FloatVector.fromArray(SPECIES, source, at + firstAt).reinterpretAsInts().and(insideFirst);
      for (int pair = 0; pair < wholePairs; pair++, to += 2 * columns) {
        var x1 = FloatVector.fromArray(SPECIES, source, at + pitch).reinterpretAsInts().and(inside);
        var x2 =
            FloatVector.fromArray(SPECIES, source, at + 2 * pitch).reinterpretAsInts().and(inside);
        var x3 =
            FloatVector.fromArray(SPECIES, source, at + 3 * pitch).reinterpretAsInts().and(inside);
        at += 4 * pitch;
        var x4 = FloatVector.fromArray(SPECIES, source, at).reinterpretAsInts().and(inside);
        var xa0 = select0.selectFrom(first, x2).reinterpretAsFloats();
        var xa1 = select1.selectFrom(first, x2).reinterpretAsFloats();
        var xa2 = select2.selectFrom(first, x2).reinterpretAsFloats();
        var xb0 = select0.selectFrom(x1, x3).reinterpretAsFloats();
        var xb1 = select1.selectFrom(x1, x3).reinterpretAsFloats();
        var xb2 = select2.selectFrom(x1, x3).reinterpretAsFloats();
        var xc0 = select0.selectFrom(x2, x4).reinterpretAsFloats();
        var xc1 = select1.selectFrom(x2, x4).reinterpretAsFloats();
        var xc2 = select2.selectFrom(x2, x4).reinterpretAsFloats();
        var xSum = w02.lanewise(FMA, xa2, w01.lanewise(FMA, xa1, w00.lanewise(FMA, xa0, zero)));
        xSum = w12.lanewise(FMA, xb2, w11.lanewise(FMA, xb1, w10.lanewise(FMA, xb0, xSum)));
        xSum = w22.lanewise(FMA, xc2, w21.lanewise(FMA, xc1, w20.lanewise(FMA, xc0, xSum)));
        if (finishes) {
          xSum = xSum.lanewise(ADD, bias);
          seen = seen.lanewise(ADD, xSum);
          xSum =
              xSum.reinterpretAsInts()
                  .lanewise(MAX, floor)
                  .lanewise(MIN, ceiling)
                  .reinterpretAsFloats();
        }
        xSum.intoArray(result, to);
        first = x4;
      }
      if (rest) {
        var y1 = FloatVector.fromArray(SPECIES, source, at + pitch).reinterpretAsInts().and(inside);
        var y2 =
            FloatVector.fromArray(SPECIES, source, at + thirdAt)
                .reinterpretAsInts()
                .and(insideThird);
        var y3 =
            FloatVector.fromArray(SPECIES, source, at + 3 * pitch).reinterpretAsInts().and(inside);
        var ya0 = select0.selectFrom(first, y2).reinterpretAsFloats();
        var ya1 = select1.selectFrom(first, y2).reinterpretAsFloats();
        var ya2 = select2.selectFrom(first, y2).reinterpretAsFloats();
        var yb0 = select0.selectFrom(y1, y3).reinterpretAsFloats();
        var yb1 = select1.selectFrom(y1, y3).reinterpretAsFloats();
        var yb2 = select2.selectFrom(y1, y3).reinterpretAsFloats();
        var yc0 = select0.selectFrom(y2, nothing).reinterpretAsFloats();
        var yc1 = select1.selectFrom(y2, nothing).reinterpretAsFloats();
        var yc2 = select2.selectFrom(y2, nothing).reinterpretAsFloats();
        var ySum = w02.lanewise(FMA, ya2, w01.lanewise(FMA, ya1, w00.lanewise(FMA, ya0, zero)));
        ySum = w12.lanewise(FMA, yb2, w11.lanewise(FMA, yb1, w10.lanewise(FMA, yb0, ySum)));
        ySum = w22.lanewise(FMA, yc2, w21.lanewise(FMA, yc1, w20.lanewise(FMA, yc0, ySum)));
        if (finishes) {
          ySum = ySum.lanewise(ADD, bias);
          seen = seen.lanewise(ADD, ySum);
          ySum =
              ySum.reinterpretAsInts()
                  .lanewise(MAX, floor)
                  .lanewise(MIN, ceiling)
                  .reinterpretAsFloats();
        }
        ySum.intoArray(result, to);
      }
    }
    return !seen.compare(NE, seen).anyTrue();
  }

  /** All bits of the lanes that lie in the map. */
  private static IntVector inside(RowWalk walk) {
    long beside = walk.beside(walk.firstColumn(), LENGTH);
    return IntVector.broadcast(LANES, -1).blend(0, VectorMask.fromLong(LANES, beside));
  }

  /** Every second lane from {@code tap} on of one vector, then of the other. */
  private static IntVector select(int columns, int tap) {
    return IntVector.fromArray(LANES, SELECTED[columns], tap * LENGTH);
  }

  /** The lanes of {@link #select} by columns, those of the three taps one behind the other. */
  private static int[][] selected() {
    int[][] lanes = new int[LENGTH / 2 + 1][RowWalk.TAPS * LENGTH];
    for (int columns = 1; columns < lanes.length; columns++) {
      for (int tap = 0; tap < RowWalk.TAPS; tap++) {
        for (int i = 0; i < 2 * columns; i++) {
          int lane = i < columns ? 2 * i : LENGTH + 2 * (i - columns);
          lanes[columns][tap * LENGTH + i] = tap + lane;
        }
      }
    }
    return lanes;
  }
}
