package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Op.Exchange.Kind;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Who does what: the one text from which every side derives the length, the sender and the
 * receivers of every frame of an image. {@link PlanJson} is its form on the wire.
 *
 * @param epoch tells this plan's frames from those of earlier ones; never 0
 * @param model the hash of the whole model's file
 * @param imageValues how many values an image has
 * @param members in the order of their ranks
 * @param outputs for every group how many values of its output the coordinator needs; 0 for none
 * @param meetings the exchanges in their order; every shard has the same
 */
record Plan(
    int epoch,
    Sha256 model,
    Topology topology,
    int imageValues,
    List<Member> members,
    List<Integer> outputs,
    List<Meeting> meetings) {
  static final int MAX_MEMBERS = 256;
  static final int MAX_GROUPS = 256;
  static final int MAX_MEETINGS = 1024;

  /**
   * A node.
   *
   * @param groups that it hosts, ascending
   * @param shards their files' hashes
   */
  record Member(InetSocketAddress address, List<Integer> groups, List<Sha256> shards) {
    Member {
      groups = List.copyOf(groups);
      shards = List.copyOf(shards);
    }

    /** One hash for all shards of the node. */
    Sha256 shard() {
      return Sha256.of(shards);
    }
  }

  /**
   * An exchange.
   *
   * @param slice how many values one group's part of the map has
   */
  record Meeting(Kind kind, int slice) {}

  /**
   * @throws DistributedException with {@link Code#BAD_PLAN} if it contradicts itself
   */
  Plan {
    members = List.copyOf(members);
    outputs = List.copyOf(outputs);
    meetings = List.copyOf(meetings);
    require(epoch != 0, "the epoch is not 0");
    require(
        !members.isEmpty() && members.size() <= MAX_MEMBERS,
        "1 to " + MAX_MEMBERS + " nodes, found " + members.size());
    require(
        !outputs.isEmpty() && outputs.size() <= MAX_GROUPS,
        "1 to " + MAX_GROUPS + " groups, found " + outputs.size());
    require(
        meetings.size() <= MAX_MEETINGS,
        "at most " + MAX_MEETINGS + " exchanges, found " + meetings.size());
    require(imageValues > 0, "an image has at least 1 value, found " + imageValues);
    int[] hosts = new int[outputs.size()];
    for (int rank = 0; rank < members.size(); rank++) {
      Member member = members.get(rank);
      require(!member.groups.isEmpty(), "rank " + rank + " hosts no group");
      require(
          member.shards.size() == member.groups.size(),
          "rank " + rank + " has a shard for every group");
      int previous = -1;
      for (int group : member.groups) {
        require(
            group > previous && group < hosts.length,
            "rank " + rank + " hosts groups 0 to " + (hosts.length - 1) + ", ascending");
        hosts[group]++;
        previous = group;
      }
      for (int other = 0; other < rank; other++) {
        require(
            !members.get(other).address.equals(member.address),
            "ranks "
                + other
                + " and "
                + rank
                + " have one address, "
                + Sockets.text(member.address)
                + "; give every node its own, or place more groups on one");
      }
    }
    for (int group = 0; group < hosts.length; group++) {
      require(hosts[group] == 1, "group " + group + " is hosted once, found " + hosts[group]);
      require(outputs.get(group) >= 0, "group " + group + " has a negative output");
    }
    for (Meeting meeting : meetings) {
      require(meeting.slice > 0, "a slice has at least 1 value, found " + meeting.slice);
    }
  }

  int groups() {
    return outputs.size();
  }

  /** The rank that hosts a group. */
  int host(int group) {
    for (int rank = 0; rank < members.size(); rank++) {
      if (members.get(rank).groups.contains(group)) {
        return rank;
      }
    }
    throw new IllegalArgumentException("no group " + group);
  }

  /** What the node of a rank works on; the plan's own hash is that of its text. */
  Identity identity(int rank, Sha256 plan) {
    return new Identity(model, members.get(rank).shard(), plan);
  }

  /** How many values RESULT of a node has. */
  long outputValues(int rank) {
    return members.get(rank).groups.stream().mapToLong(outputs::get).sum();
  }

  /** The exchanges of a shard, in their order. */
  static List<Meeting> meetings(Network shard) {
    List<Meeting> found = new ArrayList<>();
    for (var node : shard.nodes()) {
      if (node.op() instanceof Op.Exchange exchange) {
        found.add(new Meeting(exchange.kind(), slice(exchange)));
      }
    }
    return found;
  }

  /**
   * Checks that a shard is the one that this plan means for a group.
   *
   * @throws DistributedException with {@link Code#BAD_PLAN}, naming both
   */
  void requireFit(int group, Network shard) {
    String who = "the shard of group " + group;
    require(
        meetings(shard).equals(meetings),
        who + " has the exchanges " + meetings(shard) + ", the plan " + meetings);
    for (var node : shard.nodes()) {
      if (node.op() instanceof Op.Exchange exchange) {
        require(
            exchange.group() == group && exchange.groups() == groups(),
            who
                + " calls itself group "
                + exchange.group()
                + " of "
                + exchange.groups()
                + " in '"
                + node.name()
                + "', the plan has "
                + groups());
        int given = shard.shape(node.inputs().getFirst()).elements();
        int slice = slice(exchange);
        boolean root = exchange.group() == Op.Exchange.ROOT;
        require(
            exchange.kind() == Kind.SCATTER
                ? !root || given == slice * exchange.groups()
                : given == slice,
            who + " gives " + given + " values to '" + node.name() + "'");
      }
    }
    int image = shard.shape(shard.input()).elements();
    require(image == imageValues, who + " reads " + image + " values, the plan " + imageValues);
    int output = shard.shape(shard.output()).elements();
    require(
        outputs.get(group) == 0 || outputs.get(group) == output,
        who + " has an output of " + output + " values, the plan " + outputs.get(group));
  }

  /** How many values one group gives to an exchange or gets from it. */
  private static int slice(Op.Exchange exchange) {
    int values = exchange.output().elements();
    return switch (exchange.kind()) {
      case ALL_GATHER -> values / exchange.groups();
      case GATHER -> exchange.group() == Op.Exchange.ROOT ? values / exchange.groups() : values;
      case ALL_REDUCE, SCATTER -> values;
    };
  }

  private static void require(boolean condition, String rule) {
    if (!condition) {
      throw new DistributedException(Code.BAD_PLAN, rule);
    }
  }
}
