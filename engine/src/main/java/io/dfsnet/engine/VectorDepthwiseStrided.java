package io.dfsnet.engine;

import static io.dfsnet.engine.VectorDepthwise.HALF;
import static io.dfsnet.engine.VectorDepthwise.halves;
import static io.dfsnet.engine.VectorDepthwise.inside;
import static io.dfsnet.engine.VectorDepthwise.lanes;
import static io.dfsnet.engine.VectorDepthwise.mask;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static io.dfsnet.engine.VectorKernels.zero;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Depthwise sums with stride 2. A step of the walk takes one row of the source as two vectors and
 * picks every second lane of both, from lane 0, 1 and 2 on:
 *
 * <pre>
 *   a b c d   e f g h      lanes 0 to 7 of a row (of four lanes each)
 *   a   c     e   g        tap column 0
 *     b   d     f   h      tap column 1
 *       c     e   g        tap column 2: its last lane would be i, so a strip of the result has
 *                          a lane less than a vector
 * </pre>
 *
 * Tap row 1 meets the odd rows; an even row is tap row 2 of one row of the result and tap row 0 of
 * the next. Loads are masked, as in {@link VectorDepthwise}.
 */
final class VectorDepthwiseStrided {
  private static final VectorSpecies<Integer> LANES =
      VectorSpecies.of(int.class, VectorShape.forBitSize(SPECIES.vectorBitSize()));

  // Integers, because a selection by a vector of floats converts it every time.
  private static final IntVector FROM_0 = IntVector.zero(LANES).addIndex(2);
  private static final IntVector FROM_1 = FROM_0.add(1);
  private static final IntVector FROM_2 = FROM_0.add(2).and(2 * LENGTH - 1);

  private VectorDepthwiseStrided() {}

  /** A strip of a row of the result reads two neighbouring vectors. */
  static final class OneMap implements DepthwiseKernel {
    @Override
    public String name() {
      return "k3s2m1__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public boolean admits(RowWalk walk) {
      return walk.stride() == 2;
    }

    @Override
    public Strip[] strips(RowWalk walk) {
      List<Strip> strips = new ArrayList<>();
      int width = LENGTH - 1;
      int last = Math.max(walk.columns() - width, 0);
      for (int x = 0; x < walk.columns(); x += width) {
        int column = Math.min(x, last);
        int from = walk.sourceColumn(column, 0);
        long[] loads = {inside(walk, from), inside(walk, from + LENGTH)};
        long stores = lanes(Math.min(walk.columns() - column, width));
        strips.add(new Strip(column, loads, new long[] {stores}));
      }
      return strips.toArray(Strip[]::new);
    }

    @Override
    public int reach(RowWalk walk) {
      return VectorDepthwise.reach(walk);
    }

    @Override
    public void run(Call call) {
      for (var strip : call.strips) {
        runStrip(call, strip);
      }
    }

    private static void runStrip(Call call, Strip strip) {
      var walk = call.walk;
      float[] source = call.source;
      float[] weights = call.weights;
      float[] result = call.result;
      float floor = call.floor;
      float ceiling = call.ceiling;
      boolean epilogue = call.hasEpilogue();
      var loadA = mask(strip.loads()[0]);
      var loadB = mask(strip.loads()[1]);
      var store = mask(strip.stores()[0]);
      var zero = zero();
      int before = -walk.firstRow();
      int end = walk.sourceHeight() - walk.firstRow();
      int rows = walk.sourceRows();
      int pitch = walk.sourceWidth();
      int resultPitch = walk.columns();
      int start = walk.firstRow() * pitch + walk.sourceColumn(strip.column(), 0);
      for (int channel = call.firstChannel; channel < call.endChannel; channel++) {
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
        float bias = call.bias(channel);
        int at = call.sourceMap(channel) + start;
        int to = call.resultMap(channel) + strip.column();
        var sum = zero;
        for (int row = 0; row < rows; row++, at += pitch) {
          var x0 = zero;
          var x1 = zero;
          var x2 = zero;
          if (row >= before && row < end) {
            var a = FloatVector.fromArray(SPECIES, source, at, loadA).reinterpretAsInts();
            var b = FloatVector.fromArray(SPECIES, source, at + LENGTH, loadB).reinterpretAsInts();
            x0 = FROM_0.selectFrom(a, b).reinterpretAsFloats();
            x1 = FROM_1.selectFrom(a, b).reinterpretAsFloats();
            x2 = FROM_2.selectFrom(a, b).reinterpretAsFloats();
          }
          if (row % 2 == 1) {
            sum = w12.fma(x2, w11.fma(x1, w10.fma(x0, sum)));
          } else {
            if (row > 0) {
              sum = w22.fma(x2, w21.fma(x1, w20.fma(x0, sum)));
              if (epilogue) {
                sum = VectorKernels.clamp(sum.add(bias), floor, ceiling);
              }
              sum.intoArray(result, to, store);
              to += resultPitch;
            }
            sum = w02.fma(x2, w01.fma(x1, w00.fma(x0, zero)));
          }
        }
      }
    }
  }

  /** Two maps, each in its half: the two vectors are the same row of either. */
  static final class TwoMaps implements DepthwiseKernel {
    @Override
    public String name() {
      return "k3s2m2__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public boolean admits(RowWalk walk) {
      return walk.stride() == 2 && walk.columns() < HALF;
    }

    @Override
    public Strip[] strips(RowWalk walk) {
      long[] loads = {inside(walk, walk.sourceColumn(0, 0))};
      long low = lanes(walk.columns());
      return new Strip[] {new Strip(0, loads, new long[] {low, low << HALF})};
    }

    @Override
    public int reach(RowWalk walk) {
      return VectorDepthwise.reach(walk);
    }

    @Override
    public void run(Call call) {
      var walk = call.walk;
      var strip = call.strips[0];
      float[] source = call.source;
      float[] weights = call.weights;
      float[] result = call.result;
      float floor = call.floor;
      float ceiling = call.ceiling;
      boolean epilogue = call.hasEpilogue();
      var load = mask(strip.loads()[0]);
      var low = mask(strip.stores()[0]);
      var high = mask(strip.stores()[1]);
      var upperHalf = mask(lanes(HALF) << HALF);
      var zero = zero();
      int before = -walk.firstRow();
      int end = walk.sourceHeight() - walk.firstRow();
      int rows = walk.sourceRows();
      int pitch = walk.sourceWidth();
      int start = walk.firstRow() * pitch + walk.sourceColumn(0, 0);
      for (int channel = call.firstChannel; channel < call.endChannel; channel += 2) {
        // The last one of an odd number is paired with itself.
        int second = Math.min(channel + 1, call.endChannel - 1);
        int u = channel * 9;
        int v = second * 9;
        var w00 = halves(weights, u, v, upperHalf);
        var w01 = halves(weights, u + 1, v + 1, upperHalf);
        var w02 = halves(weights, u + 2, v + 2, upperHalf);
        var w10 = halves(weights, u + 3, v + 3, upperHalf);
        var w11 = halves(weights, u + 4, v + 4, upperHalf);
        var w12 = halves(weights, u + 5, v + 5, upperHalf);
        var w20 = halves(weights, u + 6, v + 6, upperHalf);
        var w21 = halves(weights, u + 7, v + 7, upperHalf);
        var w22 = halves(weights, u + 8, v + 8, upperHalf);
        var bias =
            FloatVector.broadcast(SPECIES, call.bias(channel)).blend(call.bias(second), upperHalf);
        int at = call.sourceMap(channel) + start;
        int toSecond = call.sourceMap(second) - call.sourceMap(channel);
        int to = call.resultMap(channel);
        int resultToSecond = (second - channel) * walk.size() - HALF;
        var sum = zero;
        for (int row = 0; row < rows; row++, at += pitch) {
          var x0 = zero;
          var x1 = zero;
          var x2 = zero;
          if (row >= before && row < end) {
            var a = FloatVector.fromArray(SPECIES, source, at, load).reinterpretAsInts();
            var b = FloatVector.fromArray(SPECIES, source, at + toSecond, load).reinterpretAsInts();
            x0 = FROM_0.selectFrom(a, b).reinterpretAsFloats();
            x1 = FROM_1.selectFrom(a, b).reinterpretAsFloats();
            x2 = FROM_2.selectFrom(a, b).reinterpretAsFloats();
          }
          if (row % 2 == 1) {
            sum = w12.fma(x2, w11.fma(x1, w10.fma(x0, sum)));
          } else {
            if (row > 0) {
              sum = w22.fma(x2, w21.fma(x1, w20.fma(x0, sum)));
              if (epilogue) {
                sum = VectorKernels.clamp(sum.add(bias), floor, ceiling);
              }
              sum.intoArray(result, to, low);
              sum.intoArray(result, to + resultToSecond, high);
              to += walk.columns();
            }
            sum = w02.fma(x2, w01.fma(x1, w00.fma(x0, zero)));
          }
        }
      }
    }
  }
}
