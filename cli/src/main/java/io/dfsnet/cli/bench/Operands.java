package io.dfsnet.cli.bench;

import io.dfsnet.nn.Seeds;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Operands of kernels, small whole numbers, and the exact comparison that they make possible. */
final class Operands {
  /** Floats hold all whole numbers up to here. */
  private static final int EXACT = 1 << 24;

  private static final int LARGEST = 4;

  private final RandomGenerator random;
  private final int bound;

  /**
   * @param products how many products of two operands a result sums at most
   */
  Operands(long seed, long products) {
    this.random = Seeds.random(seed, "bench operands");
    // bound * bound * products <= 2^24. Beyond 2^24 products of -1 and 1 only a sum that is
    // thousands of standard deviations from its mean would round.
    this.bound = (int) Math.clamp(Math.sqrt((double) EXACT / products), 1, LARGEST);
  }

  /** Values from {@code -bound} to {@code bound} without 0, which would hide a lost product. */
  float[] draw(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int size = random.nextInt(1, bound + 1);
      values[i] = random.nextBoolean() ? size : -size;
    }
    return values;
  }

  /**
   * Checks that a result is the reference, element by element.
   *
   * @throws WrongResultException naming the first element that is not
   */
  static void requireEqual(Problem problem, String kernel, float[] found, double[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (found[i] != wanted[i]) {
        throw new WrongResultException(
            "%s: %s gives %s at element %d of %d, the reference %s; please report this"
                .formatted(problem, kernel, found[i], i, wanted.length, wanted[i]));
      }
    }
  }

  /** An array for a result, full of values that no result has. */
  static float[] unwritten(int count) {
    float[] values = new float[count];
    Arrays.fill(values, Float.NaN);
    return values;
  }
}
