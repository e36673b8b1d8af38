package io.dfsnet.nn;

import io.dfsnet.engine.Shape;

/**
 * The reader that tells what a network costs: parameters as the literature counts them, and
 * multiply-accumulates (MACs) for one image.
 *
 * <p>MACs are those of convolutions and linear layers, taps on the border included. Batch norms are
 * folded into convolutions before inference, and what is left (additions, pooling) is small beside.
 */
public final class Costs {
  private Costs() {}

  /** Multiply-accumulates of one node for one image. */
  public static long macs(Network network, Node node) {
    return switch (node.op()) {
      case Op.Conv2d conv -> {
        Shape map = network.shape(node.inputs().getFirst());
        yield conv.geometry(1, map.size(1), map.size(2)).macs();
      }
      case Op.Linear linear -> (long) linear.inFeatures() * linear.outFeatures();
      case Op.Input _,
          Op.BatchNorm _,
          Op.Relu _,
          Op.Relu6 _,
          Op.Add _,
          Op.MaxPool _,
          Op.AveragePool _,
          Op.GlobalAveragePool _,
          Op.Concat _,
          Op.ChannelSlice _,
          Op.ChannelShuffle _,
          Op.Flatten _,
          Op.PadShortcut _,
          Op.Exchange _ ->
          0;
    };
  }

  /** Multiply-accumulates of the whole network for one image. */
  public static long macs(Network network) {
    return network.nodes().stream().mapToLong(node -> macs(network, node)).sum();
  }

  /** How many values of one node are trained; what the literature calls its parameters. */
  public static long parameters(Node node) {
    return values(node, true);
  }

  /** How many values of the whole network are trained. */
  public static long parameters(Network network) {
    return network.nodes().stream().mapToLong(Costs::parameters).sum();
  }

  /** How many values one node stores: those that are trained, and running statistics. */
  public static long storedValues(Node node) {
    return values(node, false);
  }

  private static long values(Node node, boolean trainableOnly) {
    return node.parameters().stream()
        .filter(parameter -> !trainableOnly || parameter.role().trainable())
        .mapToLong(parameter -> parameter.shape().elements())
        .sum();
  }
}
