package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static io.dfsnet.engine.VectorKernels.load;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
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
      float[] scratch,
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
      turnCoarsely(sums, at * LENGTH, scratch);
      turnFinely(scratch, result, resultAt + at, mapSize, epilogue, channel);
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
  private static void turnCoarsely(float[] sums, int at, float[] scratch) {
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
        ac.blend(bd.rearrange(SWAP_4), MASK_4).intoArray(scratch, i);
        ac.rearrange(SWAP_4).blend(bd, MASK_4).intoArray(scratch, i + 4 * LENGTH);
        ca.blend(db.rearrange(SWAP_4), MASK_4).intoArray(scratch, i + 8 * LENGTH);
        ca.rearrange(SWAP_4).blend(db, MASK_4).intoArray(scratch, i + 12 * LENGTH);
      }
    } else if (LENGTH == 8) {
      for (int i = 0; i < 4 * LENGTH; i += LENGTH) {
        var a = load(sums, at + i);
        var b = load(sums, at + i + 4 * LENGTH);
        a.blend(b.rearrange(SWAP_4), MASK_4).intoArray(scratch, i);
        a.rearrange(SWAP_4).blend(b, MASK_4).intoArray(scratch, i + 4 * LENGTH);
      }
    } else {
      System.arraycopy(sums, at, scratch, 0, LENGTH * LENGTH);
    }
  }

  /** The steps of 2 and 1. */
  private static void turnFinely(
      float[] scratch, float[] result, int resultAt, int mapSize, Epilogue epilogue, int channel) {
    float floor = VectorKernels.floor(epilogue.activation());
    float ceiling = VectorKernels.ceiling(epilogue.activation());
    float[] addend = epilogue.addend();
    for (int m = 0; m < LENGTH; m += 4) {
      int i = m * LENGTH;
      var a = load(scratch, i);
      var b = load(scratch, i + LENGTH);
      var c = load(scratch, i + 2 * LENGTH);
      var d = load(scratch, i + 3 * LENGTH);
      var ac = a.blend(c.rearrange(SWAP_2), MASK_2);
      var bd = b.blend(d.rearrange(SWAP_2), MASK_2);
      var ca = a.rearrange(SWAP_2).blend(c, MASK_2);
      var db = b.rearrange(SWAP_2).blend(d, MASK_2);
      a = ac.blend(bd.rearrange(SWAP_1), MASK_1);
      b = ac.rearrange(SWAP_1).blend(bd, MASK_1);
      c = ca.blend(db.rearrange(SWAP_1), MASK_1);
      d = ca.rearrange(SWAP_1).blend(db, MASK_1);
      int to = resultAt + m * mapSize;
      if (epilogue.isNone()) {
        a.intoArray(result, to);
        b.intoArray(result, to + mapSize);
        c.intoArray(result, to + 2 * mapSize);
        d.intoArray(result, to + 3 * mapSize);
      } else {
        float[] bias = epilogue.bias();
        int o = channel + m;
        finished(a, bias, o, addend, to, floor, ceiling).intoArray(result, to);
        to += mapSize;
        finished(b, bias, o + 1, addend, to, floor, ceiling).intoArray(result, to);
        to += mapSize;
        finished(c, bias, o + 2, addend, to, floor, ceiling).intoArray(result, to);
        to += mapSize;
        finished(d, bias, o + 3, addend, to, floor, ceiling).intoArray(result, to);
      }
    }
  }

  private static FloatVector finished(
      FloatVector sum,
      float[] bias,
      int channel,
      float[] addend,
      int addendAt,
      float floor,
      float ceiling) {
    // -0 is the one bias that changes no value.
    var biased = sum.add(bias == null ? -0f : bias[channel]);
    var total = addend == null ? biased : biased.add(load(addend, addendAt));
    return VectorKernels.clamp(total, floor, ceiling);
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
