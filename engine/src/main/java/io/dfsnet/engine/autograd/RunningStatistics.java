package io.dfsnet.engine.autograd;

/**
 * What batch normalization remembers of the batches that it has seen, for use in inference. A
 * training step moves it in place: {@code running = (1 - momentum) * running + momentum * batch}.
 *
 * @param mean one per channel; 0 at the start
 * @param variance unbiased, one per channel; 1 at the start
 * @param momentum the weight of the newest batch, from 0 to 1; often 0.1
 */
public record RunningStatistics(float[] mean, float[] variance, float momentum) {
  public RunningStatistics {
    if (mean.length != variance.length) {
      throw new IllegalArgumentException(
          "running statistics: need a mean and a variance per channel, found "
              + mean.length
              + " and "
              + variance.length);
    }
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new IllegalArgumentException(
          "running statistics: momentum must be from 0 to 1, found " + momentum);
    }
  }
}
