package io.dfsnet.distrib;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What connecting to one node took.
 *
 * @param groups that it hosts
 * @param shardBytes of their shard files
 * @param shardBytesSent how many of them had to be sent; the rest was in the node's cache
 */
public record NodeSetup(
    int rank,
    InetSocketAddress address,
    List<Integer> groups,
    long shardBytes,
    long shardBytesSent) {
  public NodeSetup {
    groups = List.copyOf(groups);
  }
}
