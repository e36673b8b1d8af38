package io.dfsnet.nn;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.InvertedResidual;
import io.dfsnet.engine.ScratchMemory;
import io.dfsnet.engine.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The convolutions of a network for a number of images. Steps run one after another, so equal ones
 * share one plan and its scratch memory, and blocks that run as one share {@link ScratchMemory}.
 */
final class PlannedConvolutions {
  private final Network network;
  private final int images;
  private final int threads;
  private final ScratchMemory memory = new ScratchMemory();
  private final Map<Conv2dGeometry, Convolution> plans = new HashMap<>();
  private final Map<List<Conv2dGeometry>, Optional<InvertedResidual>> fused = new HashMap<>();

  /**
   * @param threads that will share the work
   */
  PlannedConvolutions(Network network, int images, int threads) {
    this.network = network;
    this.images = images;
    this.threads = threads;
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
   * The plan of two or three nodes that run as one, each reading what the one before it writes.
   *
   * @return empty if they are no such convolutions, or faster one after the other
   */
  Optional<InvertedResidual> fused(List<Node> nodes) {
    if (!nodes.stream().allMatch(node -> node.op() instanceof Op.Conv2d)) {
      return Optional.empty();
    }
    return fused.computeIfAbsent(
        nodes.stream().map(this::geometry).toList(),
        _ -> InvertedResidual.of(nodes.stream().map(this::of).toList(), threads, memory));
  }

  private Conv2dGeometry geometry(Node node) {
    Shape image = network.shape(node.inputs().getFirst());
    return ((Op.Conv2d) node.op()).geometry(images, image.size(1), image.size(2));
  }
}
