package io.dfsnet.cli;

import io.dfsnet.nn.train.EarlyStopping;
import io.dfsnet.nn.train.TrainingException;
import picocli.CommandLine.Option;

/** When a training may end before its last epoch. */
final class StoppingOptions {
  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "End after N looks at the test images without a better one (default: never).")
  Integer patience;

  @Option(
      names = "--min-gain",
      paramLabel = "A",
      description = "With --patience: how much better counts, as 0.001 for 0.1 %% (default: 0).")
  Double minimalGain;

  /**
   * The base with everything that was asked for; null if the training goes to its last epoch.
   *
   * @throws UsageException if an option is out of its range, or nothing reads it
   */
  EarlyStopping over(EarlyStopping base) {
    if (patience == null && minimalGain == null) {
      return base;
    }
    if (patience == null && base == null) {
      throw new UsageException(
          "--min-gain: is about early stopping; give --patience N, or leave this out");
    }
    double baseGain = base == null ? 0 : base.minimalGain();
    try {
      return new EarlyStopping(
          patience == null ? base.patience() : patience,
          minimalGain == null ? baseGain : minimalGain);
    } catch (TrainingException refused) {
      throw new UsageException(refused.getMessage().replaceFirst("^training: ", "--"), refused);
    }
  }
}
