package io.dfsnet.engine;

/**
 * Batch normalization (Ioffe and Szegedy, 2015) of {@code [n, channels, ...]}: every channel is
 * brought to mean 0 and variance 1, then scaled by its gamma and shifted by its beta. Planned for
 * one shape; owns its scratch, so that it serves one call at a time.
 *
 * <pre>
 * output = gamma * normalized + beta
 * normalized = (input - mean) / sqrt(variance + epsilon)
 * </pre>
 *
 * <p>In training the mean and the (biased) variance are those of the batch, so every input of a
 * channel has a part in every output of that channel, and the derivative has three terms; with
 * {@code m} elements per channel:
 *
 * <pre>
 * gradBeta  = sum of gradOutput
 * gradGamma = sum of gradOutput * normalized
 * gradInput = gamma / sqrt(variance + epsilon)
 *             * (gradOutput - gradBeta / m - normalized * gradGamma / m)
 * </pre>
 *
 * In inference the statistics are constants and the last two terms of {@code gradInput} are gone.
 *
 * <p>A channel is one task: its planes stay in a core's cache from the sums to the last pass.
 */
public final class BatchNormalization {
  private final int images;
  private final int channels;
  private final int plane;
  private final float epsilon;
  private final Shape shape;
  private final ChannelSums sums;

  private BatchNormalization(Shape shape, float epsilon) {
    this.plane = Require.plane("batchNorm", shape);
    this.images = shape.size(0);
    this.channels = shape.size(1);
    this.shape = shape;
    this.epsilon = epsilon;
    this.sums = ChannelSums.of(shape);
  }

  /**
   * The normalization of one shape.
   *
   * @param shape of input and output, {@code [n, channels, ...]}
   * @param epsilon what is added to the variance, at least 0
   */
  public static BatchNormalization of(Shape shape, float epsilon) {
    if (!(epsilon >= 0) || Float.isInfinite(epsilon)) {
      throw new IllegalArgumentException(
          "batchNorm: epsilon must be at least 0 and finite, found " + epsilon);
    }
    return new BatchNormalization(shape, epsilon);
  }

  /**
   * Normalizes with the statistics of this batch, and writes those into {@code mean} and {@code
   * variance} (biased), one value per channel.
   *
   * @throws ShapeException if a channel has a single element, whose variance would say nothing
   */
  public void forward(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] output,
      float[] mean,
      float[] variance,
      Workers workers) {
    requireAffine(input, gamma, mean, variance);
    Require.length("batchNorm", "beta", beta, channels);
    Require.shape("batchNorm", "output", output, shape);
    if (perChannel() == 1) {
      throw new ShapeException(
          "batchNorm", "training needs more than one element per channel, found shape " + shape);
    }
    workers.forEach(
        channels,
        channel -> {
          measure(input, channel, mean, variance);
          normalize(input, gamma, beta, mean, variance, output, channel);
        });
  }

  /** Normalizes with given statistics, one mean and one variance per channel. */
  public void forwardInference(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] mean,
      float[] variance,
      float[] output,
      Workers workers) {
    forwardInference(input, gamma, beta, mean, variance, output).run(workers);
  }

  /**
   * {@link #forwardInference(float[], float[], float[], float[], float[], float[], Workers)} of
   * these arrays, for many runs.
   */
  public Work forwardInference(
      float[] input, float[] gamma, float[] beta, float[] mean, float[] variance, float[] output) {
    requireAffine(input, gamma, mean, variance);
    Require.length("batchNorm", "beta", beta, channels);
    Require.shape("batchNorm", "output", output, shape);
    return new Work(
        channels, channel -> normalize(input, gamma, beta, mean, variance, output, channel));
  }

  /**
   * The derivative of {@link #forward}; overwrites the three gradients.
   *
   * @param mean what {@code forward} wrote
   * @param variance what {@code forward} wrote
   */
  public void backward(
      float[] input,
      float[] gamma,
      float[] mean,
      float[] variance,
      float[] gradOutput,
      float[] gradInput,
      float[] gradGamma,
      float[] gradBeta,
      Workers workers) {
    requireGradients(input, gamma, mean, variance, gradOutput, gradInput, gradGamma, gradBeta);
    workers.forEach(
        channels,
        channel -> {
          sumGradients(input, mean, variance, gradOutput, gradGamma, gradBeta, channel);
          float invDeviation = inverseDeviation(variance[channel]);
          float scale = gamma[channel] * invDeviation;
          float perElement = scale / perChannel();
          gradInput(
              input,
              mean[channel],
              gradOutput,
              scale,
              -perElement * invDeviation * gradGamma[channel],
              -perElement * gradBeta[channel],
              gradInput,
              channel);
        });
  }

  /** The derivative of {@link #forwardInference}; overwrites the three gradients. */
  public void backwardInference(
      float[] input,
      float[] gamma,
      float[] mean,
      float[] variance,
      float[] gradOutput,
      float[] gradInput,
      float[] gradGamma,
      float[] gradBeta,
      Workers workers) {
    requireGradients(input, gamma, mean, variance, gradOutput, gradInput, gradGamma, gradBeta);
    workers.forEach(
        channels,
        channel -> {
          sumGradients(input, mean, variance, gradOutput, gradGamma, gradBeta, channel);
          float scale = gamma[channel] * inverseDeviation(variance[channel]);
          gradInput(input, mean[channel], gradOutput, scale, 0f, 0f, gradInput, channel);
        });
  }

  /**
   * Moves running statistics towards a batch's: {@code running = (1 - momentum) * running +
   * momentum * batch}, with the unbiased variance of the batch, as PyTorch does.
   *
   * @param mean of the batch, as {@link #forward} wrote it
   * @param variance of the batch, biased, as {@link #forward} wrote it
   */
  public void updateRunning(
      float[] mean,
      float[] variance,
      float momentum,
      float[] runningMean,
      float[] runningVariance) {
    Require.length("batchNorm", "running mean", runningMean, channels);
    Require.length("batchNorm", "running variance", runningVariance, channels);
    float unbiased = (float) ((double) perChannel() / (perChannel() - 1));
    for (int c = 0; c < channels; c++) {
      runningMean[c] = (1 - momentum) * runningMean[c] + momentum * mean[c];
      runningVariance[c] =
          (1 - momentum) * runningVariance[c] + momentum * (variance[c] * unbiased);
    }
  }

  /**
   * Inference as one multiplication and one addition, {@code output = scale * input + shift}, so
   * that a convolution in front can take both in: its weights times {@code scale[o]}, its bias
   * times {@code scale[o]} plus {@code shift[o]}. All arrays have one value per channel.
   */
  public static void fold(
      float[] gamma,
      float[] beta,
      float[] mean,
      float[] variance,
      float epsilon,
      float[] scale,
      float[] shift) {
    Require.length("batchNorm fold", "beta", beta, gamma.length);
    Require.length("batchNorm fold", "mean", mean, gamma.length);
    Require.length("batchNorm fold", "variance", variance, gamma.length);
    Require.length("batchNorm fold", "scale", scale, gamma.length);
    Require.length("batchNorm fold", "shift", shift, gamma.length);
    for (int c = 0; c < gamma.length; c++) {
      double exact = gamma[c] / Math.sqrt((double) variance[c] + epsilon);
      scale[c] = (float) exact;
      shift[c] = (float) (beta[c] - mean[c] * exact);
    }
  }

  private void measure(float[] input, int channel, float[] mean, float[] variance) {
    double center = sums.sum(input, channel) / perChannel();
    double squares = sums.squaredDeviations(input, center, channel);
    mean[channel] = (float) center;
    variance[channel] = (float) (squares / perChannel());
  }

  private void normalize(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] mean,
      float[] variance,
      float[] output,
      int channel) {
    float center = mean[channel];
    float scale = gamma[channel] * inverseDeviation(variance[channel]);
    float shift = beta[channel];
    for (int image = 0; image < images; image++) {
      int from = from(image, channel);
      int to = from + plane;
      for (int i = from; i < to; i++) {
        output[i] = Math.fma(input[i] - center, scale, shift);
      }
    }
  }

  private void sumGradients(
      float[] input,
      float[] mean,
      float[] variance,
      float[] gradOutput,
      float[] gradGamma,
      float[] gradBeta,
      int channel) {
    double products = sums.productsWithDeviations(gradOutput, input, mean[channel], channel);
    gradBeta[channel] = (float) sums.sum(gradOutput, channel);
    gradGamma[channel] = (float) (products * inverseDeviation(variance[channel]));
  }

  /** {@code gradInput = a * gradOutput + b * (input - center) + c} over one channel. */
  private void gradInput(
      float[] input,
      float center,
      float[] gradOutput,
      float a,
      float b,
      float c,
      float[] gradInput,
      int channel) {
    for (int image = 0; image < images; image++) {
      int from = from(image, channel);
      int to = from + plane;
      for (int i = from; i < to; i++) {
        gradInput[i] = Math.fma(a, gradOutput[i], Math.fma(b, input[i] - center, c));
      }
    }
  }

  private int from(int image, int channel) {
    return (image * channels + channel) * plane;
  }

  private int perChannel() {
    return images * plane;
  }

  private float inverseDeviation(float variance) {
    return (float) (1 / Math.sqrt((double) variance + epsilon));
  }

  private void requireAffine(float[] input, float[] gamma, float[] mean, float[] variance) {
    Require.shape("batchNorm", "input", input, shape);
    Require.length("batchNorm", "gamma", gamma, channels);
    Require.length("batchNorm", "mean", mean, channels);
    Require.length("batchNorm", "variance", variance, channels);
  }

  private void requireGradients(
      float[] input,
      float[] gamma,
      float[] mean,
      float[] variance,
      float[] gradOutput,
      float[] gradInput,
      float[] gradGamma,
      float[] gradBeta) {
    requireAffine(input, gamma, mean, variance);
    Require.shape("batchNorm backward", "gradOutput", gradOutput, shape);
    Require.shape("batchNorm backward", "gradInput", gradInput, shape);
    Require.length("batchNorm backward", "gradGamma", gradGamma, channels);
    Require.length("batchNorm backward", "gradBeta", gradBeta, channels);
  }
}
