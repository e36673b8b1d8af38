package io.dfsnet.nn.train;

/** Training whose loss or weights are no longer finite; the weights are of no use any more. */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int epoch;
  private final int step;

  DivergenceException(String found, int epoch, int step) {
    super(
        "training diverged: "
            + found
            + " in epoch "
            + epoch
            + ", step "
            + step
            + "; continue from an earlier state with a lower peak rate or a longer warm-up");
    this.epoch = epoch;
    this.step = step;
  }

  /** The epoch, counted from 1. */
  public int epoch() {
    return epoch;
  }

  /** The step in its epoch, counted from 1. */
  public int step() {
    return step;
  }
}
