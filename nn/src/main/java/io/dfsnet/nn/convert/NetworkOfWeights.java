package io.dfsnet.nn.convert;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter.Role;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** Finds out from weights what the name of an architecture leaves open. */
final class NetworkOfWeights {
  private NetworkOfWeights() {}

  /**
   * @param shortcut null for projections if there are any, else padding
   * @param image null for what the network usually reads
   * @throws io.dfsnet.nn.NetworkException if there is no such network
   */
  static Network create(Map<String, Tensor> tensors, String name, Shortcut shortcut, Shape image) {
    Shortcut kind = shortcut == null ? shortcut(tensors) : shortcut;
    Shape usual = image == null ? Models.image(name) : image;
    Network network = create(name, Models.classes(name), usual.size(0), usual, kind);
    // Whatever the counts are, the first and the last layer are the same nodes.
    int channels =
        size(tensors, network.nodes(), op -> op instanceof Op.Conv2d, 1).orElse(usual.size(0));
    int classes =
        size(
                tensors,
                network.nodes().reversed(),
                op -> op instanceof Op.Linear || op instanceof Op.Conv2d,
                0)
            .orElse(Models.classes(name));
    return create(name, classes, channels, usual, kind);
  }

  private static Network create(
      String name, int classes, int channels, Shape image, Shortcut shortcut) {
    return Models.create(name, classes, channels, image.size(1), image.size(2), shortcut);
  }

  private static Shortcut shortcut(Map<String, Tensor> tensors) {
    return tensors.keySet().stream().anyMatch(name -> name.contains(".downsample."))
        ? Shortcut.PROJECTION
        : Shortcut.PAD;
  }

  /** A size of the weight of the first node of a kind, if the weight is there and has the axis. */
  private static OptionalInt size(
      Map<String, Tensor> tensors, List<Node> nodes, Predicate<Op> kind, int axis) {
    Node first = nodes.stream().filter(node -> kind.test(node.op())).findFirst().orElseThrow();
    Tensor weight = tensors.get(first.parameter(Role.WEIGHT));
    return weight == null || weight.shape().rank() <= axis
        ? OptionalInt.empty()
        : OptionalInt.of(weight.shape().size(axis));
  }
}
