package io.dfsnet.engine;

/**
 * The inner loops of normalization, once as scalar code and once as SIMD code. Each looks at some
 * {@link Rows} of a channel, few enough that several kernels one after the other find them in the
 * first-level cache; {@code from} is added to the place of the rows. All arrays of a call have the
 * same layout, and a result may be the same array as an operand.
 *
 * <p>Sums are added in an order that is fixed for each implementation. SIMD code adds in float,
 * with many partial sums, so that a call should be about some thousand values.
 */
interface ChannelKernels {
  /** The two sums of a kernel. */
  final class Sums {
    double values;
    double products;

    void clear() {
      values = 0;
      products = 0;
    }
  }

  /** The sum of {@code x}. */
  double sum(float[] x, int from, Rows rows);

  /** Adds {@code x - center} to the values and {@code (x - center)^2} to the products. */
  void addDeviations(float[] x, float center, int from, Rows rows, Sums sums);

  /** Adds {@code gradient} to the values and {@code gradient * (x - center)} to the products. */
  void addProducts(float[] gradient, float[] x, float center, int from, Rows rows, Sums sums);

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
      Rows rows);

  /**
   * {@code masked = gradient} where the activation lets it through, else 0; the derivative at a
   * kink is 0.
   *
   * @param output what the activation gave
   */
  void mask(
      float[] output, Activation activation, float[] gradient, float[] masked, int from, Rows rows);

  /** {@code result = a * gradient + (b * (x - center) + c)}. */
  void combine(
      float[] gradient,
      float a,
      float[] x,
      float center,
      float b,
      float c,
      float[] result,
      int from,
      Rows rows);
}
