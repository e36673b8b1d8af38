package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Combine;
import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Sharder;
import io.dfsnet.dividefuse.Sharding;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.file.NetworkFile;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * A model made ready to be sent to nodes.
 *
 * @param files the shards' files, by group
 * @param planText the plan as it is sent
 */
record Deployment(Combine combine, List<byte[]> files, Plan plan, byte[] planText) {

  /**
   * Cuts a model into shards and plans who hosts which.
   *
   * @param addresses of the nodes, in the order of their ranks
   * @throws DistributedException if addresses, placement and model do not fit together
   */
  static Deployment of(
      List<InetSocketAddress> addresses, Model model, Topology topology, Placement placement) {
    Network network = model.network();
    if (placement.nodes() != addresses.size() || placement.groups() != network.groups()) {
      throw new DistributedException(
          Code.BAD_PLAN,
          "the placement is for "
              + placement.groups()
              + " groups on "
              + placement.nodes()
              + " nodes, found "
              + network.groups()
              + " groups and "
              + addresses.size()
              + " nodes");
    }
    Sharding sharding = Sharder.shard(network, topology);
    List<byte[]> files = new ArrayList<>();
    List<Integer> outputs = new ArrayList<>();
    for (int group = 0; group < sharding.groups(); group++) {
      Network shard = sharding.shards().get(group);
      files.add(
          NetworkFile.toBytes(
              new Model(shard, Sharder.weights(model.weights(), network, sharding, group))));
      boolean needed = sharding.combine() != Combine.SAME || group == 0;
      outputs.add(needed ? shard.shape(shard.output()).elements() : 0);
    }
    List<Plan.Member> members = new ArrayList<>();
    for (int rank = 0; rank < addresses.size(); rank++) {
      List<Integer> groups = placement.groupsOn(rank);
      List<Sha256> hashes = groups.stream().map(group -> Sha256.of(files.get(group))).toList();
      members.add(new Plan.Member(addresses.get(rank), groups, hashes));
    }
    Plan plan =
        new Plan(
            epoch(),
            Sha256.of(NetworkFile.toBytes(model)),
            topology,
            network.shape(network.input()).elements(),
            members,
            outputs,
            Plan.meetings(sharding.shards().getFirst()));
    return new Deployment(sharding.combine(), files, plan, text(plan));
  }

  /** What the node of a rank works on. */
  Identity identity(int rank) {
    return plan.identity(rank, Sha256.of(planText));
  }

  /** The shards' files of a rank's groups, groups ascending. */
  List<byte[]> files(int rank) {
    return plan.members().get(rank).groups().stream().map(files::get).toList();
  }

  /** The same as it is offered to the node. */
  Message.ShardOffer offer(int rank) {
    Plan.Member member = plan.members().get(rank);
    List<Message.ShardOffer.Shard> shards = new ArrayList<>();
    for (int i = 0; i < member.groups().size(); i++) {
      int group = member.groups().get(i);
      shards.add(
          new Message.ShardOffer.Shard(group, files.get(group).length, member.shards().get(i)));
    }
    return new Message.ShardOffer(shards);
  }

  private static byte[] text(Plan plan) {
    byte[] text = PlanJson.write(plan);
    if (text.length > FrameType.CONTROL) {
      throw new DistributedException(
          Code.BAD_PLAN,
          "its text has "
              + text.length
              + " bytes, at most "
              + FrameType.CONTROL
              + "; use fewer nodes or groups");
    }
    return text;
  }

  /** Not to be guessed, so that a stranger cannot pass for a peer by chance; never 0. */
  private static int epoch() {
    SecureRandom random = new SecureRandom();
    int epoch = random.nextInt();
    while (epoch == 0) {
      epoch = random.nextInt();
    }
    return epoch;
  }
}
