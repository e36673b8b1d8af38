package io.dfsnet.nn.train;

import io.dfsnet.nn.data.Augmentation;

/**
 * How a network is trained. Together with the data and the starting weights these options determine
 * the result bit for bit.
 *
 * @param epochs how often every image is seen, at least 1
 * @param batch images per step, at least 1
 * @param peakRate the largest learning rate, see {@link LearningRate}
 * @param momentum of gradient descent, from 0 and below 1
 * @param nesterov whether a step looks ahead along the momentum; needs momentum
 * @param weightDecay what weights of convolutions and linear layers shrink by, per rate; at least 0
 * @param labelSmoothing how much of each target is spread over all classes, from 0 and below 1
 * @param warmUpFraction the part of all steps in which the rate rises, 0 to 1
 * @param augmentation how images are varied
 * @param seed of the order and the variation of the images
 */
public record TrainingOptions(
    int epochs,
    int batch,
    float peakRate,
    float momentum,
    boolean nesterov,
    float weightDecay,
    float labelSmoothing,
    float warmUpFraction,
    Augmentation augmentation,
    long seed) {

  /** A recipe for residual networks on CIFAR that needs few epochs. */
  public static final TrainingOptions DEFAULTS =
      new TrainingOptions(30, 128, 0.2f, 0.9f, true, 5e-4f, 0.1f, 0.1f, Augmentation.CROP_FLIP, 1);

  public TrainingOptions {
    require(epochs >= 1, "epochs", epochs, "must be at least 1");
    require(batch >= 1, "batch", batch, "must be at least 1");
    require(
        peakRate > 0 && peakRate <= 1e6f, "peak rate", peakRate, "must be above 0 and at most 1e6");
    require(momentum >= 0 && momentum < 1, "momentum", momentum, "must be from 0 and below 1");
    require(momentum > 0 || !nesterov, "momentum", momentum, "must be above 0 with Nesterov");
    require(
        weightDecay >= 0 && weightDecay <= 1, "weight decay", weightDecay, "must be from 0 to 1");
    require(
        labelSmoothing >= 0 && labelSmoothing < 1,
        "label smoothing",
        labelSmoothing,
        "must be from 0 and below 1");
    require(
        warmUpFraction >= 0 && warmUpFraction <= 1,
        "warm-up fraction",
        warmUpFraction,
        "must be from 0 to 1");
  }

  public TrainingOptions withEpochs(int epochs) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withBatch(int batch) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withPeakRate(float peakRate) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withMomentum(float momentum) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withNesterov(boolean nesterov) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withWeightDecay(float weightDecay) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withLabelSmoothing(float labelSmoothing) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withWarmUpFraction(float warmUpFraction) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withAugmentation(Augmentation augmentation) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  public TrainingOptions withSeed(long seed) {
    return new TrainingOptions(
        epochs,
        batch,
        peakRate,
        momentum,
        nesterov,
        weightDecay,
        labelSmoothing,
        warmUpFraction,
        augmentation,
        seed);
  }

  private static void require(boolean holds, String option, Number value, String rule) {
    if (!holds) {
      throw new TrainingException(option + " " + rule + ", found " + value);
    }
  }
}
