package io.dfsnet.nn.train;

import io.dfsnet.engine.ShapeException;
import io.dfsnet.engine.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
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
 *
 * <p>The velocity v is kept by the name of the weights, so networks that share weights share their
 * velocity. Weights without a gradient in some step keep their value and their velocity.
 */
public final class Sgd {
  private final float momentum;
  private final boolean nesterov;
  private final float weightDecay;
  private final Map<String, Tensor> velocities = new LinkedHashMap<>();

  public Sgd(float momentum, boolean nesterov, float weightDecay) {
    this.momentum = momentum;
    this.nesterov = nesterov;
    this.weightDecay = weightDecay;
  }

  /**
   * One step for one tensor, in place.
   *
   * @param name under which the velocity is kept
   * @throws ShapeException if the gradient, or the velocity of that name, has another shape
   */
  public void step(String name, Tensor weights, Tensor gradient, float rate) {
    Tensor velocity = velocities.computeIfAbsent(name, first -> Tensor.zeros(weights.shape()));
    requireShape(name, "gradient", weights, gradient);
    requireShape(name, "velocity", weights, velocity);
    float decay = decays(weights) ? weightDecay : 0f;
    descend(weights.data(), gradient.data(), velocity.data(), rate, decay);
  }

  /** The velocity of every tensor stepped so far, by name; a view that cannot be changed. */
  Map<String, Tensor> velocities() {
    return Collections.unmodifiableMap(velocities);
  }

  /** Continues from velocities that another instance had, which are copied. */
  void restore(Map<String, Tensor> saved) {
    velocities.clear();
    saved.forEach((name, velocity) -> velocities.put(name, velocity.copy()));
  }

  /**
   * Weights of convolutions and linear layers are the only tensors with more than one axis; biases
   * and the parameters of batch norms have one and are not decayed.
   */
  private static boolean decays(Tensor weights) {
    return weights.shape().rank() > 1;
  }

  private void descend(float[] w, float[] gradient, float[] v, float rate, float decay) {
    // What is subtracted is direct * g + indirect * v.
    float direct = nesterov ? 1f : 0f;
    float indirect = nesterov ? momentum : 1f;
    for (int i = 0; i < w.length; i++) {
      float g = gradient[i] + decay * w[i];
      v[i] = momentum * v[i] + g;
      w[i] -= rate * (direct * g + indirect * v[i]);
    }
  }

  private static void requireShape(String name, String what, Tensor weights, Tensor other) {
    if (!other.shape().equals(weights.shape())) {
      throw new ShapeException(
          "sgd",
          "the " + what + " of '" + name + "' is " + other.shape() + ", not " + weights.shape());
    }
  }
}
