package io.dfsnet.nn.train;

import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import io.dfsnet.nn.data.ImageSet;
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
  private final TrainingOptions options;
  private final IntFunction<Lesson> lessons;
  private final Batches batches;
  private final LearningRate rate;
  private final Sgd sgd;
  private final Tape tape;
  private int epochsDone;
  private boolean withinEpoch;

  /**
   * @param weights to be trained; everything that the lessons' bindings change is in them
   * @param lessons what each step trains, by the number of the step over all epochs, from 0
   * @throws IllegalArgumentException if there are fewer images than a batch holds
   */
  public Trainer(
      Weights weights,
      ImageSet train,
      TrainingOptions options,
      Workers workers,
      IntFunction<Lesson> lessons) {
    this.weights = weights;
    this.options = options;
    this.lessons = lessons;
    this.batches = new Batches(train, options.batch(), options.augmentation(), options.seed());
    if (batches.perEpoch() == 0) {
      throw new IllegalArgumentException(
          "training: "
              + train.size()
              + " images do not fill one batch of "
              + options.batch()
              + "; use a smaller batch");
    }
    this.rate = LearningRate.of(options, Math.multiplyExact(options.epochs(), batches.perEpoch()));
    this.sgd = new Sgd(options.momentum(), options.nesterov(), options.weightDecay());
    this.tape = new Tape(workers);
  }

  /** Trains all of a model's weights. */
  public static Trainer of(
      Model model, ImageSet train, TrainingOptions options, Workers workers) {
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
   * @throws IllegalStateException if all epochs of the options are done, or the one before was
   *     broken off
   */
  public EpochResult epoch(ProgressListener listener) {
    requireWholeEpochs();
    if (epochsDone == options.epochs()) {
      throw new IllegalStateException("training: all " + epochsDone + " epochs are done");
    }
    withinEpoch = true;
    long began = System.nanoTime();
    double loss = 0;
    int correct = 0;
    int steps = batches.perEpoch();
    try (var prefetch = new Prefetch(batches, epochsDone)) {
      for (int step = 0; step < steps; step++) {
        Outcome outcome = step(prefetch.next(), step);
        loss += outcome.loss;
        correct += outcome.correct;
        listener.step(
            new ProgressListener.Step(
                epochsDone + 1, step + 1, steps, outcome.loss, rate.at(globalStep(step))));
      }
    }
    requireFiniteWeights();
    withinEpoch = false;
    epochsDone++;
    int images = steps * options.batch();
    double seconds = (System.nanoTime() - began) * 1e-9;
    return new EpochResult(epochsDone, loss / steps, (double) correct / images, images / seconds);
  }

  private record Outcome(double loss, int correct) {}

  private Outcome step(Batch batch, int step) {
    Lesson lesson = lessons.apply(globalStep(step));
    Binding binding = lesson.binding();
    tape.reset();
    binding.reset();
    Variable images = tape.constant(batch.images());
    Variable logits =
        Forward.run(lesson.network(), tape, images, binding, Forward.Mode.TRAINING);
    Variable loss = tape.softmaxCrossEntropy(logits, batch.labels(), options.labelSmoothing());
    float value = loss.value().data()[0];
    if (!Float.isFinite(value)) {
      throw new DivergenceException("the loss is " + value, epochsDone + 1, step + 1);
    }
    tape.backward(loss);
    binding
        .leaves()
        .forEach(
            (name, leaf) ->
                sgd.step(name, leaf.value(), leaf.gradient(), rate.at(globalStep(step))));
    int classes = logits.shape().size(1);
    return new Outcome(
        value, Predictions.correct(logits.value().data(), classes, batch.labels()));
  }

  private int globalStep(int step) {
    return epochsDone * batches.perEpoch() + step;
  }
}
