package io.dfsnet.dividefuse;

import io.dfsnet.engine.BlockDiagonal;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes the weights of a divided network from those of its trained original. */
final class Conversion {
  private Conversion() {}

  static Weights convert(Model original, Network divided) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Node node : divided.nodes()) {
      for (Parameter parameter : node.parameters()) {
        Tensor source = original.weights().get(parameter.name());
        tensors.put(parameter.name(), convert(node, original.network(), parameter, source));
      }
    }
    return new Weights(tensors);
  }

  private static Tensor convert(Node node, Network original, Parameter parameter, Tensor source) {
    if (source.shape().equals(parameter.shape())) {
      return source.copy();
    }
    if (node.op() instanceof Op.Conv2d conv
        && original.node(node.name()).op() instanceof Op.Conv2d whole
        && whole.withChannels(whole.inChannels(), whole.outChannels(), conv.groups()).equals(conv)
        && conv.groups() % whole.groups() == 0) {
      return diagonalBlocks(source, whole.groups(), conv.groups());
    }
    throw DivisionException.at(
        node,
        "'"
            + parameter.name()
            + "' is "
            + parameter.shape()
            + " here and "
            + source.shape()
            + " in the original; only a division of equal width (policy keep) can be converted,"
            + " others are trained from scratch");
  }

  /**
   * The weights of a grouped convolution, out of those of one in fewer groups that contain them.
   */
  static Tensor diagonalBlocks(Tensor weight, int from, int to) {
    int[] sizes = weight.shape().toArray();
    sizes[1] *= from;
    Shape denseShape = Shape.of(sizes);
    Tensor dense = Tensor.zeros(denseShape);
    new BlockDiagonal(denseShape, from).scatter(weight.data(), dense.data());
    var blocks = new BlockDiagonal(denseShape, to);
    Tensor grouped = Tensor.zeros(blocks.groupedShape());
    blocks.extract(dense.data(), grouped.data());
    return grouped;
  }
}
