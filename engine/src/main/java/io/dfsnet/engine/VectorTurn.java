package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static io.dfsnet.engine.VectorKernels.load;

import java.util.Arrays;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turns sums {@code [position][channel]} into maps {@code [channel][position]}, a square of vectors
 * at a time. A square is turned in steps of 8, 4, 2 and 1: a step swaps, in every pair of rows that
 * lie {@code s} apart, the lanes that lie {@code s} off the diagonal,
 *
 * <pre>
 *   s = 1    a0 a1 a2 a3        a0 b0 a2 b2
 *            b0 b1 b2 b3   ->   a1 b1 a3 b3
 * </pre>
 *
 * Two steps at a time keep to four rows, which fit the registers.
 */
final class VectorTurn {
  private VectorTurn() {}

  private static final VectorMask<Float> MASK_8 = upper(8);
  private static final VectorMask<Float> MASK_4 = upper(4);
  private static final VectorMask<Float> MASK_2 = upper(2);
  private static final VectorMask<Float> MASK_1 = upper(1);

  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);

  /**
   * Brings the sums of {@code LENGTH} channels to their maps and finishes them.
   *
   * @param sums of a position lie side by side
   * @param sumsAt of the first position
   * @param sumsPitch from a position to the next
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
    int p = 0;
    for (; p < positions && positions >= LENGTH; p += LENGTH) {
      // The last square repeats positions of the one before it.
      int at = Math.min(p, positions - LENGTH);
      turnCoarsely(sums, sumsAt + at * sumsPitch, sumsPitch, square);
      if (epilogue.isNone()) {
        turnFinely(square, result, resultAt + at, mapSize);
      } else {
        turnFinely(square, square, 0, LENGTH);
        finish(square, result, resultAt + at, mapSize, epilogue, channel);
      }
    }
    if (p < positions) {
      ScalarKernels.turnEach(
          sums, sumsAt, sumsPitch, positions, LENGTH, result, resultAt, mapSize, epilogue, channel);
    }
  }

  /** The steps of 8 and 4, as far as there are so many lanes. */
  private static void turnCoarsely(float[] sums, int sumsAt, int pitch, float[] square) {
    for (int i = 0; i < 4; i++) {
      int at = sumsAt + i * pitch;
      int to = i * LENGTH;
      var a = load(sums, at);
      if (LENGTH == 16) {
        var b = load(sums, at + 4 * pitch);
        var c = load(sums, at + 8 * pitch);
        var d = load(sums, at + 12 * pitch);
        var ac = a.blend(c.rearrange(SWAP_8), MASK_8);
        var bd = b.blend(d.rearrange(SWAP_8), MASK_8);
        var ca = a.rearrange(SWAP_8).blend(c, MASK_8);
        var db = b.rearrange(SWAP_8).blend(d, MASK_8);
        ac.blend(bd.rearrange(SWAP_4), MASK_4).intoArray(square, to);
        ac.rearrange(SWAP_4).blend(bd, MASK_4).intoArray(square, to + 4 * LENGTH);
        ca.blend(db.rearrange(SWAP_4), MASK_4).intoArray(square, to + 8 * LENGTH);
        ca.rearrange(SWAP_4).blend(db, MASK_4).intoArray(square, to + 12 * LENGTH);
      } else if (LENGTH == 8) {
        var b = load(sums, at + 4 * pitch);
        a.blend(b.rearrange(SWAP_4), MASK_4).intoArray(square, to);
        a.rearrange(SWAP_4).blend(b, MASK_4).intoArray(square, to + 4 * LENGTH);
      } else {
        a.intoArray(square, to);
      }
    }
  }

  /** The steps of 2 and 1, from {@code square} to rows that lie {@code pitch} apart. */
  private static void turnFinely(float[] square, float[] to, int toAt, int pitch) {
    int at = toAt;
    for (int i = 0; i < LENGTH * LENGTH; i += 4 * LENGTH) {
      var a = load(square, i);
      var b = load(square, i + LENGTH);
      var c = load(square, i + 2 * LENGTH);
      var d = load(square, i + 3 * LENGTH);
      var ac = a.blend(c.rearrange(SWAP_2), MASK_2);
      var bd = b.blend(d.rearrange(SWAP_2), MASK_2);
      var ca = a.rearrange(SWAP_2).blend(c, MASK_2);
      var db = b.rearrange(SWAP_2).blend(d, MASK_2);
      ac.blend(bd.rearrange(SWAP_1), MASK_1).intoArray(to, at);
      ac.rearrange(SWAP_1).blend(bd, MASK_1).intoArray(to, at + pitch);
      ca.blend(db.rearrange(SWAP_1), MASK_1).intoArray(to, at + 2 * pitch);
      ca.rearrange(SWAP_1).blend(db, MASK_1).intoArray(to, at + 3 * pitch);
      at += 4 * pitch;
    }
  }

  /**
   * Finishes the rows of a square. Apart from the turning: C2 makes objects of vectors in methods
   * that become too large.
   */
  private static void finish(
      float[] square, float[] result, int resultAt, int mapSize, Epilogue epilogue, int channel) {
    float[] bias = epilogue.bias();
    float[] addend = epilogue.addend();
    float floor = VectorKernels.floor(epilogue.activation());
    float ceiling = VectorKernels.ceiling(epilogue.activation());
    int to = resultAt;
    for (int m = 0; m < LENGTH; m++, to += mapSize) {
      // -0 is the one bias that changes no value.
      var biased = load(square, m * LENGTH).add(bias == null ? -0f : bias[channel + m]);
      var total = addend == null ? biased : biased.add(load(addend, to));
      VectorKernels.clamp(total, floor, ceiling).intoArray(result, to);
    }
  }

  /** The lanes whose number has the bit {@code step}. */
  private static VectorMask<Float> upper(int step) {
    boolean[] lanes = new boolean[LENGTH];
    for (int lane = 0; lane < LENGTH; lane++) {
      lanes[lane] = (lane & step) != 0;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  /** Every lane takes the one that lies {@code step} away, up or down. */
  private static VectorShuffle<Float> swap(int step) {
    int[] lanes = new int[LENGTH];
    Arrays.setAll(lanes, lane -> (lane ^ step) % LENGTH);
    return VectorShuffle.fromArray(SPECIES, lanes, 0);
  }
}
