package io.dfsnet.nn.train;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import java.util.Map;

/**
 * Stochastic gradient descent with momentum, in PyTorch's form:
 *
 * <pre>
 * g = gradient + weightDecay * w     (weights of convolutions and linear layers only)
 * v = momentum * v + g               (v = 0 before the first step)
 * w = w - rate * v                   plain
 * w = w - rate * (g + momentum * v)  Nesterov
 * </pre>
 */
final class SgdDescent extends Descent {
  private static final String VELOCITY = "velocity";

  private final boolean nesterov;

  SgdDescent(Optimizer.Sgd options, float weightDecay) {
    super(weightDecay);
    this.nesterov = options.nesterov();
  }

  @Override
  Map<String, Shape> kinds(Shape weights) {
    return Map.of(VELOCITY, weights);
  }

  @Override
  void descend(String name, Tensor weights, float[] gradient, Pace pace, float decay) {
    float[] w = weights.data();
    float[] v = remembered(VELOCITY, name, weights);
    float rate = pace.rate();
    float momentum = pace.momentum();
    float factor = pace.gradientFactor();
    // What is subtracted is direct * g + indirect * v.
    float direct = nesterov ? 1f : 0f;
    float indirect = nesterov ? momentum : 1f;
    for (int i = 0; i < w.length; i++) {
      float g = factor * gradient[i] + decay * w[i];
      v[i] = momentum * v[i] + g;
      w[i] -= rate * (direct * g + indirect * v[i]);
    }
  }
}
