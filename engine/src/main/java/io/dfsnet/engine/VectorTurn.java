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
   * @param sums {@code [positions][LENGTH]}
   * @param resultAt of the first position of the first channel
   * @param mapSize from a channel to the next
   * @param channel the first one, for the epilogue
   */
  static void turn(
      float[] sums,
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
      turnCoarsely(sums, at * LENGTH, square);
      if (epilogue.isNone()) {
        turnFinely(square, result, resultAt + at, mapSize);
      } else {
        turnFinely(square, square, 0, LENGTH);
        finish(square, result, resultAt + at, mapSize, epilogue, channel);
      }
    }
    for (int lane = 0; p < positions && lane < LENGTH; lane++) {
      int to = resultAt + lane * mapSize;
      for (int i = 0; i < positions; i++) {
        result[to + i] = sums[i * LENGTH + lane];
      }
      ScalarKernels.finishEach(result, to, result, to, positions, epilogue, channel + lane);
    }
  }

  /** The steps of 8 and 4, as far as there are so many lanes. */
  private static void turnCoarsely(float[] sums, int at, float[] square) {
    if (LENGTH == 16) {
      for (int i = 0; i < 4 * LENGTH; i += LENGTH) {
        var a = load(sums, at + i);
        var b = load(sums, at + i + 4 * LENGTH);
        var c = load(sums, at + i + 8 * LENGTH);
        var d = load(sums, at + i + 12 * LENGTH);
        var ac = a.blend(c.rearrange(SWAP_8), MASK_8);
        var bd = b.blend(d.rearrange(SWAP_8), MASK_8);
        var ca = a.rearrange(SWAP_8).blend(c, MASK_8);
        var db = b.rearrange(SWAP_8).blend(d, MASK_8);
        ac.blend(bd.rearrange(SWAP_4), MASK_4).intoArray(square, i);
        ac.rearrange(SWAP_4).blend(bd, MASK_4).intoArray(square, i + 4 * LENGTH);
        ca.blend(db.rearrange(SWAP_4), MASK_4).intoArray(square, i + 8 * LENGTH);
        ca.rearrange(SWAP_4).blend(db, MASK_4).intoArray(square, i + 12 * LENGTH);
      }
    } else if (LENGTH == 8) {
      for (int i = 0; i < 4 * LENGTH; i += LENGTH) {
        var a = load(sums, at + i);
        var b = load(sums, at + i + 4 * LENGTH);
        a.blend(b.rearrange(SWAP_4), MASK_4).intoArray(square, i);
        a.rearrange(SWAP_4).blend(b, MASK_4).intoArray(square, i + 4 * LENGTH);
      }
    } else {
      System.arraycopy(sums, at, square, 0, LENGTH * LENGTH);
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
