package io.dfsnet.dividefuse;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which node hosts which group. Groups are a property of the network, nodes one of the deployment:
 * a faster node may host more groups, and the result is the same, bit for bit.
 *
 * @param nodeOfGroup for every group the node that hosts it; nodes are numbered from 0 without gaps
 */
public record Placement(int[] nodeOfGroup) {

  /**
   * @throws DivisionException if there is no group, or a node below the largest hosts none
   */
  public Placement {
    nodeOfGroup = nodeOfGroup.clone();
    Division.requireGroups(nodeOfGroup.length);
    int nodes = Arrays.stream(nodeOfGroup).max().getAsInt() + 1;
    for (int node : nodeOfGroup) {
      if (node < 0) {
        throw refuse(nodeOfGroup, ", found " + node);
      }
    }
    for (int node = 0; node < nodes; node++) {
      if (!hosts(nodeOfGroup, node)) {
        throw refuse(nodeOfGroup, " without gaps, but node " + node + " hosts no group");
      }
    }
  }

  /**
   * Consecutive groups on each node, as evenly as they go: group g on node {@code floor(g * nodes /
   * groups)}.
   *
   * @throws DivisionException unless there are 1 to {@code groups} nodes
   */
  public static Placement even(int groups, int nodes) {
    Division.requireGroups(groups);
    if (nodes < 1 || nodes > groups) {
      throw new DivisionException(
          "placement: " + groups + " groups need 1 to " + groups + " nodes, found " + nodes);
    }
    return new Placement(IntStream.range(0, groups).map(g -> g * nodes / groups).toArray());
  }

  /** A copy. */
  @Override
  public int[] nodeOfGroup() {
    return nodeOfGroup.clone();
  }

  /** How many groups there are. */
  public int groups() {
    return nodeOfGroup.length;
  }

  /** How many nodes there are. */
  public int nodes() {
    return Arrays.stream(nodeOfGroup).max().getAsInt() + 1;
  }

  /** The node that hosts {@code group}. */
  public int node(int group) {
    return nodeOfGroup[group];
  }

  /** The groups that {@code node} hosts, in order. */
  public List<Integer> groupsOn(int node) {
    return IntStream.range(0, groups()).filter(group -> node(group) == node).boxed().toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Placement that && Arrays.equals(nodeOfGroup, that.nodeOfGroup);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(nodeOfGroup);
  }

  @Override
  public String toString() {
    return "nodes " + Arrays.toString(nodeOfGroup);
  }

  private static boolean hosts(int[] nodeOfGroup, int node) {
    return Arrays.stream(nodeOfGroup).anyMatch(each -> each == node);
  }

  private static DivisionException refuse(int[] nodeOfGroup, String found) {
    return new DivisionException(
        "placement " + Arrays.toString(nodeOfGroup) + ": nodes are numbered from 0" + found);
  }
}
