package io.dfsnet.distrib;

import io.dfsnet.nn.Op.Exchange;
import io.dfsnet.nn.Op.Exchange.Kind;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who sends which slice to whom; all of it follows from the plan. A slice has the number of the
 * group whose channels it holds: its sender's in a gather or a reduction, its receiver's in a
 * scatter, where group 0 sends all.
 */
final class Routes {
  private final Plan plan;
  private final int[] host;

  Routes(Plan plan) {
    this.plan = plan;
    host = IntStream.range(0, plan.groups()).map(plan::host).toArray();
  }

  /** The rank where a slice comes from. */
  int sender(int layer, int group) {
    return plan.meetings().get(layer).kind() == Kind.SCATTER ? host[Exchange.ROOT] : host[group];
  }

  /** The ranks it goes to, without its sender: groups on one node exchange in memory. */
  List<Integer> receivers(int layer, int group) {
    int sender = sender(layer, group);
    return IntStream.range(0, plan.members().size())
        .filter(rank -> rank != sender && receives(rank, layer, group))
        .boxed()
        .toList();
  }

  /** Whether a rank has a buffer for a slice: it sends, receives or reads it. */
  boolean holds(int rank, int layer, int group) {
    return sender(layer, group) == rank || receives(rank, layer, group);
  }

  private boolean receives(int rank, int layer, int group) {
    return switch (plan.meetings().get(layer).kind()) {
      case ALL_GATHER, ALL_REDUCE -> true;
      case GATHER -> rank == host[Exchange.ROOT];
      case SCATTER -> rank == host[group];
    };
  }
}
