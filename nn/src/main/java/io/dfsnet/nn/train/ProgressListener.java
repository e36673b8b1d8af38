package io.dfsnet.nn.train;

/** Is told of every step of a training, on the training's thread. */
@FunctionalInterface
public interface ProgressListener {
  /** Hears nothing. */
  ProgressListener NONE = step -> {};

  /**
   * A step is done. The listener may ask the trainer for its {@link Trainer#state} or to stop; what
   * it throws breaks the epoch off behind this step.
   */
  void step(Step step);

  /**
   * @param epoch counted from 1
   * @param number of this step in its epoch, counted from 1
   * @param perEpoch how many steps an epoch has
   * @param loss of this step's batch
   * @param correct how many images of this step's batch were told right
   * @param images how many the batch has
   * @param gradientNorm the length of all gradients as one vector, before it is clipped
   * @param rate the learning rate of this step
   */
  record Step(
      int epoch,
      int number,
      int perEpoch,
      double loss,
      int correct,
      int images,
      double gradientNorm,
      float rate) {}
}
