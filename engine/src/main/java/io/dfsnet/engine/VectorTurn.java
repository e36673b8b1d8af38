package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.ADD;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Turns sums {@code [position][channel]} into maps {@code [channel][position]}, a square of vectors
 * at a time.
 */
final class VectorTurn {
  private VectorTurn() {}

  /** 0, 1, 2, ...: channels keep their order. */
  private static final int[] CHANNELS = new int[LENGTH];

  static {
    Arrays.setAll(CHANNELS, channel -> channel);
  }

  /**
   * Brings the sums of {@code LENGTH} channels to their maps and finishes them.
   *
   * @param sums of a position lie side by side
   * @param sumsAt of the first position
   * @param sumsPitch from a position to the next
   * @param square room for as many vectors as they have lanes
   * @param resultAt of the first position of the first channel
   * @param mapSize from a channel to the next
   * @param channel the first one, for the epilogue
   */
  static void turn(
      float[] sums,
      int sumsAt,
      int sumsPitch,
      float[] square,
      int positions,
      float[] result,
      int resultAt,
      int mapSize,
      Epilogue epilogue,
      int channel) {
    if (positions < LENGTH) {
      ScalarKernels.turnEach(
          sums, sumsAt, sumsPitch, positions, LENGTH, result, resultAt, mapSize, epilogue, channel);
      return;
    }
    for (int p = 0; p < positions; p += LENGTH) {
      // The last square repeats positions of the one before it.
      int at = Math.min(p, positions - LENGTH);
      if (epilogue.isNone()) {
        turnSquare(sums, sumsAt + at * sumsPitch, sumsPitch, result, resultAt + at, mapSize);
      } else {
        turnSquare(sums, sumsAt + at * sumsPitch, sumsPitch, square, 0, LENGTH);
        finish(square, result, resultAt + at, mapSize, epilogue, channel);
      }
    }
  }

  private static void turnSquare(
      float[] sums, int sumsAt, int sumsPitch, float[] to, int toAt, int toPitch) {
    VectorTransposition.squares(
        sums, sumsAt, sumsPitch, LENGTH - 1, 0, LENGTH, CHANNELS, to, toAt, toPitch);
  }

  /**
   * Adds what the epilogue adds and clamps as {@link VectorKernels#finish}, and for the same reason
   * without a helper.
   */
  private static void finish(
      float[] square, float[] result, int resultAt, int mapSize, Epilogue epilogue, int channel) {
    float[] bias = epilogue.bias();
    float[] addend = epilogue.addend();
    float floor = epilogue.activation().floor();
    float ceiling = epilogue.activation().ceiling();
    int to = resultAt;
    for (int m = 0; m < LENGTH; m++, to += mapSize) {
      // -0 is the one bias that changes no value.
      var sum = FloatVector.fromArray(SPECIES, square, m * LENGTH);
      var biased =
          sum.lanewise(ADD, FloatVector.broadcast(SPECIES, bias == null ? -0f : bias[channel + m]));
      var total =
          addend == null
              ? biased
              : biased.lanewise(ADD, FloatVector.fromArray(SPECIES, addend, to));
      var atLeast = total.blend(floor, total.compare(VectorOperators.LE, floor));
      atLeast.blend(ceiling, atLeast.compare(VectorOperators.GT, ceiling)).intoArray(result, to);
    }
  }
}
