package io.dfsnet.dividefuse;

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
   * The weights {@code [out, in / to, ...]} between channels of one group, out of {@code [out, in /
   * from, ...]}; {@code to} is a multiple of {@code from}.
   *
   * <pre>
   *          in                in / 2
   *      A A . .                A A
   * out  A A . .   1 -> 2  out  A A
   *      . . B B                B B
   *      . . B B                B B
   * </pre>
   */
  static Tensor diagonalBlocks(Tensor weight, int from, int to) {
    int[] sizes = weight.shape().toArray();
    int out = sizes[0];
    int wide = sizes[1];
    int narrow = wide * from / to;
    int taps = weight.shape().elements() / (out * wide);
    sizes[1] = narrow;
    Tensor blocks = Tensor.zeros(Shape.of(sizes));
    for (int o = 0; o < out; o++) {
      int block = o / (out / to) % (to / from);
      int source = (o * wide + block * narrow) * taps;
      System.arraycopy(weight.data(), source, blocks.data(), o * narrow * taps, narrow * taps);
    }
    return blocks;
  }
}
