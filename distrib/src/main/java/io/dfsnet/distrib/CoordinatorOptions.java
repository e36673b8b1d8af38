package io.dfsnet.distrib;

import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import java.time.Duration;

/**
 * How a coordinator uses its nodes.
 *
 * @param topology who computes a fused convolution
 * @param placement which node hosts which group; nodes are numbered in the order of their addresses
 * @param connect how long connecting to one node and greeting it may take
 * @param insecurePlaintext allows nodes on other machines, although nothing is encrypted or
 *     authenticated
 * @param socketBuffer bytes of the kernel's send and receive buffers of each connection, 0 to leave
 *     them to the system
 */
public record CoordinatorOptions(
    Topology topology,
    Placement placement,
    Duration connect,
    boolean insecurePlaintext,
    int socketBuffer,
    Limits limits) {

  public CoordinatorOptions {
    if (!connect.isPositive()) {
      throw new IllegalArgumentException("coordinator: connect must be positive, found " + connect);
    }
    if (socketBuffer < 0) {
      throw new IllegalArgumentException(
          "coordinator: socketBuffer must be 0 or more, found " + socketBuffer);
    }
  }

  /** Nodes on this machine. */
  public static CoordinatorOptions of(Topology topology, Placement placement) {
    return new CoordinatorOptions(
        topology, placement, Duration.ofSeconds(5), false, 0, Limits.DEFAULTS);
  }

  public CoordinatorOptions withConnect(Duration newConnect) {
    return new CoordinatorOptions(
        topology, placement, newConnect, insecurePlaintext, socketBuffer, limits);
  }

  /** Nodes that are reached over a network. */
  public CoordinatorOptions withInsecurePlaintext() {
    return new CoordinatorOptions(topology, placement, connect, true, socketBuffer, limits);
  }

  public CoordinatorOptions withSocketBuffer(int bytes) {
    return new CoordinatorOptions(topology, placement, connect, insecurePlaintext, bytes, limits);
  }

  public CoordinatorOptions withLimits(Limits newLimits) {
    return new CoordinatorOptions(
        topology, placement, connect, insecurePlaintext, socketBuffer, newLimits);
  }
}
