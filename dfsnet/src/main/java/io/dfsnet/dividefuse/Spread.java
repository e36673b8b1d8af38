package io.dfsnet.dividefuse;

import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import java.util.List;

/** Where the output of a node is while the groups of a divided network run apart. */
enum Spread {
  /** Every group has all of it: the image, and what is computed from it without weights. */
  REPLICATED,
  /** Every group has its own consecutive channels (or features), 1/groups of them. */
  DIVIDED,
  /** Every group has a summand of all of it. */
  PARTIAL;

  /**
   * The spread of {@code node}'s output in a network of {@code groups} groups, which is the one
   * place that says what can be computed apart.
   *
   * @param inputs of the node's inputs; what is {@link #PARTIAL} is summed before anything reads it
   * @throws DivisionException if the groups cannot compute the node
   */
  static Spread of(Node node, int groups, List<Spread> inputs) {
    List<Spread> read = inputs.stream().map(Spread::whenRead).toList();
    return switch (node.op()) {
      case Op.Input _ -> REPLICATED;
      case Op.Conv2d conv -> convolution(node, conv, groups, read.getFirst());
      case Op.Linear linear -> linear(node, linear, groups, read.getFirst());
      case Op.BatchNorm _,
          Op.Relu _,
          Op.Relu6 _,
          Op.MaxPool _,
          Op.AveragePool _,
          Op.GlobalAveragePool _,
          Op.Flatten _ ->
          read.getFirst();
      case Op.Add _ -> {
        if (read.get(0) != read.get(1)) {
          throw DivisionException.at(
              node, "adds a value that every group has whole to one that is divided among them");
        }
        yield read.getFirst();
      }
      case Op.Concat _ -> {
        if (read.size() > 1 && read.contains(DIVIDED)) {
          throw DivisionException.at(
              node,
              "joins divided maps, which would move their channels to other groups;"
                  + " join by Add to divide this network");
        }
        yield read.getFirst();
      }
      case Op.ChannelSlice _ -> {
        if (read.getFirst() == DIVIDED) {
          throw DivisionException.at(
              node,
              "takes the channels of some groups alone, which would leave the others without any;"
                  + " networks that split their channels cannot be divided");
        }
        yield read.getFirst();
      }
      case Op.ChannelShuffle shuffle -> {
        if (read.getFirst() == DIVIDED && shuffle.groups() > 1) {
          throw DivisionException.at(
              node,
              "moves channels to other groups; take it out, fused positions do its work here");
        }
        yield read.getFirst();
      }
      case Op.PadShortcut pad -> {
        if (read.getFirst() == DIVIDED && pad.groups() % groups != 0) {
          throw DivisionException.at(
              node,
              "pads in "
                  + pad.groups()
                  + " groups, which moves channels among the "
                  + groups
                  + " of the network; its groups must be a multiple of them");
        }
        yield read.getFirst();
      }
      case Op.Exchange _ ->
          throw DivisionException.at(node, "stands in shards only; shard the whole network");
    };
  }

  private static Spread convolution(Node node, Op.Conv2d conv, int groups, Spread input) {
    if (conv.outChannels() % groups != 0) {
      throw DivisionException.at(
          node, conv.outChannels() + " output channels are not divisible by " + groups + " groups");
    }
    boolean reads = conv.groups() == 1 || input == DIVIDED && conv.groups() % groups == 0;
    if (!reads) {
      throw DivisionException.at(
          node,
          "has "
              + conv.groups()
              + " groups in a network of "
              + groups
              + "; it must have 1"
              + (input == DIVIDED ? " or a multiple of them" : ", as it reads the image"));
    }
    return DIVIDED;
  }

  private static Spread linear(Node node, Op.Linear linear, int groups, Spread input) {
    if (input == REPLICATED) {
      return linear.outFeatures() % groups == 0 ? DIVIDED : REPLICATED;
    }
    if (linear.parts() != groups) {
      throw DivisionException.at(
          node,
          "sums divided features in "
              + linear.parts()
              + " parts; a network of "
              + groups
              + " groups needs as many");
    }
    return PARTIAL;
  }

  /** What its readers find: a sum that is still to be made is made for all of them. */
  Spread whenRead() {
    return this == PARTIAL ? REPLICATED : this;
  }
}
