package io.dfsnet.dividefuse;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Weights;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Divides a network: the same graph, with the same node names, computed in channel groups.
 *
 * <table>
 * <caption>What becomes of each operation in G groups</caption>
 * <tr><td>convolution that reads the image<td>dense; every group computes its own filters
 * <tr><td>convolution at a fused position<td>dense
 * <tr><td>other convolutions<td>in G groups; with groups of its own, in the fewest that refine both;
 *     depthwise stays depthwise
 * <tr><td>padding shortcut<td>pads inside each of G groups
 * <tr><td>linear layer on divided features<td>sums in G parts
 * <tr><td>joining and slicing maps, channel shuffle<td>refused: they move channels to other groups
 * <tr><td>the rest<td>works on each channel alone
 * </table>
 *
 * Widths follow the {@link WidthPolicy}; only the image's channels and the outputs of the
 * classifier keep their count.
 */
public final class Divider {
  private final Network original;
  private final Division division;
  private final Set<String> dense;
  private final Set<String> classifiers;
  private final Network.Builder divided;
  private final Map<String, Spread> spreads = new HashMap<>();

  private Divider(Network original, Division division, Set<String> dense) {
    this.original = original;
    this.division = division;
    this.dense = dense;
    this.classifiers = classifiers(original);
    this.divided = Network.builder(original.name(), division.groups());
  }

  /**
   * The divided network.
   *
   * @throws DivisionException if the network is divided already, a fused position does not exist,
   *     or a node cannot be divided; it names the node, the rule and the mend
   */
  public static Network divide(Network original, Division division) {
    requireUndivided(original);
    List<Position> positions = Positions.of(original);
    Set<String> fused = new HashSet<>();
    for (int index : division.fused()) {
      if (index < 0 || index >= positions.size()) {
        throw new DivisionException(
            "network '"
                + original.name()
                + "': position "
                + index
                + " does not exist; it has "
                + (positions.isEmpty() ? "none" : "0 to " + (positions.size() - 1)));
      }
      fused.add(positions.get(index).convolution());
    }
    return new Divider(original, division, fused).divide();
  }

  /**
   * Exact tensor parallelism, the other end of the scale: every convolution stays dense, so the
   * network computes what the original does, with the original's weights, and the groups exchange
   * the input of every one of them. Only the linear layer sums in another order.
   *
   * @throws DivisionException as {@link #divide} does
   */
  public static Network tensorParallel(Network original, int groups) {
    requireUndivided(original);
    Division.requireGroups(groups);
    Set<String> undivided =
        original.nodes().stream()
            .filter(node -> node.op() instanceof Op.Conv2d conv && conv.groups() % groups != 0)
            .map(Node::name)
            .collect(Collectors.toSet());
    return new Divider(original, Division.keep(groups, List.of()), undivided).divide();
  }

  /**
   * Weights for a divided network from the trained original: of a convolution that was divided the
   * blocks on its diagonal, the weights between channels of one group; of everything else a copy.
   *
   * @param divided {@code original.network()} divided with {@link WidthPolicy#KEEP}
   * @throws DivisionException if it was divided otherwise
   */
  public static Weights convert(Model original, Network divided) {
    return Conversion.convert(original, divided);
  }

  private Network divide() {
    if (division.groups() == 1) {
      return original;
    }
    for (Node node : original.nodes()) {
      List<Spread> inputs = node.inputs().stream().map(spreads::get).toList();
      Node rebuilt = new Node(node.name(), rebuild(node, inputs), node.inputs());
      spreads.put(node.name(), Spread.of(rebuilt, division.groups(), inputs));
      divided.add(rebuilt);
    }
    return divided.build();
  }

  private Op rebuild(Node node, List<Spread> inputs) {
    return switch (node.op()) {
      case Op.Conv2d conv -> convolution(node, conv, inputs.getFirst());
      case Op.BatchNorm norm -> new Op.BatchNorm(inChannels(node), norm.epsilon());
      case Op.Linear linear -> linear(node, linear, inputs.getFirst());
      case Op.PadShortcut pad -> padShortcut(node, pad, inputs.getFirst());
      case Op.Input _,
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
          Op.Exchange _ ->
          node.op();
    };
  }

  private Op convolution(Node node, Op.Conv2d conv, Spread input) {
    int in = inChannels(node);
    boolean depthwise = conv.groups() > 1 && conv.groups() == conv.inChannels();
    long out =
        depthwise ? (long) conv.outChannels() / conv.inChannels() * in : outChannels(node, conv);
    long groups;
    if (input == Spread.REPLICATED || dense.contains(node.name())) {
      groups = conv.groups();
    } else if (depthwise) {
      groups = in;
    } else {
      groups = leastCommonMultiple(conv.groups(), division.groups());
    }
    requireDivisible(node, "output", out, leastCommonMultiple(groups, division.groups()));
    if (input == Spread.DIVIDED) {
      requireDivisible(node, "input", in, groups);
    }
    if (out > Integer.MAX_VALUE) {
      throw DivisionException.at(node, out + " output channels are too many");
    }
    return conv.withChannels(in, (int) out, (int) groups);
  }

  private int outChannels(Node node, Op.Conv2d conv) {
    return classifiers.contains(node.name()) ? conv.outChannels() : wide(conv.outChannels());
  }

  private Op linear(Node node, Op.Linear linear, Spread input) {
    int in = inChannels(node);
    int out = classifiers.contains(node.name()) ? linear.outFeatures() : wide(linear.outFeatures());
    boolean divides = input == Spread.DIVIDED;
    if (divides && linear.parts() != 1) {
      throw DivisionException.at(node, "sums in " + linear.parts() + " parts already");
    }
    return new Op.Linear(in, out, linear.bias(), divides ? division.groups() : linear.parts());
  }

  private Op padShortcut(Node node, Op.PadShortcut pad, Spread input) {
    int out = wide(pad.outChannels());
    if (input != Spread.DIVIDED) {
      return new Op.PadShortcut(out, pad.stride(), pad.groups());
    }
    long groups = leastCommonMultiple(pad.groups(), division.groups());
    requireDivisible(node, "input", inChannels(node), groups);
    requireDivisible(node, "output", out, groups);
    return new Op.PadShortcut(out, pad.stride(), (int) groups);
  }

  private int inChannels(Node node) {
    return divided.shape(node.inputs().getFirst()).size(0);
  }

  private int wide(int channels) {
    return division.width().channels(channels, division.groups());
  }

  private void requireDivisible(Node node, String side, long channels, long groups) {
    if (channels % groups != 0) {
      throw DivisionException.at(
          node,
          channels
              + " "
              + side
              + " channels are not divisible by "
              + groups
              + " groups; "
              + mend());
    }
  }

  private String mend() {
    if (division.width() == WidthPolicy.ISO) {
      return "width policy iso rounds to multiples of "
          + division.groups()
          + ", full does not round";
    }
    List<Integer> fitting = groupsThatDivide(original);
    return fitting.isEmpty()
        ? "no number of groups divides every layer, width policy iso or full may mend that"
        : "numbers of groups that divide every layer: " + fitting;
  }

  /** The group counts that the channels of every convolution allow without changing a width. */
  private static List<Integer> groupsThatDivide(Network network) {
    long common = 0;
    for (Node node : network.nodes()) {
      if (node.op() instanceof Op.Conv2d conv) {
        common = greatestCommonDivisor(common, conv.outChannels());
      }
    }
    long channels = common;
    return IntStream.rangeClosed(2, Division.MAX_GROUPS)
        .filter(groups -> channels % groups == 0)
        .boxed()
        .toList();
  }

  /** The layers whose output reaches the end without passing another: their width is not ours. */
  private static Set<String> classifiers(Network network) {
    Set<String> classifiers = new HashSet<>();
    Set<String> open = new HashSet<>(Set.of(network.output().name()));
    for (Node node : network.nodes().reversed()) {
      if (open.contains(node.name())) {
        if (node.op() instanceof Op.Conv2d || node.op() instanceof Op.Linear) {
          classifiers.add(node.name());
        } else {
          open.addAll(node.inputs());
        }
      }
    }
    return classifiers;
  }

  private static void requireUndivided(Network network) {
    if (network.groups() != 1) {
      throw new DivisionException(
          "network '"
              + network.name()
              + "': is divided into "
              + network.groups()
              + " groups already; divide the original");
    }
  }

  private static long leastCommonMultiple(long a, long b) {
    return a / greatestCommonDivisor(a, b) * b;
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }
}
