package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.ImageSet;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A training that goes on from a file, in the middle of an epoch, equals one without a pause. */
class ResumeTest {
  private static final Workers ONE = new Workers(1);
  private static final Workers TWO = new Workers(2);
  private static final ImageSet IMAGES = Toy.images(96, 1);

  @TempDir private Path folder;

  @AfterAll
  static void close() {
    ONE.close();
    TWO.close();
  }

  static Stream<Arguments> recipes() {
    return Stream.of(
        recipe("sgd", options -> options),
        recipe("plain sgd", options -> options.optimizer(new Optimizer.Sgd(0f, false))),
        recipe("adamw", options -> options.optimizer(Optimizer.AdamW.DEFAULTS).peakRate(0.01f)),
        recipe(
            "one cycle",
            options -> options.schedule(new Schedule.OneCycle(0.1f, 0f, 0.3f, 25f, 0.1f))),
        recipe("step", options -> options.schedule(new Schedule.Steps(0.1f, List.of(1), 0.1f, 0f))),
        recipe("average", options -> options.averageDecay(0.9f)),
        recipe(
            "mixup, smoothing, clipping",
            options -> options.regularization(new Regularization(5e-4f, 0.1f, 0.4f, 0.5f))),
        recipe("cutout", options -> options.augmentation(new Augmentation(1, true, 3))),
        recipe("teacher", options -> options.distillation(new Distillation(4f, 0.7f))),
        recipe(
            "everything with adamw",
            options ->
                options
                    .optimizer(Optimizer.AdamW.DEFAULTS)
                    .schedule(new Schedule.OneCycle(0.01f, 0f, 0.3f, 25f, 0.1f))
                    .regularization(new Regularization(0.05f, 0.1f, 0.4f, 0.5f))
                    .averageDecay(0.9f)
                    .distillation(new Distillation(2f, 0.5f))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recipes")
  void equalsAnUninterruptedTraining(String name, TrainingOptions options) {
    Trainer whole = trainer(Toy.model(), options, ONE);
    EpochResult first = whole.epoch(ProgressListener.NONE).orElseThrow();
    EpochResult second = whole.epoch(ProgressListener.NONE).orElseThrow();

    Trainer begun = trainer(Toy.model(), options, ONE);
    stopAfter(begun, 4);
    Trainer resumed = resumed(begun, options, TWO);
    assertThat(resumed.cursor().stepsDone()).isEqualTo(4);
    requireSame(resumed.epoch(ProgressListener.NONE).orElseThrow(), first);
    stopAfter(resumed, 1);
    Trainer again = resumed(resumed, options, ONE);
    requireSame(again.epoch(ProgressListener.NONE).orElseThrow(), second);
    requireSame(again.state(), whole.state());
  }

  /** A state that is asked for behind the last step of an epoch, before the epoch is over. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("recipes")
  void goesOnBehindTheLastStep(String name, TrainingOptions options) {
    Trainer begun = trainer(Toy.model(), options, TWO);
    TrainerState[] last = new TrainerState[1];
    EpochResult first =
        begun
            .epoch(
                step -> {
                  if (step.number() == step.perEpoch()) {
                    last[0] = begun.state();
                  }
                })
            .orElseThrow();
    Trainer resumed = trainer(Model.initial(Toy.network(), 99), options, ONE);
    resumed.restore(last[0]);
    requireSame(resumed.epoch(ProgressListener.NONE).orElseThrow(), first);
    requireSame(resumed.state(), begun.state());
  }

  private Trainer resumed(Trainer begun, TrainingOptions options, Workers workers) {
    Path file = folder.resolve("state.safetensors");
    begun.state().write(file);
    Trainer resumed = trainer(Model.initial(Toy.network(), 99), options, workers);
    resumed.restore(TrainerState.read(file));
    return resumed;
  }

  private static Trainer trainer(Model model, TrainingOptions options, Workers workers) {
    Model teacher = options.distillation().hasTeacher() ? Model.initial(Toy.network(), 5) : null;
    return Trainer.of(model, IMAGES, options, workers, teacher);
  }

  private static void stopAfter(Trainer trainer, int step) {
    assertThat(
            trainer.epoch(
                done -> {
                  if (done.number() == step) {
                    trainer.stop();
                  }
                }))
        .isEmpty();
  }

  private static void requireSame(EpochResult found, EpochResult wanted) {
    assertThat(found.epoch()).isEqualTo(wanted.epoch());
    assertThat(found.loss()).isEqualTo(wanted.loss());
    assertThat(found.accuracy()).isEqualTo(wanted.accuracy());
  }

  private static void requireSame(TrainerState found, TrainerState wanted) {
    assertThat(found.cursor()).isEqualTo(wanted.cursor());
    assertThat(Toy.bits(found.weights())).isEqualTo(Toy.bits(wanted.weights()));
    assertThat(Toy.bits(found.memory())).isEqualTo(Toy.bits(wanted.memory()));
    assertThat(Toy.bits(found.average())).isEqualTo(Toy.bits(wanted.average()));
  }

  private static Arguments recipe(String name, UnaryOperator<TrainingOptions.Builder> change) {
    return Arguments.of(name, Toy.with(change));
  }
}
