package io.dfsnet.bench.peers;

/**
 * How far a result is from the right one, and how far it may be.
 *
 * @param error in units of the root mean square of what is expected, so that elements near zero,
 *     where every sum of rounded products is relatively wrong, do not decide
 */
record Agreement(double error, double tolerance) {
  private static final double ROUNDING = 1e-4;
  private static final double OTHER_SIDES = 2e-2;

  /**
   * Compares a result with the right one.
   *
   * <p>For most works the error is that of the worst element. The gradients of a network are
   * another matter: among millions of values some lie so near zero that the last bit decides on
   * which side of a rectifier they come to lie, and with it whether a gradient passes; against
   * double precision every library is wrong by some percent in single elements. Their error is the
   * root mean square of all differences, of each parameter by itself; a wrong formula shows as an
   * error near 1.
   */
  static Agreement of(Work work, float[] found, double[] expected) {
    boolean gradients = work instanceof Work.Training;
    double tolerance = gradients ? OTHER_SIDES : ROUNDING;
    if (found.length != expected.length) {
      return new Agreement(Double.POSITIVE_INFINITY, tolerance);
    }
    double error = 0;
    int begin = 0;
    for (int length : work.parts()) {
      error = Math.max(error, error(found, expected, begin, begin + length, gradients));
      begin += length;
    }
    return new Agreement(error, tolerance);
  }

  /** Whether the result is further off than rounding explains. */
  boolean wrong() {
    return !(error <= tolerance);
  }

  private static double error(
      float[] found, double[] expected, int begin, int end, boolean typical) {
    double expectedSquares = 0;
    double squares = 0;
    double largest = 0;
    for (int i = begin; i < end; i++) {
      double difference = Math.abs(found[i] - expected[i]);
      if (Double.isNaN(difference)) {
        return Double.POSITIVE_INFINITY;
      }
      largest = Math.max(largest, difference);
      squares += difference * difference;
      expectedSquares += expected[i] * expected[i];
    }
    if (largest == 0) {
      return 0;
    }
    return typical
        ? Math.sqrt(squares / expectedSquares)
        : largest / Math.sqrt(expectedSquares / (end - begin));
  }
}
