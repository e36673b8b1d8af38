package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;

/**
 * Rows of a 3x3 convolution in registers, with vectors over output channels. A tile of P
 * neighbouring positions of a row keeps its P sums in registers over the whole reduction; a step
 * takes a row of an input channel, whose every value serves three positions:
 *
 * <pre>
 *   input row      x[-1]   x[0]    x[1]    x[2]   ...   x[P]
 *                     \    / | \    / | \    / | \         /
 *   weights            w0 w2 w1 w0 w2 w1 w0 w2 w1 w0     w2
 *                        \  | /    \  | /    \  | /
 *   sums               s[0]       s[1]       s[2]    ...   s[P - 1]
 * </pre>
 *
 * <p>So position p sums {@code w0 * x[p - 1] + w1 * x[p] + w2 * x[p + 1]} in this order. Where the
 * tile touches the border of the map its outer products are left out, and so are input rows above
 * and below the map: no product with the padding is computed.
 */
final class VectorRows {
  private VectorRows() {}

  /** Most positions first, so that ties between tiles go to the one that uses weights most. */
  static List<RowKernel> all(boolean manyRegisters) {
    List<RowKernel> all = new ArrayList<>();
    if (manyRegisters) {
      all.addAll(VectorWholeRows.all());
      all.addAll(VectorLongRows.all());
    }
    all.add(new P8());
    all.add(new P7());
    if (manyRegisters) {
      all.addAll(VectorLongDownRows.all());
      all.addAll(VectorUpRows.all());
    }
    all.addAll(VectorDownRows.all());
    if (manyRegisters && LENGTH == 16) {
      all.addAll(VectorSharedRows.all());
    }
    return all;
  }

  abstract static class RowTile implements RowKernel {
    private final String kind;
    private final int positions;
    private final int groups;
    private final Sampling sampling;

    /**
     * @param kind {@code p} for some positions of a row, {@code w} for a whole row
     */
    RowTile(String kind, int positions, int groups, Sampling sampling) {
      this.kind = kind;
      this.positions = positions;
      this.groups = groups;
      this.sampling = sampling;
    }

    @Override
    public String name() {
      return "v1"
          + kind
          + positions
          + (groups > 1 ? "g" + groups : "")
          + (sampling == Sampling.SAME ? "" : sampling.name().toLowerCase(Locale.ROOT))
          + "__simd"
          + SPECIES.vectorBitSize();
    }

    @Override
    public int groups() {
      return groups;
    }

    @Override
    public int positions() {
      return positions;
    }

    @Override
    public Sampling sampling() {
      return sampling;
    }

    @Override
    public void turn(
        Call call,
        int positions,
        float[] result,
        int resultAt,
        int mapSize,
        Epilogue epilogue,
        int channel) {
      VectorTurn.turn(
          call.sums,
          0,
          LENGTH,
          call.square,
          positions,
          result,
          resultAt,
          mapSize,
          epilogue,
          channel);
    }
  }

  /** A tile that takes several steps along a row. */
  abstract static class PartialRowTile extends RowTile {
    PartialRowTile(int positions, int groups) {
      super("p", positions, groups, Sampling.SAME);
    }

    PartialRowTile(int positions, Sampling sampling) {
      super("p", positions, 1, sampling);
    }

    @Override
    public boolean admits(int columns) {
      return columns >= positions();
    }

    @Override
    public void run(Call call) {
      int columns = call.columns;
      for (int x = 0; x < columns; x += positions()) {
        // The last tile repeats positions of the one before it.
        int first = Math.min(x, columns - positions());
        boolean left = first > 0;
        boolean right = sampling().last(first + positions() - 1) < call.sourceColumns;
        int at = call.sourceAt + sampling().level(first);
        tile(call, at, left, right, call.sumsAt + first * LENGTH);
      }
    }

    /**
     * Computes some positions.
     *
     * @param at what lies level with the first of them in the first row of the source
     * @param left true if the source goes on before it
     * @param right true if what the last position may read is in the source
     */
    abstract void tile(Call call, int at, boolean left, boolean right, int sumsAt);
  }

  /** A tile that is as long as a row. */
  abstract static class WholeRowTile extends RowTile {
    WholeRowTile(int positions, int groups) {
      super("w", positions, groups, Sampling.SAME);
    }

    @Override
    public boolean admits(int columns) {
      return columns == positions();
    }
  }

  /** 8 sums, 3 weights and an input. */
  private static final class P8 extends PartialRowTile {
    P8() {
      super(8, 1);
    }

    @Override
    void tile(Call call, int at, boolean left, boolean right, int sumsAt) {
      float[] source = call.source;
      float[] weights = call.weights;
      int[] sourceOffsets = call.sourceOffsets;
      int[] weightOffsets = call.weightOffsets;
      var sum0 = FloatVector.zero(SPECIES);
      var sum1 = FloatVector.zero(SPECIES);
      var sum2 = FloatVector.zero(SPECIES);
      var sum3 = FloatVector.zero(SPECIES);
      var sum4 = FloatVector.zero(SPECIES);
      var sum5 = FloatVector.zero(SPECIES);
      var sum6 = FloatVector.zero(SPECIES);
      var sum7 = FloatVector.zero(SPECIES);
      for (int k = 0; k < call.inputRows; k++) {
        int x = at + sourceOffsets[k];
        int w = call.weightsAt + weightOffsets[k];
        var w0 = FloatVector.fromArray(SPECIES, weights, w);
        var w1 = FloatVector.fromArray(SPECIES, weights, w + LENGTH);
        var w2 = FloatVector.fromArray(SPECIES, weights, w + 2 * LENGTH);
        if (left) {
          var before = FloatVector.broadcast(SPECIES, source[x - 1]);
          sum0 = w0.lanewise(FMA, before, sum0);
        }
        var x0 = FloatVector.broadcast(SPECIES, source[x]);
        sum1 = w0.lanewise(FMA, x0, sum1);
        sum0 = w1.lanewise(FMA, x0, sum0);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum2 = w0.lanewise(FMA, x1, sum2);
        sum1 = w1.lanewise(FMA, x1, sum1);
        sum0 = w2.lanewise(FMA, x1, sum0);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum3 = w0.lanewise(FMA, x2, sum3);
        sum2 = w1.lanewise(FMA, x2, sum2);
        sum1 = w2.lanewise(FMA, x2, sum1);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum4 = w0.lanewise(FMA, x3, sum4);
        sum3 = w1.lanewise(FMA, x3, sum3);
        sum2 = w2.lanewise(FMA, x3, sum2);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum5 = w0.lanewise(FMA, x4, sum5);
        sum4 = w1.lanewise(FMA, x4, sum4);
        sum3 = w2.lanewise(FMA, x4, sum3);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum6 = w0.lanewise(FMA, x5, sum6);
        sum5 = w1.lanewise(FMA, x5, sum5);
        sum4 = w2.lanewise(FMA, x5, sum4);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum7 = w0.lanewise(FMA, x6, sum7);
        sum6 = w1.lanewise(FMA, x6, sum6);
        sum5 = w2.lanewise(FMA, x6, sum5);
        var x7 = FloatVector.broadcast(SPECIES, source[x + 7]);
        sum7 = w1.lanewise(FMA, x7, sum7);
        sum6 = w2.lanewise(FMA, x7, sum6);
        if (right) {
          var behind = FloatVector.broadcast(SPECIES, source[x + 8]);
          sum7 = w2.lanewise(FMA, behind, sum7);
        }
      }
      float[] sums = call.sums;
      sum0.intoArray(sums, sumsAt);
      sum1.intoArray(sums, sumsAt + LENGTH);
      sum2.intoArray(sums, sumsAt + 2 * LENGTH);
      sum3.intoArray(sums, sumsAt + 3 * LENGTH);
      sum4.intoArray(sums, sumsAt + 4 * LENGTH);
      sum5.intoArray(sums, sumsAt + 5 * LENGTH);
      sum6.intoArray(sums, sumsAt + 6 * LENGTH);
      sum7.intoArray(sums, sumsAt + 7 * LENGTH);
    }
  }

  /** 7 sums, 3 weights and an input. */
  private static final class P7 extends PartialRowTile {
    P7() {
      super(7, 1);
    }

    @Override
    void tile(Call call, int at, boolean left, boolean right, int sumsAt) {
      float[] source = call.source;
      float[] weights = call.weights;
      int[] sourceOffsets = call.sourceOffsets;
      int[] weightOffsets = call.weightOffsets;
      var sum0 = FloatVector.zero(SPECIES);
      var sum1 = FloatVector.zero(SPECIES);
      var sum2 = FloatVector.zero(SPECIES);
      var sum3 = FloatVector.zero(SPECIES);
      var sum4 = FloatVector.zero(SPECIES);
      var sum5 = FloatVector.zero(SPECIES);
      var sum6 = FloatVector.zero(SPECIES);
      for (int k = 0; k < call.inputRows; k++) {
        int x = at + sourceOffsets[k];
        int w = call.weightsAt + weightOffsets[k];
        var w0 = FloatVector.fromArray(SPECIES, weights, w);
        var w1 = FloatVector.fromArray(SPECIES, weights, w + LENGTH);
        var w2 = FloatVector.fromArray(SPECIES, weights, w + 2 * LENGTH);
        if (left) {
          var before = FloatVector.broadcast(SPECIES, source[x - 1]);
          sum0 = w0.lanewise(FMA, before, sum0);
        }
        var x0 = FloatVector.broadcast(SPECIES, source[x]);
        sum1 = w0.lanewise(FMA, x0, sum1);
        sum0 = w1.lanewise(FMA, x0, sum0);
        var x1 = FloatVector.broadcast(SPECIES, source[x + 1]);
        sum2 = w0.lanewise(FMA, x1, sum2);
        sum1 = w1.lanewise(FMA, x1, sum1);
        sum0 = w2.lanewise(FMA, x1, sum0);
        var x2 = FloatVector.broadcast(SPECIES, source[x + 2]);
        sum3 = w0.lanewise(FMA, x2, sum3);
        sum2 = w1.lanewise(FMA, x2, sum2);
        sum1 = w2.lanewise(FMA, x2, sum1);
        var x3 = FloatVector.broadcast(SPECIES, source[x + 3]);
        sum4 = w0.lanewise(FMA, x3, sum4);
        sum3 = w1.lanewise(FMA, x3, sum3);
        sum2 = w2.lanewise(FMA, x3, sum2);
        var x4 = FloatVector.broadcast(SPECIES, source[x + 4]);
        sum5 = w0.lanewise(FMA, x4, sum5);
        sum4 = w1.lanewise(FMA, x4, sum4);
        sum3 = w2.lanewise(FMA, x4, sum3);
        var x5 = FloatVector.broadcast(SPECIES, source[x + 5]);
        sum6 = w0.lanewise(FMA, x5, sum6);
        sum5 = w1.lanewise(FMA, x5, sum5);
        sum4 = w2.lanewise(FMA, x5, sum4);
        var x6 = FloatVector.broadcast(SPECIES, source[x + 6]);
        sum6 = w1.lanewise(FMA, x6, sum6);
        sum5 = w2.lanewise(FMA, x6, sum5);
        if (right) {
          var behind = FloatVector.broadcast(SPECIES, source[x + 7]);
          sum6 = w2.lanewise(FMA, behind, sum6);
        }
      }
      float[] sums = call.sums;
      sum0.intoArray(sums, sumsAt);
      sum1.intoArray(sums, sumsAt + LENGTH);
      sum2.intoArray(sums, sumsAt + 2 * LENGTH);
      sum3.intoArray(sums, sumsAt + 3 * LENGTH);
      sum4.intoArray(sums, sumsAt + 4 * LENGTH);
      sum5.intoArray(sums, sumsAt + 5 * LENGTH);
      sum6.intoArray(sums, sumsAt + 6 * LENGTH);
    }
  }
}
