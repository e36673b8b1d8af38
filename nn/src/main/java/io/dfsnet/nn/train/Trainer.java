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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Trains weights in place, epoch by epoch, by gradient descent on the cross entropy.
 *
 * <p>The same weights, images and options give the same bits whatever the number of threads. A
 * trainer that continues from the {@link #state} of another gives the same bits as if that one had
 * gone on: all randomness is drawn from streams named by the seed and the epoch, so no generator
 * has to be stored.
 *
 * <p>Not for use by several threads at once.
 */
public final class Trainer {
  private final Weights weights;
  private final ImageSet images;
  private final TrainingOptions options;
  private final IntFunction<Lesson> lessons;
  private final Batches batches;
  private final LearningRate rate;
  private final Sgd sgd;
  private final Tape tape;
  private int epochsDone;
  private boolean withinEpoch;

  /**
   * @param weights to be trained; the lessons' bindings read and change these
   * @param train the images; those that do not fill a batch are left out of an epoch
   * @param lessons what each step trains, by the number of the step over all epochs, from 0
   * @throws io.dfsnet.nn.data.DataException if there are fewer images than a batch holds
   */
  public Trainer(
      Weights weights,
      ImageSet train,
      TrainingOptions options,
      Workers workers,
      IntFunction<Lesson> lessons) {
    this.weights = weights;
    this.images = train;
    this.options = options;
    this.lessons = lessons;
    this.batches = new Batches(train, options.batch(), options.augmentation(), options.seed());
    this.rate = LearningRate.of(options, Math.multiplyExact(options.epochs(), batches.perEpoch()));
    this.sgd = new Sgd(options.momentum(), options.nesterov(), options.weightDecay());
    this.tape = new Tape(workers);
  }

  /** Trains all of a model's weights. */
  public static Trainer of(Model model, ImageSet train, TrainingOptions options, Workers workers) {
    Lesson lesson = Lesson.of(model.network(), model.weights());
    return new Trainer(model.weights(), train, options, workers, step -> lesson);
  }

  /** How many epochs have been trained. */
  public int epochsDone() {
    return epochsDone;
  }

  /**
   * Trains one epoch.
   *
   * @throws DivergenceException if the loss or the weights are no longer finite
   * @throws IllegalStateException if all epochs are done, or the last call was broken off
   */
  public EpochResult epoch(ProgressListener listener) {
    requireBetweenEpochs();
    if (epochsDone == options.epochs()) {
      throw new IllegalStateException("training: all " + epochsDone + " epochs are done");
    }
    withinEpoch = true;
    long began = System.nanoTime();
    int steps = batches.perEpoch();
    double loss = 0;
    int correct = 0;
    try (var prefetch = new Prefetch(batches, epochsDone)) {
      for (int step = 0; step < steps; step++) {
        Outcome outcome = step(prefetch.next(), step);
        loss += outcome.loss();
        correct += outcome.correct();
        listener.step(
            new ProgressListener.Step(
                epochsDone + 1, step + 1, steps, outcome.loss(), rate.at(overall(step))));
      }
    }
    requireFiniteWeights(steps);
    withinEpoch = false;
    epochsDone++;
    int seen = steps * options.batch();
    double seconds = (System.nanoTime() - began) * 1e-9;
    return new EpochResult(epochsDone, loss / steps, (double) correct / seen, seen / seconds);
  }

  /**
   * What is needed to continue from here, in copies.
   *
   * @throws IllegalStateException if the last epoch was broken off
   */
  public TrainerState state() {
    requireBetweenEpochs();
    return new TrainerState(
        epochsDone,
        options,
        images.toString(),
        weights.copy().tensors(),
        new Weights(sgd.velocities()).copy().tensors());
  }

  /**
   * Continues where another trainer of the same options, images and weights was. Also mends a
   * trainer whose epoch was broken off.
   *
   * @throws TrainingException that lists what differs; nothing is changed then
   */
  public void restore(TrainerState state) {
    List<String> differences = new ArrayList<>();
    if (!state.options().equals(options)) {
      differences.add("options " + state.options() + " instead of " + options);
    }
    if (!state.images().equals(images.toString())) {
      differences.add("images '" + state.images() + "' instead of '" + images + "'");
    }
    weights.tensors().keySet().stream()
        .filter(name -> !state.weights().containsKey(name))
        .forEach(name -> differences.add("no weights '" + name + "'"));
    compareShapes("weights", state.weights(), differences);
    compareShapes("velocity", state.velocities(), differences);
    if (!differences.isEmpty()) {
      int shown = Math.min(differences.size(), 10);
      throw new TrainingException(
          "a saved state continues only what it was saved of; it has "
              + String.join(", ", differences.subList(0, shown))
              + (shown == differences.size() ? "" : ", and more"));
    }
    state
        .weights()
        .forEach(
            (name, saved) -> {
              float[] target = weights.get(name).data();
              System.arraycopy(saved.data(), 0, target, 0, target.length);
            });
    sgd.restore(state.velocities());
    epochsDone = state.epochsDone();
    withinEpoch = false;
  }

  private record Outcome(float loss, int correct) {}

  private Outcome step(Batch batch, int step) {
    Lesson lesson = lessons.apply(overall(step));
    Binding binding = lesson.binding();
    tape.reset();
    binding.reset();
    Variable pixels = tape.constant(batch.images());
    Variable logits = Forward.run(lesson.network(), tape, pixels, binding, Forward.Mode.TRAINING);
    Variable mean = tape.softmaxCrossEntropy(logits, batch.labels(), options.labelSmoothing());
    float loss = mean.value().data()[0];
    if (!Float.isFinite(loss)) {
      throw new DivergenceException("the loss is " + loss, epochsDone + 1, step + 1);
    }
    tape.backward(mean);
    descend(binding, rate.at(overall(step)));
    int classes = logits.shape().size(1);
    int correct =
        SoftmaxCrossEntropy.correct(
            options.batch(), classes, logits.value().data(), batch.labels());
    return new Outcome(loss, correct);
  }

  private void descend(Binding binding, float stepRate) {
    binding
        .leaves()
        .forEach(
            (name, leaf) -> {
              Tensor gradient = leaf.gradient();
              if (gradient != null) {
                sgd.step(name, weights.get(name), gradient, stepRate);
              }
            });
  }

  /** The number of a step of this epoch over all epochs. */
  private int overall(int step) {
    return epochsDone * batches.perEpoch() + step;
  }

  private void requireBetweenEpochs() {
    if (withinEpoch) {
      throw new IllegalStateException(
          "training: epoch "
              + (epochsDone + 1)
              + " was broken off and the weights are between two epochs; restore a saved state");
    }
  }

  /** The last step of an epoch has no later loss that would show what it did. */
  private void requireFiniteWeights(int steps) {
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              for (float value : tensor.data()) {
                if (!Float.isFinite(value)) {
                  throw new DivergenceException(
                      "'" + name + "' holds " + value, epochsDone + 1, steps);
                }
              }
            });
  }

  private void compareShapes(String what, Map<String, Tensor> saved, List<String> differences) {
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
