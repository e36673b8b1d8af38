package io.dfsnet.engine;

import io.dfsnet.engine.ChannelKernels.Gate;

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
 * <p>Without an addend nobody wants the masked gradient, so it is not written: both steps back look
 * at the gradient through a {@link ChannelKernels.Gate} that tells from the input what the
 * activation let through, and need not read the output.
 *
 * <p>So a pass goes over its data twice, the second time backwards, so that it first meets what it
 * has just seen and what caches still hold. Sums are added block by block, see {@link BatchBlocks},
 * and the blocks' sums in their order.
 */
public final class BatchNormalization {
  /** Values whose mean tells roughly where a channel is. */
  private static final int SAMPLE = 4096;

  private final int channels;
  private final int plane;
  private final int perChannel;
  private final float epsilon;
  private final Shape shape;
  private final BatchBlocks blocks;
  private final ChannelKernels kernels;

  /** {@code [block][channel][2]}. */
  private final double[] sumsOfBlocks;

  /** Per channel: a rough mean going forward, the coefficients of the gradient going backward. */
  private final float[] pivots;

  private final float[] ofGradient;
  private final float[] ofDeviation;
  private final float[] constant;
  private final Gate[] gates;

  private BatchNormalization(Shape shape, float epsilon, ChannelKernels kernels) {
    this.plane = Require.plane("batchNorm", shape);
    this.channels = shape.size(1);
    this.perChannel = shape.size(0) * plane;
    this.shape = shape;
    this.epsilon = epsilon;
    this.blocks = new BatchBlocks(shape.size(0), channels, plane);
    this.kernels = kernels;
    this.sumsOfBlocks = new double[2 * blocks.count() * channels];
    this.pivots = new float[channels];
    this.ofGradient = new float[channels];
    this.ofDeviation = new float[channels];
    this.constant = new float[channels];
    this.gates = new Gate[channels];
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
    measure(input, mean, variance, workers);
    normalization(input, gamma, beta, mean, variance, addend, activation, output).run(workers);
  }

  /**
   * Normalizes with given statistics, one mean and one variance per channel.
   *
   * @param addend of the shape of the output, or null
   */
  public Work forwardInference(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] mean,
      float[] variance,
      float[] addend,
      Activation activation,
      float[] output) {
    requireForward(input, gamma, beta, addend, output, mean, variance);
    return normalization(input, gamma, beta, mean, variance, addend, activation, output);
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
   * @param output what the forward pass wrote if it had an addend and an activation, else null:
   *     what an activation without an addend lets through is told from the input, so that neither
   *     the output is read nor the masked gradient written
   * @param gradAddend the gradient of the addend, which is what the activation lets through of
   *     {@code gradOutput}. May be the same array, and must be if there is no {@code output}
   * @param gradInput may be the same array as {@code gradAddend}, whose values are then lost
   */
  public void backward(
      Statistics statistics,
      float[] input,
      float[] gamma,
      float[] beta,
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
    Require.length("batchNorm backward", "beta", beta, channels);
    if (output != null) {
      Require.shape("batchNorm backward", "output", output, shape);
    }
    Require.shape("batchNorm backward", "gradOutput", gradOutput, shape);
    Require.shape("batchNorm backward", "gradAddend", gradAddend, shape);
    Require.shape("batchNorm backward", "gradInput", gradInput, shape);
    Require.length("batchNorm backward", "gradGamma", gradGamma, channels);
    Require.length("batchNorm backward", "gradBeta", gradBeta, channels);
    if (output == null && gradAddend != gradOutput) {
      throw new IllegalArgumentException(
          "batchNorm backward: without output gradAddend must be gradOutput itself");
    }
    for (int c = 0; c < channels; c++) {
      gates[c] =
          output == null ? new Gate(scale(gamma[c], variance[c]), beta[c], activation) : Gate.OPEN;
    }
    blocks
        .forward(
            (block, channel, strips, from) -> {
              if (output != null) {
                kernels.mask(output, activation, gradOutput, gradAddend, from, strips);
              }
              kernels.products(
                  gradAddend,
                  input,
                  mean[channel],
                  gates[channel],
                  from,
                  strips,
                  sumsOfBlocks,
                  at(block, channel));
            })
        .run(workers);
    for (int c = 0; c < channels; c++) {
      double invDeviation = inverseDeviation(variance[c]);
      gradBeta[c] = (float) total(c, 0);
      gradGamma[c] = (float) (total(c, 1) * invDeviation);
      double scale = gamma[c] * invDeviation;
      double perElement = statistics == Statistics.BATCH ? scale / perChannel : 0;
      ofGradient[c] = (float) scale;
      ofDeviation[c] = (float) (-perElement * invDeviation * gradGamma[c]);
      constant[c] = (float) (-perElement * gradBeta[c]);
    }
    blocks
        .backward(
            (block, channel, strips, from) ->
                kernels.combine(
                    gradAddend,
                    ofGradient[channel],
                    input,
                    mean[channel],
                    gates[channel],
                    ofDeviation[channel],
                    constant[channel],
                    gradInput,
                    from,
                    strips))
        .run(workers);
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
   * Mean and variance in one pass, by sums of deviations from a pivot p:
   *
   * <pre>
   * mean     = p + sum of (x - p) / m
   * variance = (sum of (x - p)^2 - (sum of (x - p))^2 / m) / m
   * </pre>
   *
   * The difference cancels digits where p is far from the mean. Here p is the mean of some values
   * of the channel, k of its m, so that {@code k * (p - mean)^2 <= m * variance}: at worst some
   * digits of m / k are lost, however far from 0 the mean is.
   */
  private void measure(float[] input, float[] mean, float[] variance, Workers workers) {
    var sample = new Strips(0, 0, 1, Math.min(plane, SAMPLE));
    for (int c = 0; c < channels; c++) {
      pivots[c] = (float) (kernels.sum(input, c * plane, sample) / sample.length());
    }
    blocks
        .forward(
            (block, channel, strips, from) ->
                kernels.deviations(
                    input, pivots[channel], from, strips, sumsOfBlocks, at(block, channel)))
        .run(workers);
    for (int c = 0; c < channels; c++) {
      double sum = total(c, 0);
      double offset = sum / perChannel;
      mean[c] = (float) (pivots[c] + offset);
      variance[c] = (float) (Math.max(total(c, 1) - offset * sum, 0) / perChannel);
    }
  }

  private Work normalization(
      float[] input,
      float[] gamma,
      float[] beta,
      float[] mean,
      float[] variance,
      float[] addend,
      Activation activation,
      float[] output) {
    return blocks.backward(
        (block, channel, strips, from) ->
            kernels.normalize(
                input,
                mean[channel],
                scale(gamma[channel], variance[channel]),
                beta[channel],
                addend,
                activation,
                output,
                from,
                strips));
  }

  private int at(int block, int channel) {
    return 2 * (block * channels + channel);
  }

  /** The sum over the blocks of one of the two sums of a channel. */
  private double total(int channel, int which) {
    double total = 0;
    for (int block = 0; block < blocks.count(); block++) {
      total += sumsOfBlocks[at(block, channel) + which];
    }
    return total;
  }

  /** What deviations from the mean are multiplied with. */
  private float scale(float gamma, float variance) {
    return gamma * (float) inverseDeviation(variance);
  }

  private double inverseDeviation(float variance) {
    return 1 / Math.sqrt((double) variance + epsilon);
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
