package io.dfsnet.engine;

/**
 * The inner loops of normalization, once as scalar code and once as SIMD code. Each looks at some
 * {@link Strips} of a channel, few enough that several kernels one after the other find them in the
 * first-level cache; {@code from} is added to the place of the strips. All arrays of a call have
 * the same layout, and a result may be the same array as an operand.
 *
 * <p>Sums are added in an order that is fixed for each implementation. SIMD code adds in float,
 * with many partial sums, so that a call should be about some thousand values.
 */
interface ChannelKernels {
  /**
   * What an activation lets through of a gradient, told from what was normalized: the gradient at
   * {@code x} where {@code (x - center) * scale + shift} is no kink and not beyond one, else 0.
   */
  record Gate(float scale, float shift, Activation activation) {
    /** Lets everything through. */
    static final Gate OPEN = new Gate(0, 0, Activation.NONE);
  }

  /** The sum of {@code x}. */
  double sum(float[] x, int from, Strips strips);

  /**
   * The sums of {@code x - center} and of {@code (x - center)^2}.
   *
   * @param sums the first is written at {@code at}, the second behind it
   */
  void deviations(float[] x, float center, int from, Strips strips, double[] sums, int at);

  /**
   * The sums of {@code gradient} and of {@code gradient * (x - center)}.
   *
   * @param gate what the gradient goes through first
   * @param sums the first is written at {@code at}, the second behind it
   */
  void products(
      float[] gradient,
      float[] x,
      float center,
      Gate gate,
      int from,
      Strips strips,
      double[] sums,
      int at);

  /**
   * {@code output = activation((x - center) * scale + shift + addend)}.
   *
   * @param addend or null
   */
  void normalize(
      float[] x,
      float center,
      float scale,
      float shift,
      float[] addend,
      Activation activation,
      float[] output,
      int from,
      Strips strips);

  /**
   * {@code masked = gradient} where the activation lets it through, else 0; the derivative at a
   * kink is 0.
   *
   * @param output what the activation gave
   */
  void mask(
      float[] output,
      Activation activation,
      float[] gradient,
      float[] masked,
      int from,
      Strips strips);

  /**
   * {@code result = a * gradient + (b * (x - center) + c)}.
   *
   * @param gate what the gradient goes through first
   */
  void combine(
      float[] gradient,
      float a,
      float[] x,
      float center,
      Gate gate,
      float b,
      float c,
      float[] result,
      int from,
      Strips strips);
}
