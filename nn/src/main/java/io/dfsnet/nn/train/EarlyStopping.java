package io.dfsnet.nn.train;

import java.util.List;

/**
 * When a training that no longer becomes better may end: {@code patience} scores in a row have been
 * no gain. The first score is one, and each that beats the last gain by more than {@code
 * minimalGain}; small steps that are none by themselves so add up to one.
 *
 * @param patience at least 1
 * @param minimalGain at least 0
 */
public record EarlyStopping(int patience, double minimalGain) {
  public EarlyStopping {
    TrainingException.require(patience >= 1, "patience", patience, "must be at least 1");
    TrainingException.require(
        minimalGain >= 0 && minimalGain <= 1, "min-gain", minimalGain, "must be from 0 to 1");
  }

  /**
   * Whether it is time; a function of the scores alone, so nothing has to be stored for it.
   *
   * @param scores in the order in which they were measured; the higher, the better
   */
  public boolean isOver(List<Double> scores) {
    double gained = Double.NEGATIVE_INFINITY;
    int waited = 0;
    for (double score : scores) {
      if (score > gained + minimalGain) {
        gained = score;
        waited = 0;
      } else {
        waited++;
      }
    }
    return waited >= patience;
  }
}
