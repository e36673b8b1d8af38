package io.dfsnet.nn.train;

import io.dfsnet.engine.SoftmaxCrossEntropy;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Trains weights in place, step by step, by gradient descent on the cross entropy.
 *
 * <p>The same weights, images and options give the same bits whatever the number of threads. A
 * trainer that continues from the {@link #state} of another gives the same bits as if that one had
 * gone on: all randomness is drawn from streams named by the seed, the epoch and the step, so no
 * generator has to be stored.
 *
 * <p>Not for use by several threads at once, but for {@link #stop}.
 */
public final class Trainer {
  private final Weights weights;
  private final ImageSet images;
  private final TrainingOptions options;
  private final IntFunction<Lesson> lessons;
  private final Batches batches;
  private final Span span;
  private final Mixup mixup;
  private final Objective objective;
  private final Descent descent;
  private final WeightAverage average;
  private final Tape tape;
  private Cursor cursor = Cursor.START;
  private boolean withinStep;
  private volatile boolean stopping;

  /**
   * @param weights to be trained; the lessons' bindings read and change these
   * @param train the images; those that do not fill a batch are left out of an epoch
   * @param teacherOrNull whom the networks learn from, if the options say so
   * @param lessons what each step trains, by the number of the step over all epochs, from 0
   * @throws io.dfsnet.nn.data.DataException if there are fewer images than a batch holds
   * @throws TrainingException if the options ask for a teacher and there is none, or the reverse
   */
  public Trainer(
      Weights weights,
      ImageSet train,
      TrainingOptions options,
      Workers workers,
      Model teacherOrNull,
      IntFunction<Lesson> lessons) {
    this.weights = weights;
    this.images = train;
    this.options = options;
    this.lessons = lessons;
    this.batches = new Batches(train, options.batch(), options.augmentation(), options.seed());
    this.span = new Span(options.epochs(), batches.perEpoch());
    this.mixup = new Mixup(options.regularization().mixup(), options.seed());
    this.objective = Objective.of(options, teacherOrNull, train, workers);
    this.descent = Descent.of(options.optimizer(), options.regularization().weightDecay());
    this.average =
        options.averageDecay() > 0 ? new WeightAverage(weights, options.averageDecay()) : null;
    this.tape = new Tape(workers);
  }

  /** As the other constructor, without a teacher. */
  public Trainer(
      Weights weights,
      ImageSet train,
      TrainingOptions options,
      Workers workers,
      IntFunction<Lesson> lessons) {
    this(weights, train, options, workers, null, lessons);
  }

  /** Trains all of a model's weights. */
  public static Trainer of(Model model, ImageSet train, TrainingOptions options, Workers workers) {
    return of(model, train, options, workers, null);
  }

  /** Trains all of a model's weights, from a teacher if there is one. */
  public static Trainer of(
      Model model, ImageSet train, TrainingOptions options, Workers workers, Model teacherOrNull) {
    Lesson lesson = Lesson.of(model.network(), model.weights());
    return new Trainer(model.weights(), train, options, workers, teacherOrNull, step -> lesson);
  }

  /**
   * The weights that the training is about: their average if the options ask for one, else the
   * weights themselves. Not copies: they change with every step.
   */
  public Weights result() {
    return average == null ? weights : average.average();
  }

  /** How many epochs have been trained to their end. */
  public int epochsDone() {
    return cursor.epochsDone();
  }

  /** How far the training is. */
  public Cursor cursor() {
    return cursor;
  }

  /** How many steps an epoch has. */
  public int stepsPerEpoch() {
    return span.stepsPerEpoch();
  }

  /**
   * Asks the trainer, from any thread, to stop as soon as its step is done: {@link #epoch} then
   * returns early, or does nothing if it is called later. One request stops one call.
   */
  public void stop() {
    stopping = true;
  }

  /**
   * Trains to the end of an epoch, from its beginning or from where it was stopped.
   *
   * @return what the whole epoch gave; empty if {@link #stop} came before its end
   * @throws DivergenceException if the loss, the gradients or the weights are no longer finite
   * @throws IllegalStateException if all epochs are done, or a step has failed
   */
  public Optional<EpochResult> epoch(ProgressListener listener) {
    requireBetweenSteps();
    if (cursor.epochsDone() == options.epochs()) {
      throw new IllegalStateException("training: all " + cursor.epochsDone() + " epochs are done");
    }
    long began = System.nanoTime();
    int first = cursor.stepsDone();
    long waited;
    try (var prefetch = new Prefetch(batches, mixup, cursor.epochsDone(), first)) {
      while (cursor.stepsDone() < span.stepsPerEpoch()) {
        if (stopping) {
          stopping = false;
          return Optional.empty();
        }
        listener.step(step(prefetch.next()));
      }
      waited = prefetch.waitedNanos();
    }
    requireFiniteWeights();
    int steps = span.stepsPerEpoch();
    double seconds = (System.nanoTime() - began) * 1e-9;
    var result =
        new EpochResult(
            cursor.epochsDone() + 1,
            cursor.lossSum() / steps,
            (double) cursor.correct() / ((long) steps * options.batch()),
            (double) (steps - first) * options.batch() / seconds,
            waited * 1e-9 / seconds);
    cursor = cursor.afterEpoch();
    return Optional.of(result);
  }

  /**
   * What is needed to continue from here, in copies.
   *
   * @throws IllegalStateException if a step has failed
   * @throws DivergenceException if the weights are no longer finite: nothing could continue there
   */
  public TrainerState state() {
    requireBetweenSteps();
    requireFiniteWeights();
    return new TrainerState(
        cursor,
        options,
        images.toString(),
        objective.teacher(),
        weights.copy().tensors(),
        new Weights(descent.memory()).copy().tensors(),
        average == null ? Map.of() : average.average().copy().tensors());
  }

  /**
   * Continues where another trainer of the same options, images and weights was. Also mends a
   * trainer whose step has failed.
   *
   * @throws TrainingException that lists what differs; nothing is changed then
   */
  public void restore(TrainerState state) {
    requireSame(state);
    weights.set(state.weights());
    descent.restore(state.memory());
    if (average != null) {
      average.restore(state.average());
    }
    cursor = state.cursor();
    withinStep = false;
  }

  private void requireSame(TrainerState state) {
    List<String> differences = new ArrayList<>();
    compare(OptionsJson.write(state.options()), OptionsJson.write(options), differences);
    if (!state.images().equals(images.toString())) {
      differences.add("images '" + state.images() + "' instead of '" + images + "'");
    }
    if (state.cursor().stepsDone() > span.stepsPerEpoch()) {
      differences.add(state.cursor().stepsDone() + " steps of an epoch of " + span.stepsPerEpoch());
    }
    if (!state.teacher().equals(objective.teacher())) {
      differences.add("teacher '" + state.teacher() + "' instead of '" + objective.teacher() + "'");
    }
    compare("weights", state.weights(), differences);
    if (average != null) {
      compare("average", state.average(), differences);
    }
    descent.compare(state.memory(), weights.tensors(), differences);
    if (!differences.isEmpty()) {
      int shown = Math.min(differences.size(), 10);
      throw new TrainingException(
          "a saved state continues only what it was saved of; it has "
              + String.join(", ", differences.subList(0, shown))
              + (shown == differences.size() ? "" : ", and more"));
    }
  }

  private ProgressListener.Step step(Batch batch) {
    withinStep = true;
    int number = overall();
    Lesson lesson = lessons.apply(number);
    Binding binding = lesson.binding();
    tape.reset();
    binding.reset();
    var outputs =
        Forward.trace(
            lesson.network(), tape, tape.constant(batch.images()), binding, Forward.Mode.TRAINING);
    Variable logits = outputs.get(lesson.network().output().name());
    var divergence = new Divergence(cursor.epochsDone() + 1, cursor.stepsDone() + 1);
    float weight = mixup.weight(cursor.epochsDone(), cursor.stepsDone());
    Loss loss = objective.of(tape, logits, batch, weight);
    if (!Double.isFinite(loss.value())) {
      throw divergence.ofLoss(loss.value(), outputs);
    }
    tape.backward(loss.variable());
    double norm = gradientNorm(binding);
    if (!Double.isFinite(norm)) {
      throw divergence.ofGradients(norm, binding.leaves());
    }
    Pace pace = pace(number, norm);
    descend(binding, pace);
    if (average != null) {
      average.add(number + 1L);
    }
    int correct = correct(logits, batch.labels());
    cursor = cursor.afterStep(loss.value(), correct);
    withinStep = false;
    return new ProgressListener.Step(
        cursor.epochsDone() + 1,
        cursor.stepsDone(),
        span.stepsPerEpoch(),
        loss.value(),
        correct,
        options.batch(),
        norm,
        pace.rate());
  }

  private Pace pace(int step, double gradientNorm) {
    Schedule schedule = options.schedule();
    return new Pace(
        schedule.at(step, span),
        schedule.momentum(options.optimizer().momentum(), step, span),
        options.regularization().gradientFactor(gradientNorm));
  }

  private int correct(Variable logits, int[] labels) {
    int classes = logits.shape().size(1);
    return SoftmaxCrossEntropy.correct(options.batch(), classes, logits.value().data(), labels);
  }

  private void descend(Binding binding, Pace pace) {
    binding
        .leaves()
        .forEach(
            (name, leaf) -> {
              Tensor gradient = leaf.gradient();
              if (gradient != null) {
                descent.step(name, weights.get(name), gradient, pace);
              }
            });
  }

  /** Summed in double, in the order in which the network uses its parameters. */
  private static double gradientNorm(Binding binding) {
    double squares = 0;
    for (Variable leaf : binding.leaves().values()) {
      Tensor gradient = leaf.gradient();
      if (gradient != null) {
        for (float value : gradient.data()) {
          squares += (double) value * value;
        }
      }
    }
    return StrictMath.sqrt(squares);
  }

  /** The number of the next step over all epochs. */
  private int overall() {
    return cursor.epochsDone() * span.stepsPerEpoch() + cursor.stepsDone();
  }

  /** What the last step did to the weights, no loss has shown yet. */
  private void requireFiniteWeights() {
    new Divergence(cursor.epochsDone() + 1, cursor.stepsDone()).requireFinite(weights.tensors());
  }

  private void requireBetweenSteps() {
    if (withinStep) {
      throw new IllegalStateException(
          "training: epoch "
              + (cursor.epochsDone() + 1)
              + ", step "
              + (cursor.stepsDone() + 1)
              + " has failed and the weights are between two steps; restore a saved state");
    }
  }

  private static void compare(Json.Object saved, Json.Object own, List<String> differences) {
    Set<String> keys = new LinkedHashSet<>(own.members().keySet());
    keys.addAll(saved.members().keySet());
    for (String key : keys) {
      Json then = saved.members().get(key);
      Json now = own.members().get(key);
      if (!Objects.equals(then, now)) {
        differences.add(
            (then == null ? "no " + key : key + " " + then)
                + (now == null ? "" : " instead of " + now));
      }
    }
  }

  private void compare(String what, Map<String, Tensor> saved, List<String> differences) {
    weights.tensors().keySet().stream()
        .filter(name -> !saved.containsKey(name))
        .forEach(name -> differences.add("no " + what + " '" + name + "'"));
    saved.forEach(
        (name, tensor) -> {
          Tensor own = weights.tensors().get(name);
          if (own == null || !own.shape().equals(tensor.shape())) {
            differences.add(
                what + " '" + name + "' " + tensor.shape() + " without a counterpart here");
          }
        });
  }
}
