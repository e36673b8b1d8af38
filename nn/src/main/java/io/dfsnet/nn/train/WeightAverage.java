package io.dfsnet.nn.train;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Weights;
import java.util.Map;

/**
 * An exponential moving average of weights, running statistics among them, as of Polyak averaging:
 *
 * <pre>
 * d       = min(decay, (1 + t) / (10 + t))         after step t, counted from 1
 * average = d * average + (1 - d) * weights        the weights themselves before the first step
 * </pre>
 *
 * <p>The smaller decay of the first steps, as TensorFlow's average has it, soon forgets the fresh
 * weights, which say nothing.
 */
final class WeightAverage {
  private final Weights weights;
  private final float decay;
  private final Weights average;

  WeightAverage(Weights weights, float decay) {
    this.weights = weights;
    this.decay = decay;
    this.average = weights.copy();
  }

  /** The average; changes with every step. */
  Weights average() {
    return average;
  }

  /**
   * Takes in the weights after a step.
   *
   * @param step counted from 1
   */
  void add(long step) {
    float kept = (float) Math.min(decay, (1.0 + step) / (10.0 + step));
    average
        .tensors()
        .forEach((name, tensor) -> move(tensor.data(), weights.get(name).data(), 1 - kept));
  }

  private static void move(float[] average, float[] weights, float part) {
    for (int i = 0; i < average.length; i++) {
      average[i] += part * (weights[i] - average[i]);
    }
  }

  /** Continues from a saved average, which is copied. */
  void restore(Map<String, Tensor> saved) {
    average.set(saved);
  }
}
