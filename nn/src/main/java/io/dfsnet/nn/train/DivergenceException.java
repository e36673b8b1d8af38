package io.dfsnet.nn.train;

/**
 * Training whose loss, gradients or weights are no longer finite; the weights are of no use any
 * more.
 */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String layer;
  private final int epoch;
  private final int step;

  /**
   * @param found what is not finite, as in {@code the loss is NaN}
   * @param where what shows it first, as in {@code the output of 'conv1' holds NaN}
   */
  DivergenceException(String found, String where, String layer, int epoch, int step) {
    super(
        "training diverged: "
            + found
            + " in epoch "
            + epoch
            + ", step "
            + step
            + ": "
            + where
            + "; continue from an earlier state with a lower rate, a longer warm-up, or a norm to"
            + " which gradients are clipped");
    this.layer = layer;
    this.epoch = epoch;
    this.step = step;
  }

  /** The node of the network that shows it first. */
  public String layer() {
    return layer;
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
