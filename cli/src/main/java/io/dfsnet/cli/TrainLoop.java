package io.dfsnet.cli;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.train.EpochResult;
import io.dfsnet.nn.train.Evaluation;
import io.dfsnet.nn.train.ProgressListener.Step;
import io.dfsnet.nn.train.Trainer;
import io.dfsnet.nn.train.TrainingOptions;
import java.time.Duration;
import java.util.Objects;

/**
 * The epochs of a run, and what is written on the way. A checkpoint is one file, {@code
 * state.safetensors}, that holds the whole trainer; it takes its name only when all that it
 * presupposes is on the disk:
 *
 * <pre>
 * within an epoch   lines of steps ............................... force, state
 * after an epoch    last, best if it is, line of the epoch ....... force, state
 * </pre>
 *
 * Whatever ends the process, what is trained again from the checkpoint gives the same bits, so
 * files that are ahead of it become what they were, and lines that are ahead of it were cut off.
 */
final class TrainLoop {
  private final Model model;
  private final Trainer trainer;
  private final TrainConfig config;
  private final TrainingOptions recipe;
  private final RunOptions.Cadence cadence;
  private final RunFolder folder;
  private final RunLog log;
  private final Interruption interruption;
  private final Output output;
  private final Speed speed;
  private Duration evaluation = Duration.ZERO;
  private long checkpointStep;
  private long checkpointNanos = System.nanoTime();
  private Duration checkpointCost = Duration.ZERO;

  /**
   * @param model what the training is about, its weights changing with each step
   */
  TrainLoop(
      Model model,
      Trainer trainer,
      TrainConfig config,
      RunOptions.Cadence cadence,
      RunFolder folder,
      RunLog log,
      Interruption interruption,
      Output output) {
    this.model = model;
    this.trainer = trainer;
    this.config = config;
    this.recipe = config.recipe();
    this.cadence = cadence;
    this.folder = folder;
    this.log = log;
    this.interruption = interruption;
    this.output = output;
    this.speed = new Speed(config.recipe().batch(), System.nanoTime());
    this.checkpointStep = stepsDone(trainer);
  }

  /** How many steps are done over all epochs. */
  static long stepsDone(Trainer trainer) {
    return (long) trainer.epochsDone() * trainer.stepsPerEpoch() + trainer.cursor().stepsDone();
  }

  /** How far a training is, as {@code epoch 3 of 30, step 12 of 391}. */
  static String place(Trainer trainer, int epochs) {
    int steps = trainer.cursor().stepsDone();
    return steps == 0
        ? "epoch " + trainer.epochsDone() + " of " + epochs
        : "step "
            + steps
            + " of "
            + trainer.stepsPerEpoch()
            + " of epoch "
            + (trainer.epochsDone() + 1)
            + " of "
            + epochs;
  }

  /**
   * Trains the epochs that are left.
   *
   * @param test what the epochs are judged on
   */
  void run(ImageSet test, Workers workers) {
    while (trainer.epochsDone() < recipe.epochs() && !stopsEarly()) {
      EpochResult result = epoch();
      boolean tested = isTested(result.epoch());
      EpochMetrics metrics =
          tested
              ? EpochMetrics.of(stepsDone(trainer), result, evaluate(test, workers))
              : EpochMetrics.of(stepsDone(trainer), result);
      NetworkFile.write(folder.path(RunFolder.LAST), model);
      log.add(metrics);
      if (log.best().filter(best -> best == metrics).isPresent()) {
        NetworkFile.write(folder.path(RunFolder.BEST), model);
      }
      checkpoint();
      output.done(metrics.toText(recipe.epochs()));
    }
    if (trainer.epochsDone() < recipe.epochs()) {
      output.done("stops early after " + place(trainer, recipe.epochs()));
    }
  }

  private EpochResult epoch() {
    int left = 0;
    for (int epoch = trainer.epochsDone() + 1; epoch <= recipe.epochs(); epoch++) {
      left += isTested(epoch) ? 1 : 0;
    }
    Duration besides = evaluation.multipliedBy(left);
    try (var progress = new EpochProgress(trainer, recipe.epochs(), speed, besides, output)) {
      return trainer.epoch(step -> afterStep(step, progress)).orElseThrow();
    }
  }

  private void afterStep(Step step, EpochProgress progress) {
    progress.step(step);
    long done = stepsDone(trainer);
    if (done % cadence.logEvery() == 0) {
      log.add(
          new StepMetrics(step.epoch(), done, step.loss(), step.rate(), speed.imagesPerSecond()));
    }
    if (interruption.wished()) {
      progress.close();
      leave();
    }
    var time = Duration.ofNanos(System.nanoTime() - checkpointNanos);
    if (step.number() < step.perEpoch()
        && cadence.checkpointEvery().due(done - checkpointStep, time, checkpointCost)) {
      checkpoint();
    }
  }

  private void checkpoint() {
    long began = System.nanoTime();
    log.force();
    trainer.state().write(folder.path(RunFolder.STATE));
    checkpointStep = stepsDone(trainer);
    checkpointNanos = System.nanoTime();
    checkpointCost = Duration.ofNanos(checkpointNanos - began);
  }

  /**
   * The process ends behind this; the exception of a checkpoint that fails would never be shown.
   */
  private void leave() {
    try {
      checkpoint();
      output.log("interrupted after " + place(trainer, recipe.epochs()));
    } catch (RuntimeException failed) {
      output.log("dfs: " + Failure.of(failed).message());
    }
    output.log("go on with: dfs train --out " + folder + " --resume");
    interruption.leave();
  }

  private Evaluation.Result evaluate(ImageSet test, Workers workers) {
    long began = System.nanoTime();
    Evaluation.Result result = Evaluation.of(model, test, workers);
    evaluation = Duration.ofNanos(System.nanoTime() - began);
    return result;
  }

  /** Whether the run's patience with the test images is at its end. */
  private boolean stopsEarly() {
    return config.earlyStopping() != null
        && config
            .earlyStopping()
            .isOver(
                log.epochs().stream()
                    .map(EpochMetrics::testAccuracy)
                    .filter(Objects::nonNull)
                    .toList());
  }

  private boolean isTested(int epoch) {
    return epoch % cadence.evalEvery() == 0 || epoch == recipe.epochs();
  }
}
