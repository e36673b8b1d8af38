package io.dfsnet.nn;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.ExpandedDepthwise;
import io.dfsnet.engine.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The convolutions of a network for a number of images. Steps run one after another, so equal ones
 * share one plan and its scratch memory.
 */
final class PlannedConvolutions {
  private final Network network;
  private final int images;
  private final Map<Conv2dGeometry, Convolution> plans = new HashMap<>();
  private final Map<Pair, Optional<ExpandedDepthwise>> pairs = new HashMap<>();

  private record Pair(Conv2dGeometry expansion, Conv2dGeometry depthwise) {}

  PlannedConvolutions(Network network, int images) {
    this.network = network;
    this.images = images;
  }

  /** How many images the plans are for. */
  int images() {
    return images;
  }

  /** The plan of a convolution node. */
  Convolution of(Node node) {
    return plans.computeIfAbsent(geometry(node), Convolution::of);
  }

  /**
   * The plan of two nodes that run as one.
   *
   * @return empty if they are no such convolutions, or faster one after the other
   */
  Optional<ExpandedDepthwise> pair(Node first, Node second) {
    if (!(first.op() instanceof Op.Conv2d && second.op() instanceof Op.Conv2d)) {
      return Optional.empty();
    }
    return pairs.computeIfAbsent(
        new Pair(geometry(first), geometry(second)),
        _ -> ExpandedDepthwise.of(of(first), of(second)));
  }

  private Conv2dGeometry geometry(Node node) {
    Shape image = network.shape(node.inputs().getFirst());
    return ((Op.Conv2d) node.op()).geometry(images, image.size(1), image.size(2));
  }
}
