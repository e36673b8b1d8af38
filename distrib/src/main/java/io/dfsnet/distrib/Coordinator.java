package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.dividefuse.Combine;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs a divided network on nodes. Connecting cuts the network into shards, ships those that the
 * nodes have not got, and connects the nodes with each other; then every image goes to all nodes,
 * and their outputs are combined to the bits that one process would give.
 *
 * <p>Every request ends in exactly one {@link Answer} or {@link DistributedException}. When the
 * time of a request is up, the next may follow; any other failure ends the connection to all nodes,
 * which are then free for a new coordinator. May be used by several threads, one image at a time.
 */
public final class Coordinator implements AutoCloseable {
  /** How much sooner a node's time is up, so that it can say in time whom it waited for. */
  private static final Duration REPORTING = Duration.ofMillis(200);

  private final Plan plan;
  private final Combine combine;
  private final int outputValues;
  private final Watchdog watchdog;
  private final Round round;
  private final List<RemoteNode> nodes;
  private final List<NodeSetup> setups;
  private final ReentrantLock turn = new ReentrantLock();

  private Coordinator(
      Plan plan,
      Combine combine,
      int outputValues,
      Watchdog watchdog,
      Round round,
      List<RemoteNode> nodes,
      List<NodeSetup> setups) {
    this.plan = plan;
    this.combine = combine;
    this.outputValues = outputValues;
    this.watchdog = watchdog;
    this.round = round;
    this.nodes = nodes;
    this.setups = setups;
  }

  /**
   * Connects to the nodes, the first being rank 0, and makes them ready.
   *
   * @param model a divided network with its weights
   * @throws DistributedException naming the rank that is the cause; no connection is left open
   * @throws io.dfsnet.dividefuse.DivisionException if the network cannot be cut into shards
   */
  public static Coordinator connect(
      List<InetSocketAddress> addresses, Model model, CoordinatorOptions options) {
    for (int rank = 0; rank < addresses.size(); rank++) {
      Sockets.requirePlaintextAllowed(
          "rank " + rank + " at", addresses.get(rank), options.insecurePlaintext());
    }
    Deployment deployment =
        Deployment.of(addresses, model, options.topology(), options.placement());
    Watchdog watchdog = new Watchdog();
    Round round = new Round(addresses.size());
    List<RemoteNode> nodes = new ArrayList<>();
    for (int rank = 0; rank < addresses.size(); rank++) {
      nodes.add(new RemoteNode(rank, deployment, options, round));
    }
    boolean connected = false;
    try {
      Deadline deadline = Deadline.in(options.limits().setup());
      // All nodes know of the epoch before any gets the plan and dials its peers.
      List<NodeSetup> setups =
          Together.run(
              nodes,
              node -> {
                node.greet(watchdog);
                return node.ship(deadline);
              });
      Together.run(
          nodes,
          node -> {
            node.install(deadline);
            return node;
          });
      connected = true;
      Network network = model.network();
      int outputValues = network.shape(network.output()).elements();
      return new Coordinator(
          deployment.plan(), deployment.combine(), outputValues, watchdog, round, nodes, setups);
    } finally {
      if (!connected) {
        nodes.forEach(RemoteNode::leave);
        watchdog.close();
      }
    }
  }

  /** What connecting to each node took, in the order of the ranks. */
  public List<NodeSetup> setups() {
    return setups;
  }

  /**
   * Runs one image.
   *
   * @param image {@code [channels, height, width]} as the network reads it; not to be changed
   *     before this returns
   * @param time how long it may take
   * @throws DistributedException within that time, naming the rank and the exchange that are the
   *     cause
   */
  public Answer infer(float[] image, Duration time) {
    if (image.length != plan.imageValues()) {
      throw new DistributedException(
          Code.WRONG_IMAGE_SIZE,
          "the network reads " + plan.imageValues() + " values, found " + image.length);
    }
    Deadline deadline = Deadline.in(time);
    long begun = System.nanoTime();
    takeTurn(deadline);
    try {
      return infer(image, begun, deadline);
    } finally {
      DistributedException broken = round.broken();
      if (broken != null) {
        nodes.forEach(node -> node.abort(broken));
      }
      turn.unlock();
    }
  }

  /** Says goodbye to the nodes, which are then free for another coordinator. */
  @Override
  public void close() {
    round.close(new DistributedException(Code.CLOSED, "the coordinator was closed"));
    nodes.forEach(RemoteNode::leave);
    watchdog.close();
  }

  private Answer infer(float[] image, long begun, Deadline deadline) {
    long request = round.begin(deadline);
    Duration margin =
        Duration.ofNanos(Math.clamp(deadline.nanosLeft() / 10, 0, REPORTING.toNanos()));
    for (RemoteNode node : nodes) {
      node.infer(request, deadline.minus(margin), image);
    }
    Effort[] efforts = round.await(deadline);
    float[] logits = new float[outputValues];
    combine.apply(outputs(), logits);
    Duration latency = Duration.ofNanos(System.nanoTime() - begun);
    List<NodeReport> reports = new ArrayList<>();
    for (int rank = 0; rank < efforts.length; rank++) {
      reports.add(nodes.get(rank).report(request, efforts[rank]));
    }
    return new Answer(logits, latency, reports);
  }

  /** The groups' outputs in the order of the groups, those left out that are not needed. */
  private List<float[]> outputs() {
    List<float[]> inOrder = new ArrayList<>();
    int[] next = new int[nodes.size()];
    for (int group = 0; group < plan.groups(); group++) {
      if (plan.outputs().get(group) > 0) {
        int rank = plan.host(group);
        inOrder.add(nodes.get(rank).outputs().get(next[rank]++));
      }
    }
    return inOrder;
  }

  private void takeTurn(Deadline deadline) {
    try {
      if (turn.tryLock(deadline.nanosLeft(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    }
    throw new DistributedException(
        Code.DEADLINE_EXCEEDED, "another image was under way until the time was up");
  }
}
