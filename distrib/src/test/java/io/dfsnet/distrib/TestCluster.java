package io.dfsnet.distrib;

import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Nodes on loopback in this process, with real sockets between them. */
final class TestCluster implements AutoCloseable {
  /** Long enough for a busy machine, short enough that a hang fails the test. */
  static final Duration TIME = Duration.ofSeconds(20);

  private final List<NodeServer> nodes = new ArrayList<>();

  TestCluster(int size) {
    this(size, UnaryOperator.identity());
  }

  TestCluster(int size, UnaryOperator<NodeOptions> change) {
    for (int i = 0; i < size; i++) {
      nodes.add(new NodeServer(change.apply(options())).start());
    }
  }

  /** A node that is ready at once: kernels that are not compiled yet give the same bits. */
  static NodeOptions options() {
    return NodeOptions.loopback(0).withThreads(1).withWarmUp(Duration.ZERO);
  }

  static CoordinatorOptions coordinator(Topology topology, int groups, int nodes) {
    return CoordinatorOptions.of(topology, Placement.even(groups, nodes));
  }

  NodeServer node(int rank) {
    return nodes.get(rank);
  }

  List<InetSocketAddress> addresses() {
    return nodes.stream().map(NodeServer::address).toList();
  }

  Coordinator connect(Model model, Topology topology) {
    return Coordinator.connect(
        addresses(), model, coordinator(topology, model.network().groups(), nodes.size()));
  }

  @Override
  public void close() {
    nodes.forEach(NodeServer::close);
  }
}
