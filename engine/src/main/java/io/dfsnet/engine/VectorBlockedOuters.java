package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Outer products of channels in registers. A step loads a vector of each of J gradient streams and
 * one of the input, spreads each of T input channels over a vector of its own and multiplies each
 * with each; the T * J sums stay in registers over all positions.
 *
 * <pre>
 *                      g0     g1     g2        the same output channels, a column apart
 *  inputs --spread--+
 *    x0             |  sum00  sum01  sum02
 *    x1             |  sum10  sum11  sum12
 *    ...            |  ...
 *    x3             |  sum30  sum31  sum32
 * </pre>
 *
 * A spread is a shuffle: it runs on an execution port that multiply-adds leave idle, and so costs
 * nothing where there are two multiply-adds or more for each. Where all lanes take the same input
 * channel, {@link VectorOutersOfEight} broadcasts it.
 */
final class VectorBlockedOuters {
  private VectorBlockedOuters() {}

  static List<BlockedOuterKernel> all(boolean manyRegisters) {
    return manyRegisters && LENGTH >= 8
        ? List.of(new VectorOutersOfEight(), new T4(), new T2())
        : List.of(new T4(), new T2());
  }

  /** The shuffles that bring input channel t of a tile of 4 into all lanes of its group. */
  static final class LaneSpread implements BlockedOuterKernel.Spread {
    final int firstLane;
    final VectorShuffle<Float> lane0;
    final VectorShuffle<Float> lane1;
    final VectorShuffle<Float> lane2;
    final VectorShuffle<Float> lane3;

    LaneSpread(int firstLane, int groupInputs, int groupOutputs) {
      this.firstLane = firstLane;
      lane0 = lane(firstLane, groupInputs, groupOutputs);
      lane1 = lane(firstLane + 1, groupInputs, groupOutputs);
      lane2 = lane(firstLane + 2, groupInputs, groupOutputs);
      lane3 = lane(firstLane + 3, groupInputs, groupOutputs);
    }

    /** Lanes beyond the vector belong to channels that nobody asks for. */
    private static VectorShuffle<Float> lane(int first, int groupInputs, int groupOutputs) {
      return VectorShuffle.fromOp(
          SPECIES, lane -> (first + lane / groupOutputs * groupInputs) % LENGTH);
    }
  }

  abstract static class Tile implements BlockedOuterKernel {
    private final int inputs;

    Tile(int inputs) {
      this.inputs = inputs;
    }

    @Override
    public String name() {
      return "m" + LENGTH + "k" + inputs * STREAMS + "__simd" + SPECIES.vectorBitSize();
    }

    @Override
    public int rows() {
      return LENGTH;
    }

    @Override
    public int inputs() {
      return inputs;
    }

    @Override
    public Spread spread(int firstLane, int groupInputs, int groupOutputs) {
      return new LaneSpread(firstLane, groupInputs, groupOutputs);
    }

    @Override
    public void run(Call call) {
      var spread = (LaneSpread) call.spread;
      switch (call.streams) {
        case 1 -> one(call, spread);
        case 2 -> two(call, spread);
        case 3 -> three(call, spread);
        default -> throw new IllegalArgumentException("streams: 1 to 3, found " + call.streams);
      }
    }

    abstract void one(Call call, LaneSpread spread);

    abstract void two(Call call, LaneSpread spread);

    abstract void three(Call call, LaneSpread spread);
  }

  /** Tiles of 4: with 3 streams 12 sums, which 16 registers hold. */
  private static final class T4 extends Tile {
    T4() {
      super(4);
    }

    @Override
    void three(Call call, LaneSpread spread) {
      float[] input = call.input;
      float[] gradient = call.gradient;
      float[] sums = call.sums;
      var spread0 = spread.lane0;
      var spread1 = spread.lane1;
      var spread2 = spread.lane2;
      var spread3 = spread.lane3;
      int at0 = call.sumsAt[0];
      int at1 = call.sumsAt[1];
      int at2 = call.sumsAt[2];
      int pitch = call.sumsPitch;
      int step = call.step;
      var sum00 = FloatVector.fromArray(SPECIES, sums, at0);
      var sum01 = FloatVector.fromArray(SPECIES, sums, at1);
      var sum02 = FloatVector.fromArray(SPECIES, sums, at2);
      var sum10 = FloatVector.fromArray(SPECIES, sums, at0 + pitch);
      var sum11 = FloatVector.fromArray(SPECIES, sums, at1 + pitch);
      var sum12 = FloatVector.fromArray(SPECIES, sums, at2 + pitch);
      var sum20 = FloatVector.fromArray(SPECIES, sums, at0 + 2 * pitch);
      var sum21 = FloatVector.fromArray(SPECIES, sums, at1 + 2 * pitch);
      var sum22 = FloatVector.fromArray(SPECIES, sums, at2 + 2 * pitch);
      var sum30 = FloatVector.fromArray(SPECIES, sums, at0 + 3 * pitch);
      var sum31 = FloatVector.fromArray(SPECIES, sums, at1 + 3 * pitch);
      var sum32 = FloatVector.fromArray(SPECIES, sums, at2 + 3 * pitch);
      for (int row = 0; row < call.rows; row++) {
        int x = call.inputAt + row * call.inputPitch;
        int g0At = call.gradientAt[0] + row * call.gradientPitch;
        int g1At = call.gradientAt[1] + row * call.gradientPitch;
        int g2At = call.gradientAt[2] + row * call.gradientPitch;
        for (int p = 0; p < call.run; p += step) {
          var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
          var g1 = FloatVector.fromArray(SPECIES, gradient, g1At + p);
          var g2 = FloatVector.fromArray(SPECIES, gradient, g2At + p);
          var inputs = FloatVector.fromArray(SPECIES, input, x + p);
          var x0 = inputs.rearrange(spread0);
          sum00 = x0.lanewise(FMA, g0, sum00);
          sum01 = x0.lanewise(FMA, g1, sum01);
          sum02 = x0.lanewise(FMA, g2, sum02);
          var x1 = inputs.rearrange(spread1);
          sum10 = x1.lanewise(FMA, g0, sum10);
          sum11 = x1.lanewise(FMA, g1, sum11);
          sum12 = x1.lanewise(FMA, g2, sum12);
          var x2 = inputs.rearrange(spread2);
          sum20 = x2.lanewise(FMA, g0, sum20);
          sum21 = x2.lanewise(FMA, g1, sum21);
          sum22 = x2.lanewise(FMA, g2, sum22);
          var x3 = inputs.rearrange(spread3);
          sum30 = x3.lanewise(FMA, g0, sum30);
          sum31 = x3.lanewise(FMA, g1, sum31);
          sum32 = x3.lanewise(FMA, g2, sum32);
        }
      }
      sum00.intoArray(sums, at0);
      sum01.intoArray(sums, at1);
      sum02.intoArray(sums, at2);
      sum10.intoArray(sums, at0 + pitch);
      sum11.intoArray(sums, at1 + pitch);
      sum12.intoArray(sums, at2 + pitch);
      sum20.intoArray(sums, at0 + 2 * pitch);
      sum21.intoArray(sums, at1 + 2 * pitch);
      sum22.intoArray(sums, at2 + 2 * pitch);
      sum30.intoArray(sums, at0 + 3 * pitch);
      sum31.intoArray(sums, at1 + 3 * pitch);
      sum32.intoArray(sums, at2 + 3 * pitch);
    }

    @Override
    void two(Call call, LaneSpread spread) {
      float[] input = call.input;
      float[] gradient = call.gradient;
      float[] sums = call.sums;
      var spread0 = spread.lane0;
      var spread1 = spread.lane1;
      var spread2 = spread.lane2;
      var spread3 = spread.lane3;
      int at0 = call.sumsAt[0];
      int at1 = call.sumsAt[1];
      int pitch = call.sumsPitch;
      int step = call.step;
      var sum00 = FloatVector.fromArray(SPECIES, sums, at0);
      var sum01 = FloatVector.fromArray(SPECIES, sums, at1);
      var sum10 = FloatVector.fromArray(SPECIES, sums, at0 + pitch);
      var sum11 = FloatVector.fromArray(SPECIES, sums, at1 + pitch);
      var sum20 = FloatVector.fromArray(SPECIES, sums, at0 + 2 * pitch);
      var sum21 = FloatVector.fromArray(SPECIES, sums, at1 + 2 * pitch);
      var sum30 = FloatVector.fromArray(SPECIES, sums, at0 + 3 * pitch);
      var sum31 = FloatVector.fromArray(SPECIES, sums, at1 + 3 * pitch);
      for (int row = 0; row < call.rows; row++) {
        int x = call.inputAt + row * call.inputPitch;
        int g0At = call.gradientAt[0] + row * call.gradientPitch;
        int g1At = call.gradientAt[1] + row * call.gradientPitch;
        for (int p = 0; p < call.run; p += step) {
          var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
          var g1 = FloatVector.fromArray(SPECIES, gradient, g1At + p);
          var inputs = FloatVector.fromArray(SPECIES, input, x + p);
          var x0 = inputs.rearrange(spread0);
          sum00 = x0.lanewise(FMA, g0, sum00);
          sum01 = x0.lanewise(FMA, g1, sum01);
          var x1 = inputs.rearrange(spread1);
          sum10 = x1.lanewise(FMA, g0, sum10);
          sum11 = x1.lanewise(FMA, g1, sum11);
          var x2 = inputs.rearrange(spread2);
          sum20 = x2.lanewise(FMA, g0, sum20);
          sum21 = x2.lanewise(FMA, g1, sum21);
          var x3 = inputs.rearrange(spread3);
          sum30 = x3.lanewise(FMA, g0, sum30);
          sum31 = x3.lanewise(FMA, g1, sum31);
        }
      }
      sum00.intoArray(sums, at0);
      sum01.intoArray(sums, at1);
      sum10.intoArray(sums, at0 + pitch);
      sum11.intoArray(sums, at1 + pitch);
      sum20.intoArray(sums, at0 + 2 * pitch);
      sum21.intoArray(sums, at1 + 2 * pitch);
      sum30.intoArray(sums, at0 + 3 * pitch);
      sum31.intoArray(sums, at1 + 3 * pitch);
    }

    @Override
    void one(Call call, LaneSpread spread) {
      float[] input = call.input;
      float[] gradient = call.gradient;
      float[] sums = call.sums;
      var spread0 = spread.lane0;
      var spread1 = spread.lane1;
      var spread2 = spread.lane2;
      var spread3 = spread.lane3;
      int at0 = call.sumsAt[0];
      int pitch = call.sumsPitch;
      int step = call.step;
      var sum00 = FloatVector.fromArray(SPECIES, sums, at0);
      var sum10 = FloatVector.fromArray(SPECIES, sums, at0 + pitch);
      var sum20 = FloatVector.fromArray(SPECIES, sums, at0 + 2 * pitch);
      var sum30 = FloatVector.fromArray(SPECIES, sums, at0 + 3 * pitch);
      for (int row = 0; row < call.rows; row++) {
        int x = call.inputAt + row * call.inputPitch;
        int g0At = call.gradientAt[0] + row * call.gradientPitch;
        for (int p = 0; p < call.run; p += step) {
          var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
          var inputs = FloatVector.fromArray(SPECIES, input, x + p);
          var x0 = inputs.rearrange(spread0);
          sum00 = x0.lanewise(FMA, g0, sum00);
          var x1 = inputs.rearrange(spread1);
          sum10 = x1.lanewise(FMA, g0, sum10);
          var x2 = inputs.rearrange(spread2);
          sum20 = x2.lanewise(FMA, g0, sum20);
          var x3 = inputs.rearrange(spread3);
          sum30 = x3.lanewise(FMA, g0, sum30);
        }
      }
      sum00.intoArray(sums, at0);
      sum10.intoArray(sums, at0 + pitch);
      sum20.intoArray(sums, at0 + 2 * pitch);
      sum30.intoArray(sums, at0 + 3 * pitch);
    }
  }

  /** Tiles of 2, for groups of 2 channels and for what larger tiles leave over. */
  private static final class T2 extends Tile {
    T2() {
      super(2);
    }

    @Override
    void three(Call call, LaneSpread spread) {
      float[] input = call.input;
      float[] gradient = call.gradient;
      float[] sums = call.sums;
      var spread0 = spread.lane0;
      var spread1 = spread.lane1;
      int at0 = call.sumsAt[0];
      int at1 = call.sumsAt[1];
      int at2 = call.sumsAt[2];
      int pitch = call.sumsPitch;
      int step = call.step;
      var sum00 = FloatVector.fromArray(SPECIES, sums, at0);
      var sum01 = FloatVector.fromArray(SPECIES, sums, at1);
      var sum02 = FloatVector.fromArray(SPECIES, sums, at2);
      var sum10 = FloatVector.fromArray(SPECIES, sums, at0 + pitch);
      var sum11 = FloatVector.fromArray(SPECIES, sums, at1 + pitch);
      var sum12 = FloatVector.fromArray(SPECIES, sums, at2 + pitch);
      for (int row = 0; row < call.rows; row++) {
        int x = call.inputAt + row * call.inputPitch;
        int g0At = call.gradientAt[0] + row * call.gradientPitch;
        int g1At = call.gradientAt[1] + row * call.gradientPitch;
        int g2At = call.gradientAt[2] + row * call.gradientPitch;
        for (int p = 0; p < call.run; p += step) {
          var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
          var g1 = FloatVector.fromArray(SPECIES, gradient, g1At + p);
          var g2 = FloatVector.fromArray(SPECIES, gradient, g2At + p);
          var inputs = FloatVector.fromArray(SPECIES, input, x + p);
          var x0 = inputs.rearrange(spread0);
          sum00 = x0.lanewise(FMA, g0, sum00);
          sum01 = x0.lanewise(FMA, g1, sum01);
          sum02 = x0.lanewise(FMA, g2, sum02);
          var x1 = inputs.rearrange(spread1);
          sum10 = x1.lanewise(FMA, g0, sum10);
          sum11 = x1.lanewise(FMA, g1, sum11);
          sum12 = x1.lanewise(FMA, g2, sum12);
        }
      }
      sum00.intoArray(sums, at0);
      sum01.intoArray(sums, at1);
      sum02.intoArray(sums, at2);
      sum10.intoArray(sums, at0 + pitch);
      sum11.intoArray(sums, at1 + pitch);
      sum12.intoArray(sums, at2 + pitch);
    }

    @Override
    void two(Call call, LaneSpread spread) {
      float[] input = call.input;
      float[] gradient = call.gradient;
      float[] sums = call.sums;
      var spread0 = spread.lane0;
      var spread1 = spread.lane1;
      int at0 = call.sumsAt[0];
      int at1 = call.sumsAt[1];
      int pitch = call.sumsPitch;
      int step = call.step;
      var sum00 = FloatVector.fromArray(SPECIES, sums, at0);
      var sum01 = FloatVector.fromArray(SPECIES, sums, at1);
      var sum10 = FloatVector.fromArray(SPECIES, sums, at0 + pitch);
      var sum11 = FloatVector.fromArray(SPECIES, sums, at1 + pitch);
      for (int row = 0; row < call.rows; row++) {
        int x = call.inputAt + row * call.inputPitch;
        int g0At = call.gradientAt[0] + row * call.gradientPitch;
        int g1At = call.gradientAt[1] + row * call.gradientPitch;
        for (int p = 0; p < call.run; p += step) {
          var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
          var g1 = FloatVector.fromArray(SPECIES, gradient, g1At + p);
          var inputs = FloatVector.fromArray(SPECIES, input, x + p);
          var x0 = inputs.rearrange(spread0);
          sum00 = x0.lanewise(FMA, g0, sum00);
          sum01 = x0.lanewise(FMA, g1, sum01);
          var x1 = inputs.rearrange(spread1);
          sum10 = x1.lanewise(FMA, g0, sum10);
          sum11 = x1.lanewise(FMA, g1, sum11);
        }
      }
      sum00.intoArray(sums, at0);
      sum01.intoArray(sums, at1);
      sum10.intoArray(sums, at0 + pitch);
      sum11.intoArray(sums, at1 + pitch);
    }

    @Override
    void one(Call call, LaneSpread spread) {
      float[] input = call.input;
      float[] gradient = call.gradient;
      float[] sums = call.sums;
      var spread0 = spread.lane0;
      var spread1 = spread.lane1;
      int at0 = call.sumsAt[0];
      int pitch = call.sumsPitch;
      int step = call.step;
      var sum00 = FloatVector.fromArray(SPECIES, sums, at0);
      var sum10 = FloatVector.fromArray(SPECIES, sums, at0 + pitch);
      for (int row = 0; row < call.rows; row++) {
        int x = call.inputAt + row * call.inputPitch;
        int g0At = call.gradientAt[0] + row * call.gradientPitch;
        for (int p = 0; p < call.run; p += step) {
          var g0 = FloatVector.fromArray(SPECIES, gradient, g0At + p);
          var inputs = FloatVector.fromArray(SPECIES, input, x + p);
          var x0 = inputs.rearrange(spread0);
          sum00 = x0.lanewise(FMA, g0, sum00);
          var x1 = inputs.rearrange(spread1);
          sum10 = x1.lanewise(FMA, g0, sum10);
        }
      }
      sum00.intoArray(sums, at0);
      sum10.intoArray(sums, at0 + pitch);
    }
  }
}
