package io.dfsnet.nn.train;

import java.util.List;

/**
 * When a training that no longer becomes better may end: the scores have gone by {@code patience}
 * times without one that beats the best before it by more than {@code minimalGain}.
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
    double best = Double.NEGATIVE_INFINITY;
    int waited = 0;
    for (double score : scores) {
      if (score > best + minimalGain) {
        best = score;
        waited = 0;
      } else {
        waited++;
      }
    }
    return waited >= patience;
  }
}
