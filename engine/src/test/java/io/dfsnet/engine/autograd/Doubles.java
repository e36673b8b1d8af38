package io.dfsnet.engine.autograd;

import java.util.Arrays;

/** Between the floats of the engine and the doubles of the reference. */
final class Doubles {
  private Doubles() {}

  static double[] of(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  static double[][] of(float[][] values) {
    return Arrays.stream(values).map(Doubles::of).toArray(double[][]::new);
  }

  static float[] rounded(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }
}
