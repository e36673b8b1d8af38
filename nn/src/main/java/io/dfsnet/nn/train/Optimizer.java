package io.dfsnet.nn.train;

/**
 * How a gradient becomes a change of the weights. The choice only: {@link Descent} carries it out.
 */
public sealed interface Optimizer {

  /** How much of the earlier gradients' mean a step keeps, from 0 and below 1. */
  float momentum();

  /**
   * Stochastic gradient descent, see {@link SgdDescent}.
   *
   * @param momentum from 0 and below 1
   * @param nesterov whether a step looks ahead along the momentum; needs momentum
   */
  record Sgd(float momentum, boolean nesterov) implements Optimizer {
    public Sgd {
      TrainingException.require(
          momentum >= 0 && momentum < 1, "momentum", momentum, "must be from 0 and below 1");
      TrainingException.require(
          momentum > 0 || !nesterov, "momentum", momentum, "must be above 0 with Nesterov");
    }
  }

  /**
   * Steps scaled by each weight's own gradients, see {@link AdamWDescent}.
   *
   * @param beta1 how much of the gradients' mean is kept, from 0 and below 1
   * @param beta2 how much of the squared gradients' mean is kept, from 0 and below 1
   * @param epsilon keeps the divisor from being zero; above 0
   */
  record AdamW(float beta1, float beta2, float epsilon) implements Optimizer {
    /** The values of the paper and of PyTorch. */
    public static final AdamW DEFAULTS = new AdamW(0.9f, 0.999f, 1e-8f);

    public AdamW {
      TrainingException.require(
          beta1 >= 0 && beta1 < 1, "beta1", beta1, "must be from 0 and below 1");
      TrainingException.require(
          beta2 >= 0 && beta2 < 1, "beta2", beta2, "must be from 0 and below 1");
      TrainingException.require(
          epsilon > 0 && epsilon <= 1, "epsilon", epsilon, "must be above 0 and at most 1");
    }

    @Override
    public float momentum() {
      return beta1;
    }
  }
}
