package io.dfsnet.bench;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.data.DataSources;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.train.EpochResult;
import io.dfsnet.nn.train.ProgressListener;
import io.dfsnet.nn.train.Trainer;
import io.dfsnet.nn.train.TrainingOptions;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A training step: augmented images, forward, loss, backward, gradient descent. Measured on the
 * trainer itself, whose data set has one batch, so that an epoch is a step.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class TrainingBenchmark {
  private static final long SEED = 1;

  /** More epochs than anyone measures. */
  private static final int EPOCHS = 1_000_000;

  /** A name that {@link Models} knows. */
  @Param("resnet20")
  String network;

  /** Images of a step. */
  @Param("128")
  int batch;

  /** Threads that compute, the measured one among them. */
  @Param("1")
  int threads;

  private Workers workers;
  private Trainer trainer;

  /** Generates a batch, and compares a trainer's step with finite differences of the loss. */
  @Setup
  public void prepare() {
    ImageSet images = DataSources.open("synthetic:train=" + batch + ",test=1").train();
    Network graph =
        Models.create(
            network,
            images.classes(),
            images.channels(),
            images.height(),
            images.width(),
            Shortcut.PROJECTION);
    workers = new Workers(threads);
    new TrainingCheck(graph, images, workers).run(SEED);
    var options = TrainingOptions.DEFAULTS.toBuilder().batch(batch).epochs(EPOCHS).build();
    trainer = Trainer.of(Model.initial(graph, SEED), images, options, workers);
  }

  @TearDown
  public void close() {
    workers.close();
  }

  /** One step. */
  @Benchmark
  public EpochResult step() {
    return trainer.epoch(ProgressListener.NONE).orElseThrow();
  }
}
