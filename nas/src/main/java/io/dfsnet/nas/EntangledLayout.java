package io.dfsnet.nas;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.Position;
import io.dfsnet.dividefuse.Positions;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Which tensors a supernet has, and which of them a candidate's parameters are made of. */
final class EntangledLayout {
  /** What no network calls a node, so that the batch norms of a choice get names of their own. */
  private static final String GROUPED = "#grouped";

  private static final String FUSED = "#fused";

  private final Network original;
  private final int groups;
  private final WidthPolicy width;

  /** The position of every convolution that can be fused. */
  private final Map<String, Integer> positionOf = new HashMap<>();

  /** The position in front of every batch norm that there is for each choice. */
  private final Map<String, Integer> positionBefore = new HashMap<>();

  /**
   * Where a candidate's parameter comes from.
   *
   * @param tensor the name of a tensor of the supernet
   * @param diagonal whether the parameter is only the diagonal blocks of the tensor
   */
  record Source(String tensor, boolean diagonal) {}

  EntangledLayout(Network original, int groups, WidthPolicy width) {
    if (groups < 2) {
      throw new SearchException("supernet: needs at least 2 groups to fuse, found " + groups);
    }
    this.original = original;
    this.groups = groups;
    this.width = width;
    for (Position position : Positions.of(original)) {
      Node convolution = original.node(position.convolution());
      positionOf.put(convolution.name(), position.index());
      original.consumers(convolution).stream()
          .filter(reader -> reader.op() instanceof Op.BatchNorm)
          .forEach(reader -> positionBefore.put(reader.name(), position.index()));
    }
    if (positionOf.isEmpty()) {
      throw new SearchException(
          "supernet: network '" + original.name() + "' has no fusion positions");
    }
  }

  Network network(SortedSet<Integer> fused) {
    return Divider.divide(original, new Division(groups, fused, width));
  }

  /** The tensors of the supernet. */
  List<Parameter> tensors() {
    List<Parameter> tensors = new ArrayList<>();
    for (Node node : network(new TreeSet<>(positionOf.values())).nodes()) {
      for (Parameter parameter : node.parameters()) {
        if (positionBefore.containsKey(node.name())) {
          for (String choice : List.of(GROUPED, FUSED)) {
            String name = node.name() + choice + "." + parameter.role().suffix();
            tensors.add(new Parameter(name, parameter.shape(), parameter.role()));
          }
        } else {
          tensors.add(parameter);
        }
      }
    }
    return tensors;
  }

  /**
   * Where each parameter of a candidate comes from, by the parameter's name.
   *
   * @param candidate {@code network(fused)}
   */
  Map<String, Source> sources(Network candidate, SortedSet<Integer> fused) {
    Map<String, Source> sources = new HashMap<>();
    for (Node node : candidate.nodes()) {
      for (Parameter parameter : node.parameters()) {
        sources.put(parameter.name(), source(node, parameter, fused));
      }
    }
    return sources;
  }

  private Source source(Node node, Parameter parameter, SortedSet<Integer> fused) {
    Integer before = positionBefore.get(node.name());
    if (before != null) {
      String choice = fused.contains(before) ? FUSED : GROUPED;
      return new Source(node.name() + choice + "." + parameter.role().suffix(), false);
    }
    Integer position = positionOf.get(node.name());
    boolean grouped = position != null && !fused.contains(position);
    return new Source(parameter.name(), grouped && parameter.role() == Parameter.Role.WEIGHT);
  }
}
