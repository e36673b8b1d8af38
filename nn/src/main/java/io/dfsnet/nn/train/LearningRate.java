package io.dfsnet.nn.train;

/**
 * How large the steps of gradient descent are: rising linearly to a peak, then falling to zero
 * along half a cosine ("SGDR", Loshchilov and Hutter, 2017).
 *
 * <pre>
 * peak          _-""-_
 *             /        \
 *            /           \
 * 0        /               "-_
 *         0  warm-up        steps
 * </pre>
 *
 * @param peak the largest rate
 * @param warmUpSteps how many steps the rise takes; the last of them has the peak rate
 * @param steps how many steps the whole training has
 */
public record LearningRate(float peak, long warmUpSteps, long steps) {
  public LearningRate {
    if (!(peak > 0) || Float.isInfinite(peak)) {
      throw new TrainingException(
          "learning rate: the peak must be positive and finite, found " + peak);
    }
    if (steps < 1 || warmUpSteps < 0 || warmUpSteps > steps) {
      throw new TrainingException(
          "learning rate: the warm-up of "
              + warmUpSteps
              + " steps must lie within all "
              + steps
              + " steps, and those must be at least 1");
    }
  }

  /** The schedule of a training of {@code steps} steps under these options. */
  static LearningRate of(TrainingOptions options, long steps) {
    return new LearningRate(
        options.peakRate(), Math.round((double) options.warmUpFraction() * steps), steps);
  }

  /**
   * The rate of one step.
   *
   * @param step counted from 0 over all epochs, below {@link #steps}
   */
  public float at(long step) {
    if (step < 0 || step >= steps) {
      throw new TrainingException(
          "learning rate: step " + step + " is not within 0 to " + (steps - 1));
    }
    if (step < warmUpSteps) {
      return (float) (peak * (double) (step + 1) / warmUpSteps);
    }
    double done = (double) (step - warmUpSteps) / (steps - warmUpSteps);
    // StrictMath gives the same bits on every machine.
    return (float) (peak * 0.5 * (1 + StrictMath.cos(Math.PI * done)));
  }
}
