package io.dfsnet.distrib;

import java.time.Duration;
import java.util.List;

/**
 * What the network says about one image: the bits that one process would give.
 *
 * @param logits the network's output
 * @param latency from the call to the combined output
 * @param nodes what it cost each node, in the order of the ranks
 */
public record Answer(float[] logits, Duration latency, List<NodeReport> nodes) {
  public Answer {
    nodes = List.copyOf(nodes);
  }
}
