package io.dfsnet.nn.train;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import java.util.Map;

/**
 * Adam with decoupled weight decay ("Decoupled Weight Decay Regularization", Loshchilov and Hutter,
 * 2019), in PyTorch's form. With t the number of steps of this tensor, the present one among them:
 *
 * <pre>
 * w = w - rate * weightDecay * w     (weights of convolutions and linear layers only)
 * m = beta1 * m + (1 - beta1) * gradient
 * s = beta2 * s + (1 - beta2) * gradient * gradient        (m = s = 0 before the first step)
 * w = w - rate * (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon)
 * </pre>
 *
 * <p>Weights that had no gradient in some steps count only their own steps. The pace's momentum is
 * beta1, as in PyTorch's one-cycle schedule.
 */
final class AdamWDescent extends Descent {
  private static final String MEAN = "mean";
  private static final String SQUARE = "square";

  /** A float counts to 2^24, where both corrections have long become 1. */
  private static final String STEPS = "steps";

  private final double beta2;
  private final float epsilon;

  AdamWDescent(Optimizer.AdamW options, float weightDecay) {
    super(weightDecay);
    this.beta2 = options.beta2();
    this.epsilon = options.epsilon();
  }

  @Override
  Map<String, Shape> kinds(Shape weights) {
    return Map.of(MEAN, weights, SQUARE, weights, STEPS, Shape.of(1));
  }

  @Override
  void descend(String name, Tensor weights, float[] gradient, Pace pace, float decay) {
    float[] w = weights.data();
    float[] m = remembered(MEAN, name, weights);
    float[] s = remembered(SQUARE, name, weights);
    float[] steps = remembered(STEPS, name, weights);
    steps[0]++;
    double beta1 = pace.momentum();
    // StrictMath gives the same bits on every machine.
    double meanCorrection = 1 - StrictMath.pow(beta1, steps[0]);
    double squareCorrection = 1 - StrictMath.pow(beta2, steps[0]);
    float stepSize = (float) (pace.rate() / meanCorrection);
    float rootFactor = (float) (1 / StrictMath.sqrt(squareCorrection));
    float kept = (float) (1 - (double) pace.rate() * decay);
    float factor = pace.gradientFactor();
    float keepMean = (float) beta1;
    float addMean = (float) (1 - beta1);
    float keepSquare = (float) beta2;
    float addSquare = (float) (1 - beta2);
    for (int i = 0; i < w.length; i++) {
      float g = factor * gradient[i];
      m[i] = keepMean * m[i] + addMean * g;
      s[i] = keepSquare * s[i] + addSquare * g * g;
      float root = (float) Math.sqrt(s[i]) * rootFactor;
      w[i] = kept * w[i] - stepSize * m[i] / (root + epsilon);
    }
  }
}
