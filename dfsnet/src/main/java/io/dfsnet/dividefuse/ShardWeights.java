package io.dfsnet.dividefuse;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/** Cuts a shard's weights out of the whole network's. */
final class ShardWeights {
  private ShardWeights() {}

  /**
   * Slices by comparing the shapes that the shard's node and the whole network's node of the same
   * name ask for: fewer rows (filters, channels, output features) or, for a linear layer's part,
   * fewer columns (input features).
   */
  static Weights slice(Weights whole, Network shard, int groups, int group) {
    Map<String, Tensor> slices = new LinkedHashMap<>();
    for (Node node : shard.nodes()) {
      for (Parameter parameter : node.parameters()) {
        Tensor tensor = whole.get(parameter.name());
        slices.put(parameter.name(), slice(tensor, parameter, groups, group));
      }
    }
    return new Weights(slices);
  }

  private static Tensor slice(Tensor whole, Parameter part, int groups, int group) {
    Shape shape = part.shape();
    if (shape.equals(whole.shape())) {
      return whole.copy();
    }
    boolean rows = shape.size(0) < whole.shape().size(0);
    Tensor slice = Tensor.zeros(shape);
    if (rows) {
      int length = shape.elements();
      System.arraycopy(whole.data(), group * length, slice.data(), 0, length);
    } else {
      int columns = shape.size(1);
      for (int row = 0; row < shape.size(0); row++) {
        int source = (row * groups + group) * columns;
        System.arraycopy(whole.data(), source, slice.data(), row * columns, columns);
      }
    }
    return slice;
  }
}
