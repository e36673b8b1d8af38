package io.dfsnet.bench.peers;

/** How far a result is from the right one. */
final class Agreement {
  private Agreement() {}

  /**
   * The largest difference, in units of the root mean square of the part that it stands in; so that
   * elements near zero, where every sum of rounded products is relatively wrong, do not decide.
   * Infinite if the lengths differ or a value is not a number.
   *
   * @param parts the lengths of what stands one behind the other in both, see {@link Work#parts}
   */
  static double error(float[] found, double[] expected, int[] parts) {
    if (found.length != expected.length) {
      return Double.POSITIVE_INFINITY;
    }
    double error = 0;
    int begin = 0;
    for (int length : parts) {
      error = Math.max(error, error(found, expected, begin, begin + length));
      begin += length;
    }
    return error;
  }

  private static double error(float[] found, double[] expected, int begin, int end) {
    double squares = 0;
    double largest = 0;
    for (int i = begin; i < end; i++) {
      double difference = Math.abs(found[i] - expected[i]);
      if (Double.isNaN(difference)) {
        return Double.POSITIVE_INFINITY;
      }
      largest = Math.max(largest, difference);
      squares += expected[i] * expected[i];
    }
    return largest == 0 ? 0 : largest / Math.sqrt(squares / (end - begin));
  }
}
