package io.dfsnet.distrib;

import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.Model;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Nodes on loopback in this process, with real sockets between them. Each stands behind a proxy, so
 * that whatever goes to it or comes back on the same connection can be disturbed.
 */
final class TestCluster implements AutoCloseable {
  /** Long enough for a busy machine, short enough that a hang fails the test. */
  static final Duration TIME = Duration.ofSeconds(20);

  private final List<NodeServer> nodes = new ArrayList<>();
  private final List<FaultProxy> proxies = new ArrayList<>();

  TestCluster(int size) {
    this(size, UnaryOperator.identity());
  }

  TestCluster(int size, UnaryOperator<NodeOptions> change) {
    for (int i = 0; i < size; i++) {
      NodeServer node = new NodeServer(change.apply(options())).start();
      nodes.add(node);
      proxies.add(new FaultProxy(node.address()));
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

  /** In front of a node: it sees the coordinator's connection and those of higher ranks. */
  FaultProxy proxy(int rank) {
    return proxies.get(rank);
  }

  /** Of the nodes themselves. */
  List<InetSocketAddress> addresses() {
    return nodes.stream().map(NodeServer::address).toList();
  }

  /** Of the proxies. */
  List<InetSocketAddress> proxied() {
    return proxies.stream().map(FaultProxy::address).toList();
  }

  Coordinator connect(Model model, Topology topology) {
    return connect(model, topology, UnaryOperator.identity());
  }

  /** Connects through the proxies; so do the nodes among each other. */
  Coordinator connect(Model model, Topology topology, UnaryOperator<CoordinatorOptions> change) {
    int groups = model.network().groups();
    return Coordinator.connect(
        proxied(), model, change.apply(coordinator(topology, groups, nodes.size())));
  }

  @Override
  public void close() {
    proxies.forEach(FaultProxy::close);
    nodes.forEach(NodeServer::close);
  }
}
