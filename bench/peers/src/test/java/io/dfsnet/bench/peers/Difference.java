package io.dfsnet.bench.peers;

/**
 * How far a tensor is from what another library gives.
 *
 * @param relative the root mean square of the difference over that of what is expected
 * @param largest the largest difference of an element
 */
record Difference(double relative, double largest) {
  static Difference of(float[] found, float[] expected) {
    return of(doubles(found), doubles(expected));
  }

  static Difference of(float[] found, double[] expected) {
    return of(doubles(found), expected);
  }

  static Difference of(double[] found, double[] expected) {
    if (found.length != expected.length) {
      throw new AssertionError(found.length + " elements instead of " + expected.length);
    }
    double squares = 0;
    double expectedSquares = 0;
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      double difference = Math.abs(found[i] - expected[i]);
      squares += difference * difference;
      expectedSquares += expected[i] * expected[i];
      // Math.max keeps a NaN, so that one is never the smaller.
      largest = Math.max(largest, difference);
    }
    return new Difference(squares == 0 ? 0 : Math.sqrt(squares / expectedSquares), largest);
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }
}
