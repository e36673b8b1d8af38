package io.dfsnet.nn.train;

import io.dfsnet.nn.data.Augmentation;

/**
 * How a network is trained. Together with the data and the starting weights these options determine
 * the result bit for bit.
 *
 * @param epochs how often every image is seen, at least 1
 * @param batch images per step, at least 1
 * @param optimizer how gradients become changes of the weights
 * @param schedule how the learning rate runs
 * @param regularization what keeps weights and gradients small and targets soft
 * @param augmentation how images are varied
 * @param averageDecay what an average of the weights keeps of itself in each step, see {@link
 *     WeightAverage}; from 0, for no average, and below 1
 * @param distillation how much is learnt from a teacher
 * @param seed of the order and the variation of the images
 */
public record TrainingOptions(
    int epochs,
    int batch,
    Optimizer optimizer,
    Schedule schedule,
    Regularization regularization,
    Augmentation augmentation,
    float averageDecay,
    Distillation distillation,
    long seed) {

  /** A recipe for residual networks on CIFAR that needs few epochs. */
  public static final TrainingOptions DEFAULTS =
      new TrainingOptions(
          30,
          128,
          new Optimizer.Sgd(0.9f, true),
          new Schedule.Cosine(0.2f, 0f, 0.1f),
          new Regularization(5e-4f, 0.1f),
          Augmentation.CROP_FLIP,
          0f,
          Distillation.NONE,
          1);

  public TrainingOptions {
    TrainingException.require(epochs >= 1, "epochs", epochs, "must be at least 1");
    TrainingException.require(batch >= 1, "batch", batch, "must be at least 1");
    TrainingException.require(
        averageDecay >= 0 && averageDecay < 1, "ema", averageDecay, "must be from 0 and below 1");
    if (schedule instanceof Schedule.OneCycle cycle) {
      TrainingException.require(
          cycle.momentumDip() <= optimizer.momentum(),
          "momentum-dip",
          cycle.momentumDip(),
          "must be at most the momentum " + optimizer.momentum());
    }
    if (schedule instanceof Schedule.Steps steps) {
      TrainingException.require(
          steps.milestones().getLast() < epochs,
          "milestones",
          steps.milestones(),
          "must be below the " + epochs + " epochs");
    }
  }

  /** A builder that has these options. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Options that are changed one by one, and checked when they are built. */
  public static final class Builder {
    private int epochs;
    private int batch;
    private Optimizer optimizer;
    private Schedule schedule;
    private Regularization regularization;
    private Augmentation augmentation;
    private float averageDecay;
    private Distillation distillation;
    private long seed;

    private Builder(TrainingOptions base) {
      epochs = base.epochs;
      batch = base.batch;
      optimizer = base.optimizer;
      schedule = base.schedule;
      regularization = base.regularization;
      augmentation = base.augmentation;
      averageDecay = base.averageDecay;
      distillation = base.distillation;
      seed = base.seed;
    }

    public Builder epochs(int value) {
      epochs = value;
      return this;
    }

    public Builder batch(int value) {
      batch = value;
      return this;
    }

    public Builder optimizer(Optimizer value) {
      optimizer = value;
      return this;
    }

    public Builder schedule(Schedule value) {
      schedule = value;
      return this;
    }

    /** The largest rate of the schedule. */
    public Builder peakRate(float value) {
      return schedule(schedule.withPeak(value));
    }

    public Builder regularization(Regularization value) {
      regularization = value;
      return this;
    }

    public Builder augmentation(Augmentation value) {
      augmentation = value;
      return this;
    }

    public Builder averageDecay(float value) {
      averageDecay = value;
      return this;
    }

    public Builder distillation(Distillation value) {
      distillation = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * @throws TrainingException if options do not go together
     */
    public TrainingOptions build() {
      return new TrainingOptions(
          epochs,
          batch,
          optimizer,
          schedule,
          regularization,
          augmentation,
          averageDecay,
          distillation,
          seed);
    }
  }
}
