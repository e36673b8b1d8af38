package io.dfsnet.cli;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.data.DataSource;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.train.EpochResult;
import io.dfsnet.nn.train.Evaluation;
import io.dfsnet.nn.train.Trainer;
import io.dfsnet.nn.train.TrainerState;
import io.dfsnet.nn.train.TrainingOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A training that keeps its folder up to date epoch by epoch, so that whatever ends it, the folder
 * holds whole files and {@code --resume} goes on to the same bits.
 */
final class TrainRun {
  private final TrainConfig config;
  private final RunFolder folder;
  private final int testEvery;
  private final GlobalOptions global;
  private final Output output;
  private final List<EpochMetrics> metrics = new ArrayList<>();

  /**
   * @param testEvery after how many epochs the test images are looked at; after the last always
   */
  TrainRun(
      TrainConfig config, RunFolder folder, int testEvery, GlobalOptions global, Output output) {
    this.config = config;
    this.folder = folder;
    this.testEvery = testEvery;
    this.global = global;
    this.output = output;
  }

  /** The epochs of the run so far. */
  List<EpochMetrics> metrics() {
    return metrics;
  }

  /** The epoch that was best on the test images. */
  Optional<EpochMetrics> best() {
    return metrics.stream()
        .filter(epoch -> epoch.testAccuracy() != null)
        .reduce((best, epoch) -> epoch.testAccuracy() > best.testAccuracy() ? epoch : best);
  }

  /** Begins the run, or goes on with it, and trains its epochs to the end. */
  Model train() throws IOException {
    DataSource source = DataOptions.open(config.data());
    ImageSet train = DataOptions.limited(source.train(), config.limit());
    ImageSet test = DataOptions.limited(source.test(), config.limit());
    boolean resumed = folder.has(RunFolder.STATE);
    Model model = resumed ? NetworkFile.read(folder.path(RunFolder.LAST)) : config.start(train);
    DataOptions.requireFit(model.network(), train);
    requireBatch(train);
    try (var workers = global.workers();
        var interruption = new Interruption(this::sayHowToGoOn)) {
      Trainer trainer = Trainer.of(model, train, config.recipe(), workers, config.teacherOrNull());
      // With an average of the weights, it is that what the run is about.
      Model result = new Model(model.network(), trainer.result());
      if (resumed) {
        restore(trainer);
      } else {
        folder.make();
        folder.writeJson(RunFolder.CONFIG, config.toJson());
      }
      int epochs = config.recipe().epochs();
      while (trainer.epochsDone() < epochs && !stopsEarly()) {
        EpochResult gave = epoch(trainer, config.recipe(), train.size(), output);
        boolean tested = gave.epoch() % testEvery == 0 || gave.epoch() == epochs;
        EpochMetrics done =
            tested
                ? EpochMetrics.of(gave, Evaluation.of(result, test, workers))
                : EpochMetrics.of(gave);
        interruption.write(() -> save(result, trainer, done));
        output.done(done.toText(epochs));
      }
      if (trainer.epochsDone() < epochs) {
        output.done("stops early after epoch " + trainer.epochsDone() + " of " + epochs);
      }
      return result;
    }
  }

  /** Whether the run's patience with the test images is at its end. */
  private boolean stopsEarly() {
    return config.earlyStopping() != null
        && config
            .earlyStopping()
            .isOver(
                metrics.stream().map(EpochMetrics::testAccuracy).filter(Objects::nonNull).toList());
  }

  /** Trains one epoch and shows how far it is. */
  static EpochResult epoch(Trainer trainer, TrainingOptions recipe, int images, Output output) {
    String task = "epoch " + (trainer.epochsDone() + 1) + "/" + recipe.epochs();
    try (var progress = output.progress(task, images / recipe.batch())) {
      return trainer
          .epoch(step -> progress.update(step.number(), Units.format("loss %.4f", step.loss())))
          .orElseThrow();
    }
  }

  /**
   * The state goes last: an epoch whose state is there is over, and one whose state is missing is
   * trained again, to the same bits and the same files.
   */
  private void save(Model model, Trainer trainer, EpochMetrics epoch) {
    metrics.add(epoch);
    NetworkFile.write(folder.path(RunFolder.LAST), model);
    if (best().filter(best -> best == epoch).isPresent()) {
      NetworkFile.write(folder.path(RunFolder.BEST), model);
    }
    folder.writeLines(RunFolder.METRICS, metrics.stream().map(EpochMetrics::toJson).toList());
    trainer.state().write(folder.path(RunFolder.STATE));
  }

  private void restore(Trainer trainer) throws IOException {
    trainer.restore(TrainerState.read(folder.path(RunFolder.STATE)));
    try {
      folder.readLines(RunFolder.METRICS).stream()
          .map(EpochMetrics::of)
          .filter(epoch -> epoch.epoch() <= trainer.epochsDone())
          .forEach(metrics::add);
    } catch (IllegalArgumentException broken) {
      throw folder.broken(RunFolder.METRICS, broken);
    }
    requireMetrics(trainer.epochsDone());
    output.done("resumes after epoch " + trainer.epochsDone() + " of " + config.recipe().epochs());
  }

  private void requireMetrics(int epochsDone) {
    boolean over = epochsDone == config.recipe().epochs();
    if (metrics.size() != epochsDone || over && metrics.getLast().testAccuracy() == null) {
      throw folder.broken(
          RunFolder.METRICS,
          new IllegalArgumentException("lacks epochs of the " + epochsDone + " that are done"));
    }
  }

  private void sayHowToGoOn() {
    output.log(
        System.lineSeparator()
            + "interrupted after epoch "
            + metrics.size()
            + " of "
            + config.recipe().epochs()
            + "; go on with: dfs train --out "
            + folder
            + " --resume");
  }

  private void requireBatch(ImageSet train) {
    if (config.recipe().batch() > train.size()) {
      throw new UsageException(
          "--batch "
              + config.recipe().batch()
              + ": there are only "
              + train.size()
              + " training images; take a smaller batch or more images");
    }
  }
}
