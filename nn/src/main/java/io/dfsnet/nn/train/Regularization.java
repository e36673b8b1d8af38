package io.dfsnet.nn.train;

/**
 * What keeps a network from learning its training images by heart, or its gradients from running
 * away.
 *
 * @param weightDecay what weights of convolutions and linear layers shrink by, per rate; 0 to 1
 * @param labelSmoothing how much of each target is spread over all classes, from 0 and below 1
 */
public record Regularization(float weightDecay, float labelSmoothing) {
  /** Nothing of it. */
  public static final Regularization NONE = new Regularization(0f, 0f);

  public Regularization {
    TrainingException.require(
        weightDecay >= 0 && weightDecay <= 1, "weight-decay", weightDecay, "must be from 0 to 1");
    TrainingException.require(
        labelSmoothing >= 0 && labelSmoothing < 1,
        "label-smoothing",
        labelSmoothing,
        "must be from 0 and below 1");
  }
}
