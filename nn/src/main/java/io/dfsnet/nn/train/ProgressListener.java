package io.dfsnet.nn.train;

/** Is told of every step of a training, on the training's thread. */
@FunctionalInterface
public interface ProgressListener {
  /** Hears nothing. */
  ProgressListener NONE = step -> {};

  /** A step is done. What this throws ends the epoch. */
  void step(Step step);

  /**
   * @param epoch counted from 1
   * @param number of this step in its epoch, counted from 1
   * @param perEpoch how many steps an epoch has
   * @param loss of this step's batch
   * @param rate the learning rate of this step
   */
  record Step(int epoch, int number, int perEpoch, double loss, float rate) {}
}
