package io.dfsnet.bench.peers;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Parameter;
import java.util.List;
import java.util.function.Function;

/**
 * The training step that all lanes take: mean cross-entropy of a batch, then gradient descent with
 * momentum,
 *
 * <pre>
 * v = {@value #MOMENTUM} v + gradient      w = w - {@value #RATE} v
 * </pre>
 *
 * over all trainable parameters, batch norms in training mode. The images and the starting weights
 * are those of {@link Values} and {@link Networks}.
 *
 * @param images {@code [batch, channels, height, width]}
 * @param labels one for each image
 */
record TrainingTask(Model model, int batch, float[] images, int[] labels) {
  static final float RATE = 0.05f;
  static final float MOMENTUM = 0.9f;

  static TrainingTask of(Work.Training work) {
    Model model = Networks.model(work.network());
    Network network = model.network();
    int classes = network.shape(network.output()).elements();
    return new TrainingTask(
        model,
        work.batch(),
        Networks.images(network, work.batch()),
        Values.labels(work.batch(), classes));
  }

  /** The parameters that a step changes, in the order in which lanes report their gradients. */
  List<Parameter> trainable() {
    return model.network().parameters().stream()
        .filter(parameter -> parameter.role().trainable())
        .toList();
  }

  /**
   * The gradients of the first step, one behind the other: what all lanes report as their result.
   * The parameters themselves would hide it, because a step changes only their last digits.
   *
   * @param gradients by the names of the parameters
   */
  float[] joined(Function<String, float[]> gradients) {
    float[] joined = {};
    for (Parameter parameter : trainable()) {
      joined = Values.join(joined, gradients.apply(parameter.name()));
    }
    return joined;
  }
}
