package io.dfsnet.dividefuse;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Finds the fusion positions of a network from its graph alone, whatever the nodes are called.
 *
 * <p>A position is a residual block, and a residual block is an {@link Op.Add}: from where its two
 * inputs last were one value, one path is the body, the other the shortcut.
 *
 * <pre>
 *            fork ---- shortcut -----.
 *             '--- body: conv conv --+-- Add
 * </pre>
 *
 * The body is the path with more convolutions (the Add's first input if both have as many). Its
 * convolution that reads the fewest channels, the first of them, is the one that is fused: the
 * first of a basic block and of an inverted residual, the middle one of a bottleneck. Fewest
 * channels, because what is exchanged is what it reads.
 *
 * <p>In a network without any Add, every convolution of the body is a position.
 *
 * <p>Never a position: a convolution that reads the image, since every group has the whole image,
 * and one with groups of its own, since it has no dense form. A block that has no other convolution
 * is not counted. The positions of a divided network are those of its original, unless the original
 * had a convolution with exactly as many groups of its own, or rounding made the widths of a body
 * equal that were not.
 */
public final class Positions {
  private final Network network;

  /** For every node the indexes of the convolutions and linear layers that it depends on. */
  private final Map<String, BitSet> history = new HashMap<>();

  private Positions(Network network) {
    this.network = network;
  }

  /** The positions in the order of the network. */
  public static List<Position> of(Network network) {
    return new Positions(network).find();
  }

  private List<Position> find() {
    recordHistory();
    List<Node> adds = network.nodes().stream().filter(n -> n.op() instanceof Op.Add).toList();
    Stream<BitSet> bodies =
        adds.isEmpty()
            ? IntStream.range(0, network.nodes().size()).mapToObj(Positions::only)
            : adds.stream().map(this::body);
    BitSet taken = new BitSet();
    List<Position> positions = new ArrayList<>();
    bodies.forEach(
        body -> {
          body.andNot(taken);
          int narrowest = narrowest(body);
          if (narrowest >= 0) {
            taken.set(narrowest);
            positions.add(new Position(positions.size(), network.nodes().get(narrowest).name()));
          }
        });
    return List.copyOf(positions);
  }

  private void recordHistory() {
    List<Node> nodes = network.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      BitSet before = new BitSet();
      nodes.get(i).inputs().forEach(input -> before.or(history.get(input)));
      if (nodes.get(i).op() instanceof Op.Conv2d || nodes.get(i).op() instanceof Op.Linear) {
        before.set(i);
      }
      history.put(nodes.get(i).name(), before);
    }
  }

  /** The layers on the path with more convolutions of the two that meet in {@code add}. */
  private BitSet body(Node add) {
    BitSet first = history.get(add.inputs().get(0));
    BitSet second = history.get(add.inputs().get(1));
    BitSet firstPath = difference(first, second);
    BitSet secondPath = difference(second, first);
    return convolutions(secondPath) > convolutions(firstPath) ? secondPath : firstPath;
  }

  /** The convolution that can be fused and reads the fewest channels, -1 if there is none. */
  private int narrowest(BitSet body) {
    int narrowest = -1;
    int fewest = Integer.MAX_VALUE;
    for (int i = body.nextSetBit(0); i >= 0; i = body.nextSetBit(i + 1)) {
      Node node = network.nodes().get(i);
      if (node.op() instanceof Op.Conv2d conv
          && (conv.groups() == 1 || conv.groups() == network.groups())
          && !readsImage(node)
          && conv.inChannels() < fewest) {
        narrowest = i;
        fewest = conv.inChannels();
      }
    }
    return narrowest;
  }

  /** Whether no convolution or linear layer lies between the image and this convolution. */
  private boolean readsImage(Node convolution) {
    return history.get(convolution.name()).cardinality() == 1;
  }

  private int convolutions(BitSet path) {
    return (int) path.stream().filter(this::isConvolution).count();
  }

  private boolean isConvolution(int index) {
    return network.nodes().get(index).op() instanceof Op.Conv2d;
  }

  private static BitSet difference(BitSet of, BitSet without) {
    BitSet rest = (BitSet) of.clone();
    rest.andNot(without);
    return rest;
  }

  private static BitSet only(int index) {
    BitSet one = new BitSet();
    one.set(index);
    return one;
  }
}
