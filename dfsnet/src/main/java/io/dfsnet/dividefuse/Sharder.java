package io.dfsnet.dividefuse;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Op.Exchange.Kind;
import io.dfsnet.nn.Weights;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Cuts a divided network into one network per group, with {@link Op.Exchange} nodes where the
 * groups meet. A node keeps its name, and its weights are slices of the tensors of that name. What
 * a node becomes follows from how its input is spread over the groups:
 *
 * <table>
 * <caption>A shard's part of a network of G groups</caption>
 * <tr><td>convolution, 1 group, on the whole image<td>its 1/G of the filters
 * <tr><td>convolution, k * G groups, on divided maps<td>k groups, 1/G of the channels
 * <tr><td>convolution, 1 group, on divided maps<td>the fusion, see below
 * <tr><td>linear, G parts, on divided features<td>one part; the bias is in group 0's
 * <tr><td>linear on a whole vector<td>its 1/G of the output features; all, if G does not divide them
 * <tr><td>anything on a partial sum<td>reads the sum of all groups, an all-reduce
 * <tr><td>other operations<td>the same on 1/G of the channels
 * </table>
 *
 * The fusion, by topology:
 *
 * <pre>
 * PARALLEL   x.gather (all-gather) -> 1/G of the filters                     in every group
 * CENTRAL    x.gather (gather) -> the whole convolution -> x.scatter         in group 0
 *            x.gather (gather) ---------------------------> x.scatter        in the others
 * </pre>
 *
 * The batch norm behind a convolution belongs to it: it is scattered after both. A map that several
 * fused convolutions read is gathered once.
 */
public final class Sharder {
  private final Network divided;
  private final Topology topology;
  private final int groups;
  private final List<Network.Builder> shards;
  private final Map<String, Spread> spreads = new HashMap<>();

  /** Where a node's output is found in the shards, if not under its own name. */
  private final Map<String, String> renamed = new HashMap<>();

  /** The node that gathers a node's divided output. */
  private final Map<String, String> gathered = new HashMap<>();

  /** Batch norms that the root has computed ahead, together with a fused convolution. */
  private final Set<Node> scattered = new HashSet<>();

  private Sharder(Network divided, Topology topology) {
    this.divided = divided;
    this.topology = topology;
    this.groups = divided.groups();
    this.shards =
        IntStream.range(0, groups)
            .mapToObj(group -> Network.builder(divided.name() + "/" + group + "of" + groups))
            .toList();
  }

  /**
   * The shards of a divided network; of an undivided one, the network itself.
   *
   * @throws DivisionException if a node cannot be computed in groups; it names the node and the
   *     rule
   */
  public static Sharding shard(Network divided, Topology topology) {
    Division.requireGroups(divided.groups());
    if (divided.groups() == 1) {
      return new Sharding(topology, List.of(divided), Combine.SAME);
    }
    return new Sharder(divided, topology).shard();
  }

  /**
   * The weights of one shard: copies of slices of the whole network's.
   *
   * @param sharding of {@code divided}
   * @param group which shard
   * @throws io.dfsnet.nn.NetworkException if {@code whole} does not fit {@code divided}
   */
  public static Weights weights(Weights whole, Network divided, Sharding sharding, int group) {
    whole.requireFit(divided);
    return ShardWeights.slice(whole, sharding.shards().get(group), divided.groups(), group);
  }

  private Sharding shard() {
    for (Node node : divided.nodes()) {
      List<Spread> inputs = node.inputs().stream().map(spreads::get).toList();
      spreads.put(node.name(), Spread.of(node, groups, inputs));
      List<String> sources = node.inputs().stream().map(this::wholeOrOwn).toList();
      if (node.op() instanceof Op.Conv2d conv
          && conv.groups() == 1
          && inputs.getFirst() == Spread.DIVIDED) {
        fuse(node, conv, sources.getFirst());
      } else if (!scattered.contains(node)) {
        boolean apart = inputs.contains(Spread.DIVIDED);
        for (int group = 0; group < groups; group++) {
          shards.get(group).add(new Node(node.name(), own(node, apart, group), sources));
        }
      }
    }
    Combine combine =
        switch (spreads.get(divided.output().name())) {
          case PARTIAL -> Combine.SUM;
          case DIVIDED -> Combine.CONCAT;
          case REPLICATED -> Combine.SAME;
        };
    return new Sharding(topology, shards.stream().map(Network.Builder::build).toList(), combine);
  }

  /** The name under which a shard reads {@code input}; a partial sum is first made whole. */
  private String wholeOrOwn(String input) {
    if (spreads.get(input) == Spread.PARTIAL && !renamed.containsKey(input)) {
      exchange(input + ".reduce", Kind.ALL_REDUCE, divided.shape(input), input);
      renamed.put(input, input + ".reduce");
    }
    return renamed.getOrDefault(input, input);
  }

  private void fuse(Node node, Op.Conv2d conv, String source) {
    String input = node.inputs().getFirst();
    if (!gathered.containsKey(input)) {
      Kind kind = topology == Topology.PARALLEL ? Kind.ALL_GATHER : Kind.GATHER;
      gathered.put(input, exchange(node.name() + ".gather", kind, divided.shape(input), source));
    }
    switch (topology) {
      case PARALLEL -> {
        for (Network.Builder shard : shards) {
          shard.add(node.name(), filters(conv), gathered.get(input));
        }
      }
      case CENTRAL -> {
        Network.Builder root = shards.get(Op.Exchange.ROOT);
        root.add(node.name(), conv, gathered.get(input));
        Node last = foldedBatchNorm(node).orElse(node);
        if (last != node) {
          root.add(last);
          scattered.add(last);
        }
        String scatter = node.name() + ".scatter";
        for (int group = 0; group < groups; group++) {
          String from = group == Op.Exchange.ROOT ? last.name() : gathered.get(input);
          Shape slice = slice(divided.shape(last));
          shards.get(group).add(scatter, new Op.Exchange(Kind.SCATTER, groups, group, slice), from);
        }
        renamed.put(last.name(), scatter);
      }
    }
  }

  /**
   * The batch norm that alone reads a convolution. Inference folds it into the weights, which
   * changes bits; so it has to stay behind the convolution in the root too.
   */
  private Optional<Node> foldedBatchNorm(Node convolution) {
    List<Node> readers = divided.consumers(convolution);
    return readers.size() == 1 && readers.getFirst().op() instanceof Op.BatchNorm
        ? Optional.of(readers.getFirst())
        : Optional.empty();
  }

  /** Adds the exchange of a map of this whole shape to all shards, and returns its name. */
  private String exchange(String name, Kind kind, Shape whole, String source) {
    for (int group = 0; group < groups; group++) {
      boolean keepsOwn = kind == Kind.GATHER && group != Op.Exchange.ROOT;
      Shape output = keepsOwn ? slice(whole) : whole;
      shards.get(group).add(name, new Op.Exchange(kind, groups, group, output), source);
    }
    return name;
  }

  /**
   * A shard's own part of an operation that meets no other group.
   *
   * @param apart whether the node reads divided maps, hence 1/groups of the channels
   */
  private Op own(Node node, boolean apart, int group) {
    return switch (node.op()) {
      case Op.Conv2d conv when apart ->
          conv.withChannels(
              conv.inChannels() / groups, conv.outChannels() / groups, conv.groups() / groups);
      case Op.Conv2d conv -> filters(conv);
      case Op.BatchNorm norm when apart ->
          new Op.BatchNorm(norm.channels() / groups, norm.epsilon());
      case Op.PadShortcut pad when apart ->
          new Op.PadShortcut(pad.outChannels() / groups, pad.stride(), pad.groups() / groups);
      case Op.Linear linear when apart ->
          new Op.Linear(
              linear.inFeatures() / groups, linear.outFeatures(), linear.bias() && group == 0, 1);
      case Op.Linear linear when spreads.get(node.name()) == Spread.DIVIDED ->
          new Op.Linear(
              linear.inFeatures(), linear.outFeatures() / groups, linear.bias(), linear.parts());
      case Op.Input _,
          Op.BatchNorm _,
          Op.Relu _,
          Op.Relu6 _,
          Op.Add _,
          Op.MaxPool _,
          Op.AveragePool _,
          Op.GlobalAveragePool _,
          Op.Linear _,
          Op.Concat _,
          Op.ChannelSlice _,
          Op.ChannelShuffle _,
          Op.Flatten _,
          Op.PadShortcut _,
          Op.Exchange _ ->
          node.op();
    };
  }

  private Op.Conv2d filters(Op.Conv2d conv) {
    return conv.withChannels(conv.inChannels(), conv.outChannels() / groups, 1);
  }

  private Shape slice(Shape whole) {
    int[] sizes = whole.toArray();
    sizes[0] /= groups;
    return Shape.of(sizes);
  }
}
