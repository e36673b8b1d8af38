package io.dfsnet.dividefuse;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Costs;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Op.Exchange.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a divided network costs for one image, in total and on every node. Parameters are what is
 * trained (convolutions, scale and shift of batch norms, linear layers with bias); MACs are those
 * of convolutions and linear layers; bytes are those of fp32 values, without the headers of
 * messages.
 *
 * <p>Traffic follows from the shards' exchanges and the placement. Groups on one node exchange for
 * free; what a node needs of a remote group it receives once, however many groups it hosts; every
 * receiver is sent a copy of its own (unicast). For a map of E bytes in G groups on as many nodes:
 *
 * <table>
 * <caption>Bytes of one fusion</caption>
 * <tr><th>topology<th>received by<th>on the wire
 * <tr><td>parallel<td>every node: (G-1)/G * E<td>(G-1) * E
 * <tr><td>central<td>group 0's: (G-1)/G * E; every other: 1/G of the convolution's output
 *     <td>(G-1)/G * (E + the output's bytes)
 * </table>
 *
 * @param parameters trained values of the whole network
 * @param macs multiply-accumulates of the whole network
 * @param weightBytes all tensors of the whole network, running statistics included
 * @param nodes in their order
 * @param exchanges in the order in which they happen
 */
public record CostModel(
    Topology topology,
    Placement placement,
    long parameters,
    long macs,
    long weightBytes,
    List<NodeCost> nodes,
    List<ExchangeCost> exchanges) {

  /** Bytes that one node sends to, and receives from, other nodes. */
  public record Traffic(long sent, long received) {
    Traffic plus(Traffic other) {
      return new Traffic(sent + other.sent, received + other.received);
    }
  }

  /**
   * One node's share.
   *
   * @param groups that it hosts
   * @param exchanged in all exchanges
   * @param imageBytes that it receives before the first layer
   * @param logitsBytes that it sends after the last, one output for each group that has one
   */
  public record NodeCost(
      List<Integer> groups,
      long parameters,
      long macs,
      long weightBytes,
      Traffic exchanged,
      long imageBytes,
      long logitsBytes) {}

  /**
   * One meeting of the groups.
   *
   * @param node the name of the exchange in the shards
   * @param traffic of every node, in their order
   */
  public record ExchangeCost(String node, Kind kind, List<Traffic> traffic) {
    /** Bytes that leave a node, counted once for every receiver. */
    public long wireBytes() {
      return traffic.stream().mapToLong(Traffic::sent).sum();
    }
  }

  public CostModel {
    nodes = List.copyOf(nodes);
    exchanges = List.copyOf(exchanges);
  }

  /**
   * The costs of a divided network.
   *
   * @throws DivisionException if the placement is for another number of groups
   */
  public static CostModel of(Network divided, Topology topology, Placement placement) {
    if (placement.groups() != divided.groups()) {
      throw new DivisionException(
          "placement: has "
              + placement.groups()
              + " groups, network '"
              + divided.name()
              + "' has "
              + divided.groups());
    }
    Sharding sharding = Sharder.shard(divided, topology);
    List<ExchangeCost> exchanges = exchanges(sharding, placement);
    return new CostModel(
        topology,
        placement,
        Costs.parameters(divided),
        Costs.macs(divided),
        weightBytes(divided),
        IntStream.range(0, placement.nodes())
            .mapToObj(node -> nodeCost(node, sharding, placement, exchanges))
            .toList(),
        exchanges);
  }

  /** The costs with every group on a node of its own. */
  public static CostModel of(Network divided, Topology topology) {
    return of(divided, topology, Placement.even(divided.groups(), divided.groups()));
  }

  /**
   * The rule of thumb for a central fusion that the literature compares topologies with: a map of E
   * bytes goes to the centre and a map of E bytes comes back, 2 (G-1)/G * E on the wire. The result
   * is smaller than the input where the convolution has a stride, so {@link #wireBytes} with {@link
   * Topology#CENTRAL}, what sockets carry, is exact and this is not.
   */
  public static long centralWireBytesRule(Network divided) {
    Network shard = Sharder.shard(divided, Topology.PARALLEL).shards().getFirst();
    return exchangeNodes(shard).stream()
        .filter(node -> ((Op.Exchange) node.op()).kind() == Kind.ALL_GATHER)
        .mapToLong(node -> 2 * (divided.groups() - 1) * inputBytes(shard, node))
        .sum();
  }

  /** Bytes of all exchanges that leave a node, counted once for every receiver. */
  public long wireBytes() {
    return exchanges.stream().mapToLong(ExchangeCost::wireBytes).sum();
  }

  /** The most bytes that any node receives in all exchanges. */
  public long busiestReceivedBytes() {
    return nodes.stream().mapToLong(node -> node.exchanged().received()).max().orElseThrow();
  }

  private static NodeCost nodeCost(
      int node, Sharding sharding, Placement placement, List<ExchangeCost> exchanges) {
    List<Integer> groups = placement.groupsOn(node);
    List<Network> hosted = groups.stream().map(sharding.shards()::get).toList();
    long logits = 0;
    for (int group : groups) {
      if (sharding.combine() != Combine.SAME || group == 0) {
        Network shard = sharding.shards().get(group);
        logits += bytes(shard.shape(shard.output()));
      }
    }
    return new NodeCost(
        groups,
        hosted.stream().mapToLong(Costs::parameters).sum(),
        hosted.stream().mapToLong(Costs::macs).sum(),
        hosted.stream().mapToLong(CostModel::weightBytes).sum(),
        exchanges.stream()
            .map(exchange -> exchange.traffic().get(node))
            .reduce(new Traffic(0, 0), Traffic::plus),
        bytes(hosted.getFirst().shape(hosted.getFirst().input())),
        logits);
  }

  private static List<ExchangeCost> exchanges(Sharding sharding, Placement placement) {
    List<ExchangeCost> costs = new ArrayList<>();
    List<List<Node>> byShard = sharding.shards().stream().map(CostModel::exchangeNodes).toList();
    for (int index = 0; index < byShard.getFirst().size(); index++) {
      costs.add(exchange(index, byShard, sharding, placement));
    }
    return costs;
  }

  private static ExchangeCost exchange(
      int index, List<List<Node>> byShard, Sharding sharding, Placement placement) {
    long[] sent = new long[placement.nodes()];
    long[] received = new long[placement.nodes()];
    Node first = byShard.getFirst().get(index);
    Kind kind = ((Op.Exchange) first.op()).kind();
    int root = placement.node(Op.Exchange.ROOT);
    for (int group = 0; group < sharding.groups(); group++) {
      Network shard = sharding.shards().get(group);
      Node node = byShard.get(group).get(index);
      int here = placement.node(group);
      for (int there = 0; there < placement.nodes(); there++) {
        long bytes =
            switch (kind) {
              case ALL_GATHER, ALL_REDUCE -> inputBytes(shard, node);
              case GATHER -> there == root ? inputBytes(shard, node) : 0;
              case SCATTER -> 0;
            };
        move(here, there, bytes, sent, received);
      }
      if (kind == Kind.SCATTER) {
        move(root, here, bytes(shard.shape(node)), sent, received);
      }
    }
    return new ExchangeCost(
        first.name(),
        kind,
        IntStream.range(0, placement.nodes())
            .mapToObj(node -> new Traffic(sent[node], received[node]))
            .toList());
  }

  private static void move(int from, int to, long bytes, long[] sent, long[] received) {
    if (from != to) {
      sent[from] += bytes;
      received[to] += bytes;
    }
  }

  private static List<Node> exchangeNodes(Network shard) {
    return shard.nodes().stream().filter(node -> node.op() instanceof Op.Exchange).toList();
  }

  private static long inputBytes(Network network, Node node) {
    return bytes(network.shape(node.inputs().getFirst()));
  }

  private static long weightBytes(Network network) {
    return Float.BYTES * network.nodes().stream().mapToLong(Costs::storedValues).sum();
  }

  private static long bytes(Shape shape) {
    return (long) Float.BYTES * shape.elements();
  }
}
