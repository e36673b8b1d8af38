package io.dfsnet.bench.peers;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Parameter;
import java.util.List;
import java.util.Map;

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
        Values.uniform("images", network.shape(network.input()).prepend(work.batch()).elements()),
        Values.labels(work.batch(), classes));
  }

  /** The parameters that a step changes, in the order in which lanes report them. */
  List<Parameter> trainable() {
    return model.network().parameters().stream()
        .filter(parameter -> parameter.role().trainable())
        .toList();
  }

  /**
   * How a step changed the parameters: what all lanes report as their result.
   *
   * @param after the values behind the first step, by name
   */
  float[] changes(Map<String, float[]> after) {
    float[] changes = {};
    for (Parameter parameter : trainable()) {
      float[] now = after.get(parameter.name()).clone();
      Tensor before = model.weights().get(parameter.name());
      for (int i = 0; i < now.length; i++) {
        now[i] -= before.data()[i];
      }
      changes = Values.join(changes, now);
    }
    return changes;
  }
}
