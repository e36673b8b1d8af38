package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * The sum of the lanes of many vectors at once. A fold makes one vector of two: the neighbours of
 * one are added into its even places, those of the other into the odd ones.
 *
 * <pre>
 * a0 a1 a2 a3                                  a0+a1 b0+b1 a2+a3 b2+b3
 * b0 b1 b2 b3      fold at distance 1
 *                  then at distance 2          sum a, sum b, sum c, sum d
 * </pre>
 *
 * After log2(lanes) rounds lane i of the vectors, one behind the other, is the sum of vector i. The
 * order of the additions is fixed; that of {@code reduceLanes} is not, not even between two runs of
 * the same code.
 */
final class LaneSums {
  private LaneSums() {}

  /**
   * Turns vectors into the sums of their lanes: the sum of vector {@code i} is at {@code i}.
   *
   * @param lanes the vectors, with room for a multiple of {@code LENGTH} of them
   */
  static void fold(float[] lanes, int vectors) {
    int left = round(lanes, vectors, ODD_1, SWAP_1);
    left = round(lanes, left, ODD_2, SWAP_2);
    if (LENGTH >= 8) {
      left = round(lanes, left, ODD_4, SWAP_4);
    }
    if (LENGTH >= 16) {
      round(lanes, left, ODD_8, SWAP_8);
    }
  }

  /** The sum of the lanes of one vector. */
  static float sum(FloatVector lanes) {
    var sum = lanes;
    if (LENGTH >= 16) {
      sum = sum.add(sum.rearrange(SWAP_8));
    }
    if (LENGTH >= 8) {
      sum = sum.add(sum.rearrange(SWAP_4));
    }
    sum = sum.add(sum.rearrange(SWAP_2));
    return sum.add(sum.rearrange(SWAP_1)).lane(0);
  }

  /** Halves the number of vectors; what an odd one is paired with does not matter. */
  private static int round(
      float[] lanes, int vectors, VectorMask<Float> odd, VectorShuffle<Float> swap) {
    int half = (vectors + 1) / 2;
    for (int i = 0; i < half; i++) {
      var a = FloatVector.fromArray(SPECIES, lanes, 2 * i * LENGTH);
      var b = FloatVector.fromArray(SPECIES, lanes, (2 * i + 1) * LENGTH);
      a.blend(b, odd).add(b.blend(a, odd).rearrange(swap)).intoArray(lanes, i * LENGTH);
    }
    return half;
  }

  static final VectorMask<Float> ODD_1 = odd(1);
  static final VectorMask<Float> ODD_2 = odd(2);
  static final VectorMask<Float> ODD_4 = odd(4);
  static final VectorMask<Float> ODD_8 = odd(8);
  static final VectorShuffle<Float> SWAP_1 = swap(1);
  static final VectorShuffle<Float> SWAP_2 = swap(2);
  static final VectorShuffle<Float> SWAP_4 = swap(4);
  static final VectorShuffle<Float> SWAP_8 = swap(8);

  /** The odd blocks of {@code distance} lanes. */
  private static VectorMask<Float> odd(int distance) {
    long mask = 0;
    for (int lane = 0; lane < LENGTH; lane++) {
      mask |= (lane & distance) == 0 ? 0 : 1L << lane;
    }
    return VectorMask.fromLong(SPECIES, mask);
  }

  /** Every block of {@code distance} lanes changes places with its neighbour. */
  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LENGTH);
  }
}
