package io.dfsnet.dividefuse;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Collective;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Runs the shards of a divided network in this process, each on a thread of its own that meets the
 * others at the exchanges. It computes what the whole network and a real cluster compute, bit for
 * bit, and is the reference for the latter.
 *
 * <p>Serves one call at a time; not for use by several threads at once.
 */
public final class LocalCluster {
  private final Sharding sharding;
  private final int batch;
  private final LocalExchange exchange;
  private final List<Session> sessions = new ArrayList<>();
  private final List<float[]> outputs = new ArrayList<>();

  private LocalCluster(
      Network divided,
      Weights whole,
      Topology topology,
      int batch,
      UnaryOperator<Collective> wrapper) {
    this.sharding = Sharder.shard(divided, topology);
    this.batch = batch;
    this.exchange = new LocalExchange(sharding.groups());
    for (int group = 0; group < sharding.groups(); group++) {
      Network shard = sharding.shards().get(group);
      Weights weights = Sharder.weights(whole, divided, sharding, group);
      // One worker is the calling thread, so there is nothing to close.
      sessions.add(Session.of(shard, weights, batch, new Workers(1), wrapper.apply(exchange)));
      outputs.add(new float[batch * shard.shape(shard.output()).elements()]);
    }
  }

  /**
   * A cluster of one thread for each group.
   *
   * @param whole the weights of {@code divided}; copied
   * @param batch how many images a run takes
   * @throws DivisionException if the network cannot be sharded
   * @throws io.dfsnet.nn.NetworkException if the weights do not fit
   */
  public static LocalCluster of(Network divided, Weights whole, Topology topology, int batch) {
    return of(divided, whole, topology, batch, UnaryOperator.identity());
  }

  /** A cluster whose shards see their exchanges through a wrapper. */
  static LocalCluster of(
      Network divided,
      Weights whole,
      Topology topology,
      int batch,
      UnaryOperator<Collective> wrapper) {
    return new LocalCluster(divided, whole, topology, batch, wrapper);
  }

  /**
   * Runs one batch.
   *
   * @param images {@code [batch, channels, height, width]}
   * @param output overwritten with {@code [batch, ...]}
   * @throws ShardException if a shard failed; the others are stopped at their next exchange, and
   *     the cluster can run again
   */
  public void run(float[] images, float[] output) {
    exchange.begin();
    List<Thread> threads = new ArrayList<>();
    try {
      for (int group = 0; group < sessions.size(); group++) {
        int own = group;
        threads.add(
            Thread.ofPlatform().name("dfsnet-group-" + group).start(() -> runShard(own, images)));
      }
    } catch (OutOfMemoryError noThread) {
      exchange.fail(new ShardException(threads.size(), noThread));
    }
    join(threads);
    exchange.requireSuccess();
    sharding.combine().apply(batch, outputs, output);
  }

  private void runShard(int group, float[] images) {
    try {
      sessions.get(group).run(images, outputs.get(group));
    } catch (RuntimeException | Error cause) {
      exchange.fail(new ShardException(group, cause));
    }
  }

  /** Waits for all threads, which an interrupt of the caller makes shorter but does not skip. */
  private void join(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException cause) {
          interrupted = true;
          exchange.fail(new ShardException("interrupted", cause));
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
