package io.dfsnet.distrib;

import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Op.Exchange.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Plans without a network behind them. */
final class TestPlans {
  private TestPlans() {}

  /** Group g on rank {@code hosts[g]}; an exchange of each kind, with slices of 2, 3, 4 and 5. */
  static Plan plan(int... hosts) {
    return new Plan(
        Wire.EPOCH,
        hash(99),
        Topology.CENTRAL,
        12,
        members(hosts),
        Collections.nCopies(hosts.length, 10),
        List.of(
            new Plan.Meeting(Kind.ALL_GATHER, 2),
            new Plan.Meeting(Kind.ALL_REDUCE, 3),
            new Plan.Meeting(Kind.GATHER, 4),
            new Plan.Meeting(Kind.SCATTER, 5)));
  }

  static List<Plan.Member> members(int... hosts) {
    List<Plan.Member> members = new ArrayList<>();
    for (int rank = 0; ; rank++) {
      List<Integer> groups = new ArrayList<>();
      for (int group = 0; group < hosts.length; group++) {
        if (hosts[group] == rank) {
          groups.add(group);
        }
      }
      if (groups.isEmpty()) {
        return members;
      }
      members.add(
          new Plan.Member(
              address(7000 + rank), groups, groups.stream().map(TestPlans::hash).toList()));
    }
  }

  static InetSocketAddress address(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static Sha256 hash(int content) {
    return Sha256.of(new byte[] {(byte) content});
  }
}
