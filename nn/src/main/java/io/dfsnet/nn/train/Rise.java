package io.dfsnet.nn.train;

/**
 * The linear rise of the learning rate at the beginning of a training.
 *
 * @param step which step it is, counted from 0
 * @param steps how many steps the rise takes; the last of them has the peak rate
 */
record Rise(long step, long steps) {

  static Rise of(float fraction, long step, Span span) {
    span.require(step);
    return new Rise(step, Math.round((double) fraction * span.steps()));
  }

  /** Whether the step is one of the rise. */
  boolean lasts() {
    return step < steps;
  }

  float rate(double peak) {
    return (float) (peak * (step + 1) / steps);
  }

  static void require(float peak, float fraction) {
    TrainingException.require(
        peak > 0 && peak <= 1e6f, "rate", peak, "must be above 0 and at most 1e6");
    TrainingException.require(
        fraction >= 0 && fraction <= 1, "warm-up", fraction, "must be from 0 to 1");
  }

  static void requireLeast(float peak, float least) {
    TrainingException.require(
        least >= 0 && least <= peak, "min-rate", least, "must be from 0 to the rate " + peak);
  }
}
