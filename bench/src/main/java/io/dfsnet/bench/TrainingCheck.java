package io.dfsnet.bench;

import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.train.Forward;
import io.dfsnet.nn.train.Optimizer;
import io.dfsnet.nn.train.Regularization;
import io.dfsnet.nn.train.Schedule;
import io.dfsnet.nn.train.Trainer;
import io.dfsnet.nn.train.TrainingOptions;
import io.dfsnet.nn.train.WeightsBinding;

/**
 * Checks a step of the trainer against the loss alone. Plain gradient descent moves the weights by
 * {@code d = -rate * gradient}, so along {@code d} the loss must fall with the slope
 *
 * <pre>
 * gradient . d = -|d|^2 / rate
 * </pre>
 *
 * A central difference of the loss measures that slope without any derivative, so a wrong gradient
 * changes one side of the equation and not the other.
 */
final class TrainingCheck {
  /** How far the loss moves to either side: far above rounding, near enough for a straight line. */
  private static final double LOSS_MOVES = 0.001;

  private static final double TOLERANCE = 3e-3;

  private static final float RATE = 0.2f;

  private final Network network;
  private final ImageSet images;
  private final Workers workers;
  private final Tensor pixels;

  /**
   * @param images one batch
   */
  TrainingCheck(Network network, ImageSet images, Workers workers) {
    this.network = network;
    this.images = images;
    this.workers = workers;
    this.pixels = Tensor.zeros(images.shape().prepend(images.size()));
    for (int i = 0; i < images.size(); i++) {
      images.normalized(i, pixels.data(), i * images.shape().elements());
    }
  }

  /**
   * @throws IllegalStateException if the slopes differ
   */
  void run(long seed) {
    Weights before = Weights.initial(network, seed);
    Weights after = before.copy();
    double rate = step(after);
    double squares = 0;
    for (Parameter parameter : network.parameters()) {
      if (parameter.role().trainable()) {
        float[] from = before.get(parameter.name()).data();
        float[] to = after.get(parameter.name()).data();
        for (int i = 0; i < from.length; i++) {
          double moved = (double) to[i] - from[i];
          squares += moved * moved;
        }
      }
    }
    double wanted = -squares / rate;
    double distance = LOSS_MOVES / -wanted;
    double found =
        (loss(before, after, distance) - loss(before, after, -distance)) / (2 * distance);
    requireSlope(wanted, found);
  }

  /** Written so that NaN is refused. */
  void requireSlope(double wanted, double found) {
    if (!(Math.abs(found - wanted) <= TOLERANCE * Math.abs(wanted))) {
      throw new IllegalStateException(
          "training step of %s: along the step the loss has the slope %s, its gradient says %s"
              .formatted(network.name(), found, wanted));
    }
  }

  /** One step of plain gradient descent on the images as they are; gives its learning rate. */
  private double step(Weights weights) {
    var options =
        TrainingOptions.DEFAULTS.toBuilder()
            .batch(images.size())
            .epochs(1)
            .optimizer(new Optimizer.Sgd(0, false))
            .schedule(new Schedule.Constant(RATE, 0))
            .regularization(Regularization.NONE)
            .augmentation(Augmentation.NONE)
            .build();
    double[] rate = new double[1];
    Trainer.of(new Model(network, weights), images, options, workers)
        .epoch(step -> rate[0] = step.rate());
    return rate[0];
  }

  /** The loss {@code distance} times the step away from where it began. */
  private double loss(Weights before, Weights after, double distance) {
    Weights there = before.copy();
    for (Parameter parameter : network.parameters()) {
      if (parameter.role().trainable()) {
        float[] from = before.get(parameter.name()).data();
        float[] to = after.get(parameter.name()).data();
        float[] values = there.get(parameter.name()).data();
        for (int i = 0; i < from.length; i++) {
          values[i] = (float) (from[i] + distance * ((double) to[i] - from[i]));
        }
      }
    }
    var tape = new Tape(workers);
    var binding = new WeightsBinding(there, WeightsBinding.DEFAULT_MOMENTUM);
    var logits = Forward.run(network, tape, tape.constant(pixels), binding, Forward.Mode.TRAINING);
    return tape.softmaxCrossEntropy(logits, images.labels(), 0).value().data()[0];
  }
}
