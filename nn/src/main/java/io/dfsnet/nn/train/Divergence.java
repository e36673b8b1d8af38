package io.dfsnet.nn.train;

import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.autograd.Variable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Looks for the layer at which a step went wrong. It looks only after the loss or the gradients'
 * norm was found not to be finite: both are known anyway, and what is wrong anywhere reaches them.
 *
 * @param epoch counted from 1
 * @param step counted from 1
 */
record Divergence(int epoch, int step) {

  /** A loss that is not finite: the first output on the way forward that is not. */
  DivergenceException ofLoss(double loss, SequencedMap<String, Variable> outputs) {
    String found = "the loss is " + loss;
    for (var output : outputs.entrySet()) {
      Float wrong = firstNotFinite(output.getValue().value());
      if (wrong != null) {
        String layer = output.getKey();
        return exception(found, "the output of '" + layer + "' holds " + wrong + " first", layer);
      }
    }
    String last = outputs.lastEntry().getKey();
    return exception(found, "all outputs are finite, that of '" + last + "' too", last);
  }

  /** A norm that is not finite: the first gradient on the way back that is not. */
  DivergenceException ofGradients(double norm, Map<String, Variable> leaves) {
    String found = "the norm of the gradients is " + norm;
    for (var leaf : new LinkedHashMap<>(leaves).sequencedEntrySet().reversed()) {
      Tensor gradient = leaf.getValue().gradient();
      Float wrong = gradient == null ? null : firstNotFinite(gradient);
      if (wrong != null) {
        String name = leaf.getKey();
        return exception(
            found, "the gradient of '" + name + "' holds " + wrong + " first", node(name));
      }
    }
    throw new IllegalStateException("training: " + found + " though all gradients are finite");
  }

  /**
   * Checks weights that no later loss will show.
   *
   * @throws DivergenceException naming the first that are not finite
   */
  void requireFinite(Map<String, Tensor> weights) {
    weights.forEach(
        (name, tensor) -> {
          Float wrong = firstNotFinite(tensor);
          if (wrong != null) {
            throw exception(
                "weights are no longer finite", "'" + name + "' holds " + wrong, node(name));
          }
        });
  }

  private DivergenceException exception(String found, String where, String layer) {
    return new DivergenceException(found, where, layer, epoch, step);
  }

  private static Float firstNotFinite(Tensor tensor) {
    for (float value : tensor.data()) {
      if (!Float.isFinite(value)) {
        return value;
      }
    }
    return null;
  }

  /** The node of a tensor, which is named {@code NODE.SUFFIX}. */
  private static String node(String tensor) {
    int dot = tensor.lastIndexOf('.');
    return dot < 0 ? tensor : tensor.substring(0, dot);
  }
}
