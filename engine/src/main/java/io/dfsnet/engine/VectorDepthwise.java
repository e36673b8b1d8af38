package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static io.dfsnet.engine.VectorKernels.zero;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Depthwise sums with stride 1. A step of the walk takes one row of the source: three vectors, one
 * per tap column, each for three products. The sums of three rows of the result are under way:
 *
 * <pre>
 *   x0 x1 x2  row i of the source
 *             tap row 2   complete: the row of the result that began two steps ago
 *             tap row 1   older:    the one that began a step ago
 *             tap row 0   newer:    begins here
 * </pre>
 *
 * Nine products need three loads and a store, and no copy of the map. Loads are masked: lanes
 * beside the map are zero and are not read, so the edges of the array need no care either.
 *
 * <p>Two things keep C2 from boxing vectors: a method has few enough vector operations for all of
 * them to be inlined, and vectors go through no helper method but the smallest.
 */
final class VectorDepthwise {
  private VectorDepthwise() {}

  static List<DepthwiseKernel> all() {
    List<DepthwiseKernel> kernels = new ArrayList<>();
    if (MAPS_SHARE_VECTORS) {
      kernels.add(new TwoMaps());
      kernels.add(new VectorDepthwiseStrided.TwoMaps());
    }
    kernels.add(new OneMap());
    if (VectorKernels.HAS_MASKED_STORES) {
      kernels.add(new VectorDepthwiseStrided.OneMap());
    }
    return List.copyOf(kernels);
  }

  /** Where masked stores are one instruction: two maps can share a vector. */
  static final boolean MAPS_SHARE_VECTORS = LENGTH >= 16;

  static final int HALF = LENGTH / 2;

  /** Two vectors from the last column on, or from the columns beside the map. */
  static int reach(RowWalk walk) {
    return 2 * LENGTH + Math.abs(walk.firstColumn()) + RowWalk.TAPS;
  }

  static VectorMask<Float> mask(long lanes) {
    return VectorMask.fromLong(SPECIES, lanes);
  }

  /** The lanes {@code 0 .. count - 1}, at most all. */
  static long lanes(int count) {
    return count >= LENGTH ? (1L << LENGTH) - 1 : (1L << count) - 1;
  }

  /** A vector is a strip of one row; a strip at the end of the columns begins earlier. */
  private static final class OneMap implements DepthwiseKernel {
    @Override
    public String name() {
      return "k3s1m1__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public boolean admits(RowWalk walk) {
      return walk.stride() == 1 && (walk.columns() >= LENGTH || VectorKernels.HAS_MASKED_STORES);
    }

    @Override
    public Strip[] strips(RowWalk walk) {
      List<Strip> strips = new ArrayList<>();
      int last = Math.max(walk.columns() - LENGTH, 0);
      for (int x = 0; x < walk.columns(); x += LENGTH) {
        int column = Math.min(x, last);
        long stores = lanes(walk.columns() - column);
        long[] loads = new long[RowWalk.TAPS];
        for (int tap = 0; tap < loads.length; tap++) {
          loads[tap] = stores & inside(walk, walk.sourceColumn(column, tap));
        }
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
      boolean whole = strip.stores()[0] == lanes(LENGTH);
      var load0 = mask(strip.loads()[0]);
      var load1 = mask(strip.loads()[1]);
      var load2 = mask(strip.loads()[2]);
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
        var older = zero;
        var newer = zero;
        for (int row = 0; row < rows; row++, at += pitch) {
          var x0 = zero;
          var x1 = zero;
          var x2 = zero;
          if (row >= before && row < end) {
            x0 = FloatVector.fromArray(SPECIES, source, at, load0);
            x1 = FloatVector.fromArray(SPECIES, source, at + 1, load1);
            x2 = FloatVector.fromArray(SPECIES, source, at + 2, load2);
          }
          if (row >= 2) {
            var sum = w22.fma(x2, w21.fma(x1, w20.fma(x0, older)));
            if (epilogue) {
              sum = VectorKernels.clamp(sum.add(bias), floor, ceiling);
            }
            if (whole) {
              sum.intoArray(result, to);
            } else {
              sum.intoArray(result, to, store);
            }
            to += resultPitch;
          }
          older = w12.fma(x2, w11.fma(x1, w10.fma(x0, newer)));
          newer = w02.fma(x2, w01.fma(x1, w00.fma(x0, zero)));
        }
      }
    }
  }

  /**
   * Two maps, each in its half of a vector, for maps that would leave more than half of it empty.
   * The middle tap is the row itself; its neighbours are the row moved by a lane, which costs
   * nothing beside nine products.
   */
  private static final class TwoMaps implements DepthwiseKernel {
    /** Lane i has what was in lane i - 1, or in lane i + 1. */
    private static final VectorShuffle<Float> FROM_BELOW =
        VectorShuffle.fromOp(SPECIES, lane -> (lane + LENGTH - 1) % LENGTH);

    private static final VectorShuffle<Float> FROM_ABOVE =
        VectorShuffle.fromOp(SPECIES, lane -> (lane + 1) % LENGTH);

    @Override
    public String name() {
      return "k3s1m2__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public boolean admits(RowWalk walk) {
      return walk.stride() == 1
          && walk.columns() <= HALF
          && walk.columns() == walk.sourceWidth()
          && walk.firstColumn() == -1;
    }

    @Override
    public Strip[] strips(RowWalk walk) {
      long low = lanes(walk.columns());
      long high = low << HALF;
      return new Strip[] {new Strip(0, new long[] {low, high}, new long[] {low, high})};
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
      var low = mask(strip.loads()[0]);
      var high = mask(strip.loads()[1]);
      var upperHalf = mask(lanes(HALF) << HALF);
      // The lanes that have no neighbour below or above in their map.
      var lowest = mask(1L | 1L << HALF);
      var highest = mask(1L << walk.columns() - 1 | 1L << HALF + walk.columns() - 1);
      var zero = zero();
      int before = -walk.firstRow();
      int end = walk.sourceHeight() - walk.firstRow();
      int rows = walk.sourceRows();
      int pitch = walk.sourceWidth();
      int start = walk.firstRow() * pitch;
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
        int toSecond = call.sourceMap(second) - call.sourceMap(channel) - HALF;
        int to = call.resultMap(channel);
        int resultToSecond = (second - channel) * walk.size() - HALF;
        var older = zero;
        var newer = zero;
        for (int row = 0; row < rows; row++, at += pitch) {
          var x0 = zero;
          var x1 = zero;
          var x2 = zero;
          if (row >= before && row < end) {
            x1 = FloatVector.fromArray(SPECIES, source, at, low);
            x1 = x1.blend(FloatVector.fromArray(SPECIES, source, at + toSecond, high), high);
            x0 = x1.rearrange(FROM_BELOW).blend(zero, lowest);
            x2 = x1.rearrange(FROM_ABOVE).blend(zero, highest);
          }
          if (row >= 2) {
            var sum = w22.fma(x2, w21.fma(x1, w20.fma(x0, older)));
            if (epilogue) {
              sum = VectorKernels.clamp(sum.add(bias), floor, ceiling);
            }
            sum.intoArray(result, to, low);
            sum.intoArray(result, to + resultToSecond, high);
            to += pitch;
          }
          older = w12.fma(x2, w11.fma(x1, w10.fma(x0, newer)));
          newer = w02.fma(x2, w01.fma(x1, w00.fma(x0, zero)));
        }
      }
    }
  }

  /** The weights of two maps, each in its half. */
  static FloatVector halves(float[] weights, int low, int high, VectorMask<Float> upperHalf) {
    return FloatVector.broadcast(SPECIES, weights[low]).blend(weights[high], upperHalf);
  }

  /** The lanes whose source columns, from {@code column} on, are in the map. */
  static long inside(RowWalk walk, int column) {
    long lanes = 0;
    for (int lane = 0; lane < LENGTH; lane++) {
      lanes |= walk.hasSourceColumn(column + lane) ? 1L << lane : 0;
    }
    return lanes;
  }
}
