package io.dfsnet.cli;

import io.dfsnet.nn.train.EpochResult;
import io.dfsnet.nn.train.ProgressListener;
import io.dfsnet.nn.train.Trainer;
import io.dfsnet.nn.train.TrainingOptions;
import java.time.Duration;

/**
 * Shows how far the epoch of a training is, how it goes, how fast, and how long the training still
 * takes.
 */
final class EpochProgress implements ProgressListener, AutoCloseable {
  private final int epochs;
  private final Speed speed;
  private final Duration besides;
  private final Progress progress;

  /**
   * @param epochs of the whole training
   * @param speed is told of each step
   * @param besides what the training still takes besides its steps
   */
  EpochProgress(Trainer trainer, int epochs, Speed speed, Duration besides, Output output) {
    this.epochs = epochs;
    this.speed = speed;
    this.besides = besides;
    speed.pause(System.nanoTime());
    progress =
        output.progress(
            "epoch " + (trainer.epochsDone() + 1) + "/" + epochs,
            trainer.cursor().stepsDone(),
            trainer.stepsPerEpoch());
  }

  /** Trains the next epoch and shows it. */
  static EpochResult train(Trainer trainer, TrainingOptions recipe, Output output) {
    var speed = new Speed(recipe.batch(), System.nanoTime());
    try (var progress = new EpochProgress(trainer, recipe.epochs(), speed, Duration.ZERO, output)) {
      return trainer.epoch(progress).orElseThrow();
    }
  }

  @Override
  public void step(Step step) {
    speed.step(System.nanoTime());
    long left = (long) (epochs - step.epoch() + 1) * step.perEpoch() - step.number();
    progress.update(
        step.number(),
        Units.format(
            "loss %.3f rate %.3f %.0f images/s, run %s",
            step.loss(),
            step.rate(),
            speed.imagesPerSecond(),
            Units.time(speed.timeFor(left).plus(besides))));
  }

  @Override
  public void close() {
    progress.close();
  }
}
