package io.dfsnet.cli;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.data.DataSource;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.train.Span;
import io.dfsnet.nn.train.Trainer;
import io.dfsnet.nn.train.TrainerState;
import io.dfsnet.nn.train.TrainingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** A training in its folder: begins it, or goes on where its checkpoint is. */
final class TrainRun {
  private final TrainConfig config;
  private final RunOptions.Cadence cadence;
  private final RunFolder folder;
  private final GlobalOptions global;
  private final Interruption interruption;
  private final Output output;

  TrainRun(
      TrainConfig config,
      RunOptions.Cadence cadence,
      RunFolder folder,
      GlobalOptions global,
      Interruption interruption,
      Output output) {
    this.config = config;
    this.cadence = cadence;
    this.folder = folder;
    this.global = global;
    this.interruption = interruption;
    this.output = output;
  }

  /** What a run has come to. */
  record Result(Model model, List<EpochMetrics> epochs, EpochMetrics best) {}

  /**
   * Trains to the end of the last epoch.
   *
   * @throws CommandException if the run has trained before and its checkpoint is missing
   */
  Result train() throws IOException {
    requireCheckpoint();
    DataSource source = DataOptions.open(config.data());
    ImageSet train = DataOptions.limited(source.train(), config.limit());
    ImageSet test = DataOptions.limited(source.test(), config.limit());
    boolean goesOn = folder.has(RunFolder.STATE);
    Model model = goesOn ? NetworkFile.read(folder.path(RunFolder.LAST)) : config.start(train);
    DataOptions.requireFit(model.network(), train);
    requireBatch(train);
    try (Workers workers = global.workers()) {
      Trainer trainer = Trainer.of(model, train, config.recipe(), workers, config.teacherOrNull());
      // With an average of the weights, it is that what the run is about.
      Model result = new Model(model.network(), trainer.result());
      if (goesOn) {
        trainer.restore(checkpoint(trainer.stepsPerEpoch()));
      } else if (!folder.has(RunFolder.CONFIG)) {
        folder.make();
      }
      try (RunLog log = RunLog.open(folder, trainer.epochsDone(), TrainLoop.stepsDone(trainer))) {
        interruption.begin();
        folder.writeJson(RunFolder.CONFIG, effective());
        if (goesOn) {
          output.done("resumes after " + TrainLoop.place(trainer, config.recipe().epochs()));
        } else {
          NetworkFile.write(folder.path(RunFolder.LAST), result);
          trainer.state().write(folder.path(RunFolder.STATE));
        }
        new TrainLoop(result, trainer, config, cadence, folder, log, interruption, output)
            .run(test, workers);
        return new Result(result, log.epochs(), log.best().orElseThrow());
      }
    }
  }

  /**
   * A process that was killed before it wrote the first checkpoint leaves no metrics either, and
   * its run begins once more. Where there are some, beginning would throw away what was trained.
   */
  private void requireCheckpoint() throws IOException {
    if (!folder.has(RunFolder.STATE)
        && folder.has(RunFolder.METRICS)
        && Files.size(folder.path(RunFolder.METRICS)) > 0) {
      throw new CommandException(
          folder.path(RunFolder.STATE)
              + ": is missing, though "
              + RunFolder.METRICS
              + " says that the run has trained; restore the file, or begin another run with"
              + " --weights "
              + folder);
    }
  }

  /**
   * What the run has come to. If more epochs are asked for than it was begun with, they must leave
   * the steps that were planned as they are: else the result would be that of no training from the
   * start.
   */
  private TrainerState checkpoint(int stepsPerEpoch) {
    TrainerState saved = TrainerState.read(folder.path(RunFolder.STATE));
    TrainingOptions recipe = config.recipe();
    int planned = saved.options().epochs();
    if (recipe.epochs() == planned) {
      return saved;
    }
    var before = new Span(planned, stepsPerEpoch);
    var now = new Span(recipe.epochs(), stepsPerEpoch);
    if (!recipe.schedule().beginsAs(before, now, recipe.optimizer().momentum())) {
      throw new UsageException(
          "--epochs "
              + recipe.epochs()
              + ": run "
              + folder
              + " was begun with "
              + planned
              + ", and the learning rates of its schedule depend on that; leave --epochs out, or"
              + " begin another run");
    }
    return saved.withEpochs(recipe.epochs());
  }

  /** The whole configuration, and for information what this start computes with. */
  private Json.Object effective() {
    Json.Builder json = Json.object();
    config.toJson().members().forEach(json::put);
    return cadence
        .addTo(json)
        .put("environment", Environment.here(global.threads).toJson())
        .build();
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
