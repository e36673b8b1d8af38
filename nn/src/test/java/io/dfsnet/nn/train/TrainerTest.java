package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.data.DataException;
import io.dfsnet.nn.data.DataSources;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private static final Workers ONE = new Workers(1);
  private static final Workers TWO = new Workers(2);
  private static final ImageSet IMAGES = Toy.images(256, 1);

  @AfterAll
  static void close() {
    ONE.close();
    TWO.close();
  }

  @Test
  void learnsTheToyTask() {
    Model model = Toy.model();
    ImageSet unseen = Toy.images(200, 2);
    double before = Evaluation.of(model, unseen, ONE).accuracy();
    var trainer = Trainer.of(model, IMAGES, Toy.OPTIONS, ONE);
    EpochResult last = null;
    while (trainer.epochsDone() < 3) {
      last = trainer.epoch(ProgressListener.NONE).orElseThrow();
    }
    assertThat(before).isLessThan(0.6);
    assertThat(Evaluation.of(model, unseen, ONE).accuracy()).isGreaterThan(0.97);
    assertThat(last.epoch()).isEqualTo(3);
    assertThat(last.accuracy()).isBetween(0.9, 1.0);
    assertThat(last.loss()).isBetween(0.0, 0.5);
    assertThat(last.imagesPerSecond()).isPositive();
  }

  @Test
  void theThreadCountChangesNoBit() {
    assertThat(trained(ONE, 2)).isEqualTo(trained(TWO, 2));
  }

  /** Maps large enough that the threads share every layer's work, and every kind of gradient. */
  @Test
  void theThreadCountChangesNoBitOfAResidualNetwork() {
    ImageSet images = DataSources.open("synthetic:train=64,test=16,seed=3").train();
    var options = TrainingOptions.DEFAULTS.toBuilder().epochs(1).batch(32).build();
    List<Map<String, List<Integer>>> results = new ArrayList<>();
    for (int threads = 1; threads <= 3; threads++) {
      var shape = images.shape();
      var network =
          Models.create(
              "resnet8-w8",
              images.classes(),
              shape.size(0),
              shape.size(1),
              shape.size(2),
              Shortcut.PROJECTION);
      Model model = Model.initial(network, 1);
      try (var workers = new Workers(threads)) {
        Trainer.of(model, images, options, workers).epoch(ProgressListener.NONE);
      }
      results.add(bits(model.weights()));
    }
    assertThat(results.get(1)).isEqualTo(results.get(0));
    assertThat(results.get(2)).isEqualTo(results.get(0));
  }

  @Test
  void anotherSeedChangesTheResult() {
    Model model = Toy.model();
    Trainer.of(model, IMAGES, Toy.with(change -> change.seed(2)), ONE).epoch(ProgressListener.NONE);
    assertThat(bits(model.weights())).isNotEqualTo(trained(ONE, 1));
  }

  @Test
  void aStateIsACopy() {
    Model model = Toy.model();
    var trainer = Trainer.of(model, IMAGES, Toy.OPTIONS, ONE);
    TrainerState state = trainer.state();
    Map<String, List<Integer>> before = bits(model.weights());
    trainer.epoch(ProgressListener.NONE);
    assertThat(bits(new Weights(state.weights()))).isEqualTo(before);
    trainer.restore(state);
    assertThat(bits(model.weights())).isEqualTo(before);
    trainer.epoch(ProgressListener.NONE);
    assertThat(bits(model.weights())).isEqualTo(trained(ONE, 1));
  }

  @Test
  void aStateOfSomethingElseIsRefused() {
    TrainerState state = Trainer.of(Toy.model(), IMAGES, Toy.OPTIONS, ONE).state();
    assertThatThrownBy(
            () ->
                Trainer.of(Toy.model(), IMAGES, Toy.with(change -> change.seed(7)), ONE)
                    .restore(state))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("it has seed 1 instead of 7");
    assertThatThrownBy(
            () -> Trainer.of(Toy.model(), Toy.images(99, 1), Toy.OPTIONS, ONE).restore(state))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("256 images");
    var other = Network.builder("other");
    String x = other.add("flat", new Op.Flatten(), other.input(1, 8, 8));
    other.add("fc", new Op.Linear(64, 4, true, 1), x);
    Model otherModel = Model.initial(other.build(), 1);
    assertThatThrownBy(() -> Trainer.of(otherModel, IMAGES, Toy.OPTIONS, ONE).restore(state))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("weights 'conv1.weight' [8, 1, 3, 3]");
  }

  @Test
  void everyStepHasItsLessonAndIsReported() {
    Model model = Toy.model();
    Lesson lesson = Lesson.of(model.network(), model.weights());
    List<Integer> asked = new ArrayList<>();
    List<ProgressListener.Step> steps = new ArrayList<>();
    var trainer =
        new Trainer(
            model.weights(),
            Toy.images(40, 1),
            Toy.with(change -> change.epochs(2)),
            ONE,
            step -> {
              asked.add(step);
              return lesson;
            });
    trainer.epoch(steps::add);
    trainer.epoch(steps::add);
    assertThat(asked).containsExactly(0, 1, 2, 3);
    assertThat(steps).extracting(ProgressListener.Step::epoch).containsExactly(1, 1, 2, 2);
    assertThat(steps).extracting(ProgressListener.Step::number).containsExactly(1, 2, 1, 2);
    assertThat(steps).extracting(ProgressListener.Step::perEpoch).containsOnly(2);
    assertThat(steps.getLast().rate()).isLessThan(steps.getFirst().rate() * 2);
  }

  @Test
  void networksThatTakeTurnsTrainOnlyWhatTheyHave() {
    Network whole = Toy.network();
    Weights weights = Weights.initial(whole, 1);
    var pooled = Network.builder("without conv2");
    String x = "";
    for (var node : whole.nodes().subList(0, 4)) {
      x = pooled.add(node);
    }
    x = pooled.add("pool", new Op.AveragePool(2, 2, 0), x);
    x = pooled.add("flat", new Op.Flatten(), x);
    pooled.add("fc", new Op.Linear(32, 4, true, 1), x);
    var lesson = new Lesson(pooled.build(), new WeightsBinding(weights, 0.1f));
    Weights before = weights.copy();
    new Trainer(weights, IMAGES, Toy.OPTIONS, ONE, step -> lesson).epoch(ProgressListener.NONE);
    assertThat(weights.get("conv2.weight").data()).isEqualTo(before.get("conv2.weight").data());
    assertThat(weights.get("conv1.weight").data()).isNotEqualTo(before.get("conv1.weight").data());
    assertThat(weights.get("fc.weight").data()).isNotEqualTo(before.get("fc.weight").data());
  }

  @Test
  void divergenceNamesItsPlace() {
    Model model = Toy.model();
    Arrays.fill(model.weights().get("conv2.weight").data(), Float.NaN);
    var trainer = Trainer.of(model, IMAGES, Toy.OPTIONS, ONE);
    assertThatThrownBy(() -> trainer.epoch(ProgressListener.NONE))
        .isInstanceOfSatisfying(
            DivergenceException.class,
            diverged -> {
              assertThat(diverged.epoch()).isEqualTo(1);
              assertThat(diverged.step()).isEqualTo(1);
              assertThat(diverged.layer()).isEqualTo("conv2");
            })
        .hasMessageContaining(
            "the loss is NaN in epoch 1, step 1: the output of 'conv2' holds NaN first")
        .hasMessageContaining("a lower rate");
    assertThat(preparers()).isEmpty();
    assertThatThrownBy(trainer::state).isInstanceOf(IllegalStateException.class);
  }

  /**
   * Two linear layers: the first gives 0, so that the loss is that of knowing nothing. All images
   * are of class 0, and the second has weights near the largest float, so that
   *
   * <pre>
   * gradient of the first's output = 0.75 * 3e38 + 3 * 0.25 * 3e38 = 4.5e38, over 16 images
   * </pre>
   *
   * is still a float for each image, but not summed over the batch.
   */
  @Test
  void divergenceOfGradientsNamesTheFirstOnTheWayBack() {
    var net = Network.builder("linear");
    String x = net.add("flat", new Op.Flatten(), net.input(1, 8, 8));
    x = net.add("fc1", new Op.Linear(64, 4, true, 1), x);
    net.add("fc2", new Op.Linear(4, 4, true, 1), x);
    Model model = Model.initial(net.build(), 1);
    Arrays.fill(model.weights().get("fc1.weight").data(), 0f);
    float[] second = model.weights().get("fc2.weight").data();
    Arrays.fill(second, 3e38f);
    Arrays.fill(second, 0, 4, -3e38f);
    int[] zeros =
        IntStream.range(0, IMAGES.size()).filter(i -> IMAGES.label(i) == 0).limit(16).toArray();
    var trainer = Trainer.of(model, IMAGES.select(zeros), Toy.OPTIONS, ONE);
    assertThatThrownBy(() -> trainer.epoch(ProgressListener.NONE))
        .isInstanceOfSatisfying(
            DivergenceException.class, diverged -> assertThat(diverged.layer()).isEqualTo("fc1"))
        .hasMessageMatching(
            "training diverged: the norm of the gradients is (NaN|Infinity) in epoch 1, step 1:"
                + " the gradient of 'fc1\\.(bias|weight)' holds .*");
  }

  /** A checkpoint that nothing could continue from must not take the place of a good one. */
  @Test
  void weightsThatAreNotFiniteMakeNoState() {
    Model model = Toy.model();
    var trainer = Trainer.of(model, IMAGES, Toy.OPTIONS, ONE);
    trainer.epoch(step -> trainer.stop());
    model.weights().get("bn2.running_var").data()[3] = Float.POSITIVE_INFINITY;
    assertThatThrownBy(trainer::state)
        .isInstanceOfSatisfying(
            DivergenceException.class, diverged -> assertThat(diverged.layer()).isEqualTo("bn2"))
        .hasMessageContaining("epoch 1, step 1: 'bn2.running_var' holds Infinity");
  }

  /** Weights decay by rate times decay each step; from 2 on they grow without bound. */
  @Test
  void aRateThatIsTooHighEndsInADivergence() {
    var options =
        Toy.with(
            change -> change.peakRate(1e6f).regularization(new Regularization(1f, 0f)).epochs(1));
    var trainer = Trainer.of(Toy.model(), IMAGES, options, ONE);
    assertThatThrownBy(() -> trainer.epoch(ProgressListener.NONE))
        .isInstanceOf(DivergenceException.class);
  }

  /** A listener is told between two steps, so that its failure loses nothing. */
  @Test
  void anEpochThatAListenerBrokeOffGoesOn() {
    Model model = Toy.model();
    var trainer = Trainer.of(model, IMAGES, Toy.OPTIONS, ONE);
    ProgressListener breaks =
        step -> {
          if (step.number() == 3) {
            throw new IllegalCallerException("enough");
          }
        };
    assertThatThrownBy(() -> trainer.epoch(breaks)).isInstanceOf(IllegalCallerException.class);
    assertThat(preparers()).isEmpty();
    assertThat(trainer.cursor().stepsDone()).isEqualTo(3);
    trainer.epoch(ProgressListener.NONE);
    assertThat(bits(model.weights())).isEqualTo(trained(ONE, 1));
  }

  @Test
  void aStepThatFailedMustBeMended() {
    Model model = Toy.model();
    Lesson lesson = Lesson.of(model.network(), model.weights());
    boolean[] failing = {true};
    var trainer =
        new Trainer(
            model.weights(),
            IMAGES,
            Toy.OPTIONS,
            ONE,
            step -> {
              if (step == 2 && failing[0]) {
                throw new IllegalCallerException("no lesson");
              }
              return lesson;
            });
    TrainerState start = trainer.state();
    assertThatThrownBy(() -> trainer.epoch(ProgressListener.NONE))
        .isInstanceOf(IllegalCallerException.class);
    assertThat(preparers()).isEmpty();
    assertThatThrownBy(trainer::state)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("epoch 1, step 3 has failed");
    assertThatThrownBy(() -> trainer.epoch(ProgressListener.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("restore a saved state");
    trainer.restore(start);
    failing[0] = false;
    trainer.epoch(ProgressListener.NONE);
    assertThat(bits(model.weights())).isEqualTo(trained(ONE, 1));
  }

  @Test
  void aRequestToStopIsFollowedAfterTheStep() {
    Model model = Toy.model();
    var trainer = Trainer.of(model, IMAGES, Toy.OPTIONS, ONE);
    ProgressListener stops =
        step -> {
          if (step.number() == 5) {
            trainer.stop();
          }
        };
    assertThat(trainer.epoch(stops)).isEmpty();
    assertThat(trainer.cursor().stepsDone()).isEqualTo(5);
    trainer.stop();
    assertThat(trainer.epoch(ProgressListener.NONE)).isEmpty();
    assertThat(trainer.cursor().stepsDone()).isEqualTo(5);
    EpochResult result = trainer.epoch(ProgressListener.NONE).orElseThrow();
    assertThat(bits(model.weights())).isEqualTo(trained(ONE, 1));
    var whole = Trainer.of(Toy.model(), IMAGES, Toy.OPTIONS, ONE).epoch(ProgressListener.NONE);
    assertThat(result.loss()).isEqualTo(whole.orElseThrow().loss());
    assertThat(result.accuracy()).isEqualTo(whole.orElseThrow().accuracy());
  }

  @Test
  void moreEpochsThanPlannedAreRefused() {
    var trainer = Trainer.of(Toy.model(), IMAGES, Toy.with(change -> change.epochs(1)), ONE);
    trainer.epoch(ProgressListener.NONE);
    assertThatThrownBy(() -> trainer.epoch(ProgressListener.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("all 1 epochs");
  }

  @Test
  void fewerImagesThanABatchAreRefused() {
    assertThatThrownBy(() -> Trainer.of(Toy.model(), Toy.images(15, 1), Toy.OPTIONS, ONE))
        .isInstanceOf(DataException.class);
  }

  @Test
  void clippingShortensAllGradientsAlike() {
    List<Double> norms = new ArrayList<>();
    var plain = new Optimizer.Sgd(0f, false);
    var constant = new Schedule.Constant(0.1f, 0f);
    Model free = Toy.model();
    Model clipped = Toy.model();
    Model start = Toy.model();
    for (Model model : List.of(free, clipped)) {
      float limit = model == free ? 0f : 0.25f;
      TrainingOptions options =
          Toy.with(
              change ->
                  change
                      .optimizer(plain)
                      .schedule(constant)
                      .regularization(new Regularization(0f, 0f, 0f, limit)));
      var trainer = Trainer.of(model, IMAGES, options, ONE);
      trainer.epoch(
          step -> {
            norms.add(step.gradientNorm());
            trainer.stop();
          });
    }
    assertThat(norms.get(1)).isEqualTo(norms.get(0)).isGreaterThan(0.25);
    double ratio = 0.25 / norms.get(0);
    double squares = 0;
    for (String name : List.of("conv1.weight", "bn1.bias", "conv2.weight", "fc.bias")) {
      float[] from = start.weights().get(name).data();
      for (int i = 0; i < from.length; i++) {
        double whole = (double) free.weights().get(name).data()[i] - from[i];
        double shortened = (double) clipped.weights().get(name).data()[i] - from[i];
        assertThat(shortened).as(name).isCloseTo(ratio * whole, within(1e-6));
        squares += shortened * shortened;
      }
    }
    assertThat(squares).isPositive().isLessThan(Math.pow(0.1 * 0.25, 2));
  }

  @Test
  void theResultIsTheAverageIfThereIsOne() {
    Model model = Toy.model();
    Weights before = model.weights().copy();
    var trainer = Trainer.of(model, IMAGES, Toy.with(options -> options.averageDecay(0.99f)), ONE);
    trainer.epoch(step -> trainer.stop());
    // After the first step the decay is (1 + 1) / (10 + 1).
    for (String name : List.of("conv1.weight", "bn1.running_mean", "bn2.running_var")) {
      float[] from = before.get(name).data();
      float[] now = model.weights().get(name).data();
      float[] average = trainer.result().get(name).data();
      for (int i = 0; i < from.length; i++) {
        double wanted = 2.0 / 11 * from[i] + 9.0 / 11 * now[i];
        assertThat((double) average[i]).as(name).isCloseTo(wanted, within(1e-6));
      }
    }
    assertThat(bits(model.weights())).isNotEqualTo(bits(trainer.result()));
    Model plain = Toy.model();
    var without = Trainer.of(plain, IMAGES, Toy.OPTIONS, ONE);
    without.epoch(step -> without.stop());
    assertThat(bits(model.weights())).isEqualTo(bits(plain.weights()));
    assertThat(without.result()).isSameAs(plain.weights());
  }

  @Test
  void aTeacherIsNeededIfAndOnlyIfTheOptionsSaySo() {
    TrainingOptions taught = Toy.with(options -> options.distillation(new Distillation(2f, 0.5f)));
    assertThatThrownBy(() -> Trainer.of(Toy.model(), IMAGES, taught, ONE))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("needs a teacher");
    assertThatThrownBy(() -> Trainer.of(Toy.model(), IMAGES, Toy.OPTIONS, ONE, Toy.model()))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("distill-weight is 0");
    TrainerState state = Trainer.of(Toy.model(), IMAGES, taught, ONE, Toy.model()).state();
    Model other = Model.initial(Toy.network(), 77);
    assertThatThrownBy(() -> Trainer.of(Toy.model(), IMAGES, taught, ONE, other).restore(state))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("teacher 'toy ");
  }

  @Test
  void aTeacherThatKnowsNothingAnyMoreIsNamed() {
    TrainingOptions taught = Toy.with(options -> options.distillation(new Distillation(2f, 0.5f)));
    Model teacher = Toy.model();
    teacher.weights().get("fc.bias").data()[1] = Float.NaN;
    Trainer trainer = Trainer.of(Toy.model(), IMAGES, taught, ONE, teacher);
    assertThatThrownBy(() -> trainer.epoch(ProgressListener.NONE))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("the teacher 'toy ")
        .hasMessageContaining("not finite");
  }

  private static Map<String, List<Integer>> trained(Workers workers, int epochs) {
    Model model = Toy.model();
    var trainer = Trainer.of(model, IMAGES, Toy.OPTIONS, workers);
    for (int epoch = 0; epoch < epochs; epoch++) {
      trainer.epoch(ProgressListener.NONE);
    }
    return bits(model.weights());
  }

  private static Map<String, List<Integer>> bits(Weights weights) {
    return Toy.bits(weights.tensors());
  }

  /** Threads that prepare batches; one that has done its last work may take a moment to end. */
  private static List<String> preparers() {
    List<String> names = List.of();
    for (int attempt = 0; attempt < 500; attempt++) {
      names =
          Thread.getAllStackTraces().keySet().stream()
              .map(Thread::getName)
              .filter(name -> name.startsWith("dfsnet-batches"))
              .toList();
      if (names.isEmpty()) {
        break;
      }
      LockSupport.parkNanos(10_000_000);
    }
    return names;
  }
}
