package io.dfsnet.nn.train;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.engine.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradient descent under way: changes weights, one tensor at a time, and remembers what it needs of
 * the steps before, by the names of the weights. So networks that share weights share the memory of
 * them, and weights without a gradient in some step keep their value and their memory.
 *
 * <p>The memory is tensors named {@code KIND.NAME}, for example {@code velocity.conv1.weight}.
 */
public abstract sealed class Descent permits SgdDescent, AdamWDescent {
  private final float weightDecay;
  private final Map<String, Tensor> memory = new LinkedHashMap<>();

  Descent(float weightDecay) {
    this.weightDecay = weightDecay;
  }

  /**
   * @param weightDecay what weights of convolutions and linear layers shrink by, per rate
   */
  public static Descent of(Optimizer optimizer, float weightDecay) {
    return switch (optimizer) {
      case Optimizer.Sgd sgd -> new SgdDescent(sgd, weightDecay);
      case Optimizer.AdamW adamW -> new AdamWDescent(adamW, weightDecay);
    };
  }

  /**
   * One step for one tensor, in place.
   *
   * @param name under which the memory is kept
   * @throws ShapeException if the gradient, or the memory of that name, has another shape
   */
  public final void step(String name, Tensor weights, Tensor gradient, Pace pace) {
    requireShape("the gradient of '" + name + "'", weights.shape(), gradient);
    float decay = decays(weights) ? weightDecay : 0f;
    descend(name, weights, gradient.data(), pace, decay);
  }

  /**
   * Changes the weights.
   *
   * @param decay what these weights shrink by, per rate
   */
  abstract void descend(String name, Tensor weights, float[] gradient, Pace pace, float decay);

  /** The kinds of tensors that are remembered of weights of this shape, each with its shape. */
  abstract Map<String, Shape> kinds(Shape weights);

  /** A tensor of the memory, zeros at first. */
  final float[] remembered(String kind, String name, Tensor weights) {
    Shape shape = kinds(weights.shape()).get(kind);
    String key = kind + "." + name;
    Tensor tensor = memory.computeIfAbsent(key, first -> Tensor.zeros(shape));
    requireShape("'" + key + "'", shape, tensor);
    return tensor.data();
  }

  /** Everything that is remembered, by kind and name; a view that cannot be changed. */
  final Map<String, Tensor> memory() {
    return Collections.unmodifiableMap(memory);
  }

  /** Continues from the memory of another instance, which is copied. */
  final void restore(Map<String, Tensor> saved) {
    memory.clear();
    saved.forEach((key, tensor) -> memory.put(key, tensor.copy()));
  }

  /** Adds what in a saved memory is not of this descent, or not of these weights. */
  final void compare(
      Map<String, Tensor> saved, Map<String, Tensor> weights, List<String> differences) {
    saved.forEach(
        (key, tensor) -> {
          int dot = key.indexOf('.');
          Tensor remembered = weights.get(key.substring(dot + 1));
          String kind = key.substring(0, Math.max(dot, 0));
          if (remembered == null || !tensor.shape().equals(kinds(remembered.shape()).get(kind))) {
            differences.add("memory '" + key + "' " + tensor.shape() + " without a counterpart");
            return;
          }
          kinds(remembered.shape()).keySet().stream()
              .map(other -> other + key.substring(dot))
              .filter(other -> !saved.containsKey(other))
              .forEach(other -> differences.add("memory '" + key + "' without '" + other + "'"));
        });
  }

  /**
   * Weights of convolutions and linear layers are the only tensors with more than one axis; biases
   * and the parameters of batch norms have one and are not decayed.
   */
  private static boolean decays(Tensor weights) {
    return weights.shape().rank() > 1;
  }

  private static void requireShape(String what, Shape wanted, Tensor found) {
    if (!found.shape().equals(wanted)) {
      throw new ShapeException("descent", what + " is " + found.shape() + ", not " + wanted);
    }
  }
}
