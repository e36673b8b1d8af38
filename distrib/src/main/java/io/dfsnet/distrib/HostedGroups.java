package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.file.NetworkFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The groups of one node, each on a thread of its own: they meet at the exchanges. */
final class HostedGroups implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HostedGroups.class.getName());
  private static final Duration COMPUTING_ENDS = Duration.ofSeconds(5);

  private final Plan plan;
  private final int rank;
  private final List<HostedGroup> groups = new ArrayList<>();
  private final List<Workers> pools = new ArrayList<>();
  private final ExecutorService threads;

  /**
   * Compiles the shards.
   *
   * @param files by group
   * @throws DistributedException if a file is no shard of this plan, or asks for more than the
   *     limits allow
   */
  HostedGroups(
      Plan plan,
      int rank,
      Map<Integer, byte[]> files,
      NodeOptions options,
      Board board,
      Mesh mesh) {
    this.plan = plan;
    this.rank = rank;
    List<Integer> hosted = plan.members().get(rank).groups();
    List<Model> shards = hosted.stream().map(group -> shard(group, files.get(group))).toList();
    requireMemory(shards, options.limits());
    int threadsEach = Math.max(1, options.threads() / hosted.size());
    for (int i = 0; i < hosted.size(); i++) {
      Workers workers = new Workers(threadsEach);
      pools.add(workers);
      groups.add(new HostedGroup(hosted.get(i), rank, shards.get(i), workers, board, mesh));
    }
    threads = Executors.newFixedThreadPool(groups.size(), Threads.factory("group"));
  }

  /**
   * Runs zeros until the JVM has compiled the kernels.
   *
   * @param budget for all groups together
   * @param inbox whose end ends this too
   */
  void warmUp(Duration budget, Inbox inbox) {
    for (HostedGroup group : groups) {
      inbox.requireOpen();
      if (budget.isPositive()) {
        group.session().warmUp(budget.dividedBy(groups.size()));
      }
    }
  }

  /**
   * Runs one image through all groups, to the end of all.
   *
   * @throws DistributedException of several failures the one closest to the cause
   */
  void run(Message.Infer infer) {
    List<Callable<Void>> runs = new ArrayList<>();
    for (HostedGroup group : groups) {
      runs.add(
          () -> {
            group.run(infer.request(), infer.image(), infer.deadline());
            return null;
          });
    }
    List<Verdict.Report> failures = new ArrayList<>();
    try {
      for (Future<Void> run : threads.invokeAll(runs)) {
        if (run.state() == Future.State.FAILED) {
          failures.add(new Verdict.Report(rank, (DistributedException) run.exceptionNow()));
        }
      }
    } catch (InterruptedException stop) {
      throw DistributedException.interrupted();
    }
    if (!failures.isEmpty()) {
      throw Verdict.of(failures, List.of());
    }
  }

  /** How long the slowest group of the last run computed. */
  long computedNanos() {
    return groups.stream().mapToLong(HostedGroup::computedNanos).max().orElseThrow();
  }

  /** What the coordinator needs of the last run, groups ascending. */
  List<float[]> outputs() {
    List<float[]> needed = new ArrayList<>();
    List<Integer> hosted = plan.members().get(rank).groups();
    for (int i = 0; i < hosted.size(); i++) {
      if (plan.outputs().get(hosted.get(i)) > 0) {
        needed.add(groups.get(i).output());
      }
    }
    return needed;
  }

  /** Ends the threads; a group in the middle of a layer cannot be stopped, only waited for. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(COMPUTING_ENDS.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(System.Logger.Level.WARNING, "a group of the last session still computes");
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
    pools.forEach(Workers::close);
  }

  private Model shard(int group, byte[] file) {
    try {
      Model shard = NetworkFile.fromBytes(file);
      plan.requireFit(group, shard.network());
      return shard;
    } catch (FileFormatException fault) {
      throw new DistributedException(
          Code.BAD_SHARD,
          rank,
          DistributedException.NO_LAYER,
          "the shard of group " + group + ": " + fault.getMessage(),
          fault);
    }
  }

  /** A small file can ask for large maps: they are counted before they are made. */
  private static void requireMemory(List<Model> shards, Limits limits) {
    long bytes = 0;
    for (Model shard : shards) {
      Network network = shard.network();
      for (Node node : network.nodes()) {
        bytes += (long) Float.BYTES * network.shape(node).elements();
      }
    }
    if (bytes > limits.activationBytes()) {
      throw new DistributedException(
          Code.BAD_SHARD,
          "the maps of the shards have "
              + bytes
              + " bytes, this node has "
              + limits.activationBytes()
              + " for them; place fewer groups on it or raise its limit");
    }
  }
}
