package io.dfsnet.nn.train;

/**
 * How long a training is.
 *
 * @param epochs at least 1
 * @param stepsPerEpoch at least 1
 */
public record Span(int epochs, int stepsPerEpoch) {
  public Span {
    if (epochs < 1 || stepsPerEpoch < 1) {
      throw new TrainingException(
          "has at least 1 epoch of 1 step, found " + epochs + " of " + stepsPerEpoch);
    }
    if ((long) epochs * stepsPerEpoch > Integer.MAX_VALUE) {
      throw new TrainingException(
          epochs
              + " epochs of "
              + stepsPerEpoch
              + " steps are more than "
              + Integer.MAX_VALUE
              + " steps; take fewer epochs");
    }
  }

  /** How many steps all epochs have. */
  public long steps() {
    return (long) epochs * stepsPerEpoch;
  }

  /** Checks the number of a step over all epochs, counted from 0. */
  void require(long step) {
    if (step < 0 || step >= steps()) {
      throw new TrainingException("step " + step + " is not within 0 to " + (steps() - 1));
    }
  }
}
