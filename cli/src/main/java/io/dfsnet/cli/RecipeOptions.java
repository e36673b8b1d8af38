package io.dfsnet.cli;

import io.dfsnet.nn.train.TrainingOptions;
import picocli.CommandLine.Option;

/** How a network is trained. What is not asked for stays as it is in a base. */
final class RecipeOptions {
  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "How often every image is seen, in all (default: 30).")
  Integer epochs;

  @Option(names = "--batch", paramLabel = "N", description = "Images in a step (default: 128).")
  Integer batch;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "The largest learning rate (default: 0.2).")
  Float rate;

  @Option(
      names = "--weight-decay",
      paramLabel = "D",
      description = "What weights shrink by, per rate (default: 5e-4).")
  Float weightDecay;

  @Option(
      names = "--label-smoothing",
      paramLabel = "S",
      description = "How much of each target is spread over all classes (default: 0.1).")
  Float labelSmoothing;

  @Option(
      names = "--warm-up",
      paramLabel = "F",
      description = "The part of all steps in which the rate rises (default: 0.1).")
  Float warmUp;

  /**
   * The base with everything that was asked for.
   *
   * @throws UsageException if an option is out of its range
   */
  TrainingOptions over(TrainingOptions base, Long seed) {
    try {
      return new TrainingOptions(
          or(epochs, base.epochs()),
          or(batch, base.batch()),
          or(rate, base.peakRate()),
          base.momentum(),
          base.nesterov(),
          or(weightDecay, base.weightDecay()),
          or(labelSmoothing, base.labelSmoothing()),
          or(warmUp, base.warmUpFraction()),
          base.augmentation(),
          or(seed, base.seed()));
    } catch (IllegalArgumentException outOfRange) {
      throw new UsageException(outOfRange.getMessage(), outOfRange);
    }
  }

  private static <T> T or(T asked, T base) {
    return asked == null ? base : asked;
  }
}
