package io.dfsnet.nn.train;

/**
 * What keeps a network from learning its training images by heart, or its gradients from running
 * away.
 *
 * @param weightDecay what weights of convolutions and linear layers shrink by, per rate; 0 to 1
 * @param labelSmoothing how much of each target is spread over all classes, from 0 and below 1
 * @param mixup how strongly pairs of images are mixed, see {@link Mixup}; 0 for not at all
 * @param clipNorm the longest that all gradients may be as one vector; 0 for any length
 */
public record Regularization(float weightDecay, float labelSmoothing, float mixup, float clipNorm) {
  /** Nothing of it. */
  public static final Regularization NONE = new Regularization(0f, 0f);

  /** Keeps the norm of clipped gradients below the limit, and the quotient finite; PyTorch's. */
  private static final double CLIP_EPSILON = 1e-6;

  public Regularization {
    TrainingException.require(
        weightDecay >= 0 && weightDecay <= 1, "weight-decay", weightDecay, "must be from 0 to 1");
    TrainingException.require(
        labelSmoothing >= 0 && labelSmoothing < 1,
        "label-smoothing",
        labelSmoothing,
        "must be from 0 and below 1");
    TrainingException.require(
        mixup == 0 || mixup >= 1e-3f && mixup <= 1e3f,
        "mixup",
        mixup,
        "must be 0, or from 0.001 to 1000");
    TrainingException.require(
        clipNorm >= 0 && clipNorm <= 1e6f, "clip-norm", clipNorm, "must be from 0 to 1e6");
  }

  /** Without mixing and clipping. */
  public Regularization(float weightDecay, float labelSmoothing) {
    this(weightDecay, labelSmoothing, 0f, 0f);
  }

  /** What gradients of this norm are multiplied by. */
  float gradientFactor(double norm) {
    return clipNorm == 0 ? 1f : (float) Math.min(1, clipNorm / (norm + CLIP_EPSILON));
  }
}
