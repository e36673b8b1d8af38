package io.dfsnet.engine;

import io.dfsnet.engine.ChannelKernels.Sums;
import java.util.Arrays;

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
 * <p>What follows a normalization in a network, a residual addition and an activation, is done
 * while its result is still in registers: {@code activation(output + addend)}. Their derivatives
 * are part of the backward pass:
 *
 * <pre>
 *             forward                              backward
 *   input ------------.                   gradInput &lt;--- the three terms ---.
 *          1. sums    |                                  2. from cache      |
 *          2. normalize + addend, activate        1. mask, sums  &lt;--- gradOutput
 *                     |                                  |
 *                     v                                  v
 *                  output                            gradAddend
 * </pre>
 *
 * <p>A channel is one task. It goes over its data twice, the second time backwards, so that it
 * first meets what it has just seen and what the cache still holds.
 */
public final class BatchNormalization {
  private final int channels;
  private final int plane;
  private final int perChannel;
  private final float epsilon;
  private final Shape shape;
  private final Rows[] chunks;
  private final ChannelKernels kernels;
  private final Sums[] sumsOfChannels;

  private BatchNormalization(Shape shape, float epsilon, ChannelKernels kernels) {
    this.plane = Require.plane("batchNorm", shape);
    this.channels = shape.size(1);
    this.perChannel = shape.size(0) * plane;
    this.shape = shape;
    this.epsilon = epsilon;
    this.chunks = Rows.chunks(shape.size(0), channels, plane);
    this.kernels = kernels;
    this.sumsOfChannels = new Sums[channels];
    Arrays.setAll(sumsOfChannels, channel -> new Sums());
  }

  /**
   * The normalization of one shape.
   *
   * @param shape of input and output, {@code [n, channels, ...]}
   * @param epsilon what is added to the variance, at least 0
   */
  public static BatchNormalization of(Shape shape, float epsilon) {
    return of(shape, epsilon, Engine.kernels().channels());
  }

  static BatchNormalization of(Shape shape, float epsilon, ChannelKernels kernels) {
    if (!(epsilon >= 0) || Float.isInfinite(epsilon)) {
      throw new IllegalArgumentException(
          "batchNorm: epsilon must be at least 0 and finite, found " + epsilon);
    }
    return new BatchNormalization(shape, epsilon, kernels);
  }

  /**
   * Normalizes with the statistics of this batch, and writes those into {@code mean} and {@code
   * variance} (biased), one value per channel.
   *
   * @param addend of the shape of the output, or null
   * @throws ShapeException if a channel has a single element, whose variance would say nothing
   */
  public void forward(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] addend,
      Activation activation,
      float[] output,
      float[] mean,
      float[] variance,
      Workers workers) {
    requireForward(input, gamma, beta, addend, output, mean, variance);
    if (perChannel == 1) {
      throw new ShapeException(
          "batchNorm", "training needs more than one element per channel, found shape " + shape);
    }
    workers.forEach(
        channels,
        channel -> {
          measure(input, channel, mean, variance);
          normalize(input, gamma, beta, mean, variance, addend, activation, output, channel);
        });
  }

  /**
   * Normalizes with given statistics, one mean and one variance per channel.
   *
   * @param addend of the shape of the output, or null
   */
  public void forwardInference(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] mean,
      float[] variance,
      float[] addend,
      Activation activation,
      float[] output,
      Workers workers) {
    requireForward(input, gamma, beta, addend, output, mean, variance);
    workers.forEach(
        channels,
        channel ->
            normalize(input, gamma, beta, mean, variance, addend, activation, output, channel));
  }

  /** As above without addend and activation. */
  public void forwardInference(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] mean,
      float[] variance,
      float[] output,
      Workers workers) {
    forwardInference(input, gamma, beta, mean, variance, null, Activation.NONE, output, workers);
  }

  /** Where the statistics of a forward pass came from. */
  public enum Statistics {
    /** The batch: {@link #forward}. */
    BATCH,
    /** They are constants: {@link #forwardInference}. */
    RUNNING
  }

  /**
   * The derivative of a forward pass; overwrites the gradients.
   *
   * @param mean as the forward pass wrote or read it
   * @param variance as the forward pass wrote or read it
   * @param output what the forward pass wrote; not read if there was no activation
   * @param gradAddend the gradient of the addend, which is what the activation lets through of
   *     {@code gradOutput}. May be the same array, and must be if there was no activation
   * @param gradInput may be the same array as {@code gradAddend}, whose values are then lost
   */
  public void backward(
      Statistics statistics,
      float[] input,
      float[] gamma,
      float[] mean,
      float[] variance,
      Activation activation,
      float[] output,
      float[] gradOutput,
      float[] gradAddend,
      float[] gradInput,
      float[] gradGamma,
      float[] gradBeta,
      Workers workers) {
    requireAffine(input, gamma, mean, variance);
    Require.shape("batchNorm backward", "output", output, shape);
    Require.shape("batchNorm backward", "gradOutput", gradOutput, shape);
    Require.shape("batchNorm backward", "gradAddend", gradAddend, shape);
    Require.shape("batchNorm backward", "gradInput", gradInput, shape);
    Require.length("batchNorm backward", "gradGamma", gradGamma, channels);
    Require.length("batchNorm backward", "gradBeta", gradBeta, channels);
    if (activation == Activation.NONE && gradAddend != gradOutput) {
      throw new IllegalArgumentException(
          "batchNorm backward: without activation gradAddend must be gradOutput itself");
    }
    workers.forEach(
        channels,
        channel -> {
          float center = mean[channel];
          float invDeviation = inverseDeviation(variance[channel]);
          Sums sums = sumsOfChannels[channel];
          sumGradients(input, center, activation, output, gradOutput, gradAddend, channel, sums);
          float ofValues = (float) sums.values;
          float ofProducts = (float) (sums.products * invDeviation);
          gradBeta[channel] = ofValues;
          gradGamma[channel] = ofProducts;
          float a = gamma[channel] * invDeviation;
          float perElement = statistics == Statistics.BATCH ? a / perChannel : 0f;
          float b = -perElement * invDeviation * ofProducts;
          float c = -perElement * ofValues;
          gradInput(gradAddend, a, input, center, b, c, gradInput, channel);
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
    float unbiased = (float) ((double) perChannel / (perChannel - 1));
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

  /**
   * Mean and variance of a channel from those of its chunks, by the formulas of Chan, Golub and
   * LeVeque ("Algorithms for Computing the Sample Variance", 1983). Within a chunk, which the
   * second look finds in the cache, deviations are from nearly its mean, so that squares lose
   * nothing however far from 0 the mean is.
   */
  private void measure(float[] input, int channel, float[] mean, float[] variance) {
    Sums sums = sumsOfChannels[channel];
    int from = channel * plane;
    double center = 0;
    double squares = 0;
    int seen = 0;
    for (Rows chunk : chunks) {
      int count = chunk.elements();
      float near = (float) (kernels.sum(input, from, chunk) / count);
      sums.clear();
      kernels.addDeviations(input, near, from, chunk, sums);
      double offset = sums.values / count;
      double distance = near + offset - center;
      seen += count;
      center += distance * count / seen;
      squares += sums.products - offset * sums.values;
      squares += distance * distance * count * (seen - count) / seen;
    }
    mean[channel] = (float) center;
    variance[channel] = (float) (squares / perChannel);
  }

  private void normalize(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] mean,
      float[] variance,
      float[] addend,
      Activation activation,
      float[] output,
      int channel) {
    float scale = gamma[channel] * inverseDeviation(variance[channel]);
    for (int i = chunks.length - 1; i >= 0; i--) {
      kernels.normalize(
          input,
          mean[channel],
          scale,
          beta[channel],
          addend,
          activation,
          output,
          channel * plane,
          chunks[i]);
    }
  }

  private void sumGradients(
      float[] input,
      float center,
      Activation activation,
      float[] output,
      float[] gradOutput,
      float[] gradAddend,
      int channel,
      Sums sums) {
    int from = channel * plane;
    sums.clear();
    for (Rows chunk : chunks) {
      if (activation != Activation.NONE) {
        kernels.mask(output, activation, gradOutput, gradAddend, from, chunk);
      }
      kernels.addProducts(gradAddend, input, center, from, chunk, sums);
    }
  }

  /** {@code gradInput = a * gradient + (b * (input - center) + c)} over one channel. */
  private void gradInput(
      float[] gradient,
      float a,
      float[] input,
      float center,
      float b,
      float c,
      float[] gradInput,
      int channel) {
    int from = channel * plane;
    for (int i = chunks.length - 1; i >= 0; i--) {
      kernels.combine(gradient, a, input, center, b, c, gradInput, from, chunks[i]);
    }
  }

  private float inverseDeviation(float variance) {
    return (float) (1 / Math.sqrt((double) variance + epsilon));
  }

  private void requireForward(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] addend,
      float[] output,
      float[] mean,
      float[] variance) {
    requireAffine(input, gamma, mean, variance);
    Require.length("batchNorm", "beta", beta, channels);
    if (addend != null) {
      Require.shape("batchNorm", "addend", addend, shape);
    }
    Require.shape("batchNorm", "output", output, shape);
  }

  private void requireAffine(float[] input, float[] gamma, float[] mean, float[] variance) {
    Require.shape("batchNorm", "input", input, shape);
    Require.length("batchNorm", "gamma", gamma, channels);
    Require.length("batchNorm", "mean", mean, channels);
    Require.length("batchNorm", "variance", variance, channels);
  }
}
