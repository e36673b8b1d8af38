package io.dfsnet.engine;

/**
 * Normalization in plain Java. C2 vectorises the loops without sums by itself; sums are in double,
 * several side by side, so that an addition need not wait for the one before it.
 */
final class ScalarChannels implements ChannelKernels {

  @Override
  public double sum(float[] x, int from, Strips strips) {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - 4; i += 4) {
        a += x[i];
        b += x[i + 1];
        c += x[i + 2];
        d += x[i + 3];
      }
      for (; i < end; i++) {
        a += x[i];
      }
    }
    return (a + b) + (c + d);
  }

  @Override
  public void deviations(float[] x, float center, int from, Strips strips, double[] sums, int at) {
    double a = 0;
    double b = 0;
    double squaresA = 0;
    double squaresB = 0;
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - 2; i += 2) {
        double first = x[i] - center;
        double second = x[i + 1] - center;
        a += first;
        b += second;
        squaresA = Math.fma(first, first, squaresA);
        squaresB = Math.fma(second, second, squaresB);
      }
      for (; i < end; i++) {
        double last = x[i] - center;
        a += last;
        squaresA = Math.fma(last, last, squaresA);
      }
    }
    sums[at] = a + b;
    sums[at + 1] = squaresA + squaresB;
  }

  @Override
  public void products(
      float[] gradient,
      float[] x,
      float center,
      Gate gate,
      int from,
      Strips strips,
      double[] sums,
      int at) {
    double a = 0;
    double b = 0;
    double productsA = 0;
    double productsB = 0;
    for (int strip = 0; strip < strips.count(); strip++) {
      int i = begin(from, strips, strip);
      int end = i + strips.length();
      for (; i <= end - 2; i += 2) {
        float deviationA = x[i] - center;
        float deviationB = x[i + 1] - center;
        double throughA = gradient[i] * opening(gate, deviationA);
        double throughB = gradient[i + 1] * opening(gate, deviationB);
        a += throughA;
        b += throughB;
        productsA = Math.fma(throughA, deviationA, productsA);
        productsB = Math.fma(throughB, deviationB, productsB);
      }
      for (; i < end; i++) {
        float deviation = x[i] - center;
        double through = gradient[i] * opening(gate, deviation);
        a += through;
        productsA = Math.fma(through, deviation, productsA);
      }
    }
    sums[at] = a + b;
    sums[at + 1] = productsA + productsB;
  }

  @Override
  public void normalize(
      float[] x,
      float center,
      float scale,
      float shift,
      float[] addend,
      Activation activation,
      float[] output,
      int from,
      Strips strips) {
    for (int strip = 0; strip < strips.count(); strip++) {
      int begin = begin(from, strips, strip);
      int end = begin + strips.length();
      for (int i = begin; i < end; i++) {
        output[i] = Math.fma(x[i] - center, scale, shift);
      }
      if (addend != null) {
        for (int i = begin; i < end; i++) {
          output[i] += addend[i];
        }
      }
      activate(activation, output, begin, end);
    }
  }

  private static void activate(Activation activation, float[] values, int begin, int end) {
    switch (activation) {
      case NONE -> {}
      case RELU -> {
        for (int i = begin; i < end; i++) {
          values[i] = Math.max(values[i], 0f);
        }
      }
      case RELU6 -> {
        for (int i = begin; i < end; i++) {
          values[i] = Math.min(Math.max(values[i], 0f), 6f);
        }
      }
    }
  }

  /**
   * The output is never negative, so its signum is the 0 or 1 that the gradient is multiplied with.
   * A comparison would say the same, but C2 compiles it to a branch that random signs mispredict
   * every second time, ten times slower.
   */
  @Override
  public void mask(
      float[] output,
      Activation activation,
      float[] gradient,
      float[] masked,
      int from,
      Strips strips) {
    for (int strip = 0; strip < strips.count(); strip++) {
      int begin = begin(from, strips, strip);
      int end = begin + strips.length();
      switch (activation) {
        case NONE -> System.arraycopy(gradient, begin, masked, begin, strips.length());
        case RELU -> {
          for (int i = begin; i < end; i++) {
            masked[i] = gradient[i] * Math.signum(output[i]);
          }
        }
        case RELU6 -> {
          for (int i = begin; i < end; i++) {
            masked[i] = gradient[i] * (Math.signum(output[i]) * Math.signum(6f - output[i]));
          }
        }
      }
    }
  }

  @Override
  public void combine(
      float[] gradient,
      float a,
      float[] x,
      float center,
      Gate gate,
      float b,
      float c,
      float[] result,
      int from,
      Strips strips) {
    for (int strip = 0; strip < strips.count(); strip++) {
      int begin = begin(from, strips, strip);
      int end = begin + strips.length();
      for (int i = begin; i < end; i++) {
        float deviation = x[i] - center;
        float through = gradient[i] * opening(gate, deviation);
        result[i] = Math.fma(a, through, Math.fma(b, deviation, c));
      }
    }
  }

  /** 0 or 1, as in {@link #mask}. */
  private static float opening(Gate gate, float deviation) {
    float value = Math.fma(deviation, gate.scale(), gate.shift());
    return switch (gate.activation()) {
      case NONE -> 1;
      case RELU -> Math.signum(Math.max(value, 0f));
      case RELU6 -> Math.signum(Math.max(value, 0f)) * Math.signum(6f - Math.min(value, 6f));
    };
  }

  private static int begin(int from, Strips strips, int strip) {
    return from + strips.first() + strip * strips.pitch();
  }
}
