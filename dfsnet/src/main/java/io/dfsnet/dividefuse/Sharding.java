package io.dfsnet.dividefuse;

import io.dfsnet.nn.Network;
import java.util.List;

/**
 * A divided network cut into one network per group.
 *
 * @param shards in the order of the groups; they hold the same sequence of exchanges
 * @param combine how their outputs become the network's
 */
public record Sharding(Topology topology, List<Network> shards, Combine combine) {
  public Sharding {
    shards = List.copyOf(shards);
  }

  /** How many shards there are. */
  public int groups() {
    return shards.size();
  }
}
