package io.dfsnet.cli;

import io.dfsnet.dividefuse.Division;
import io.dfsnet.engine.Workers;
import io.dfsnet.nas.FairSampler;
import io.dfsnet.nas.Fitness;
import io.dfsnet.nas.SearchResult;
import io.dfsnet.nas.SearchSpace;
import io.dfsnet.nas.Supernet;
import io.dfsnet.nas.SupernetFitness;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.train.EpochResult;
import io.dfsnet.nn.train.Trainer;
import io.dfsnet.nn.train.TrainingOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Trains a supernet, then asks it which positions are worth fusing. */
final class SearchRun {
  /** How many batches a candidate's batch norms are calibrated on. */
  private static final int CALIBRATION_BATCHES = 10;

  private final SearchConfig config;
  private final Network original;
  private final ImageSet trained;
  private final ImageSet heldOut;
  private final SearchSpace space;
  private final Output output;

  /**
   * Checks the options and makes nothing yet.
   *
   * @param original undivided
   * @param train the training images; some of them are held out to judge the candidates
   */
  SearchRun(SearchConfig config, Network original, ImageSet train, Output output) {
    this.config = config;
    this.original = original;
    this.output = output;
    int[] order = Seeds.shuffled(train.size(), config.training().recipe().seed(), "held out");
    int held = config.heldOut();
    if (train.size() - held < config.training().recipe().batch()) {
      throw new UsageException(
          "--held-out "
              + held
              + ": leaves "
              + (train.size() - held)
              + " images to train on, fewer than a batch of "
              + config.training().recipe().batch()
              + "; take a smaller --batch or more images");
    }
    heldOut = train.select(IntStream.of(order).limit(held).sorted().toArray());
    trained = train.select(IntStream.of(order).skip(held).sorted().toArray());
    Division division = config.training().division();
    space = SearchSpace.of(original, division.groups(), division.width(), config.budget());
  }

  /** Which sets of positions are candidates. */
  SearchSpace space() {
    return space;
  }

  /**
   * Trains a fresh supernet.
   *
   * @param listener is told of every epoch
   */
  Supernet train(Workers workers, Consumer<EpochMetrics> listener) {
    Division division = config.training().division();
    TrainingOptions recipe = config.training().recipe();
    Supernet supernet =
        Supernet.initial(original, division.groups(), division.width(), recipe.seed());
    var sampler = new FairSampler(space, recipe.seed());
    var trainer =
        new Trainer(
            supernet.weights(),
            trained,
            recipe,
            workers,
            config.training().teacherOrNull(),
            step -> supernet.candidate(sampler.positions(step)));
    while (trainer.epochsDone() < recipe.epochs()) {
      EpochResult result = EpochProgress.train(trainer, recipe, output);
      listener.accept(EpochMetrics.of(TrainLoop.stepsDone(trainer), result));
    }
    if (trainer.result() != supernet.weights()) {
      supernet.weights().set(trainer.result().tensors());
    }
    return supernet;
  }

  /** Asks a trained supernet for the candidates that the strategy picks. */
  SearchResult search(Supernet supernet, Workers workers) {
    Fitness fitness =
        new SupernetFitness(supernet, calibration(config.training().recipe()), heldOut, workers);
    try (Progress progress = output.progress("searching", config.evaluations())) {
      var evaluated = new AtomicInteger();
      return config
          .strategyWithSeed()
          .search(
              space,
              fitness,
              candidate ->
                  progress.update(
                      evaluated.incrementAndGet(),
                      candidate.fused() + " " + Units.percent(candidate.fitness())));
    }
  }

  private List<Batch> calibration(TrainingOptions recipe) {
    var batches = new Batches(trained, recipe.batch(), Augmentation.NONE, recipe.seed());
    int count = Math.min(CALIBRATION_BATCHES, batches.perEpoch());
    return IntStream.range(0, count).mapToObj(index -> batches.get(0, index)).toList();
  }
}
