package io.dfsnet.dividefuse;

import io.dfsnet.nn.Collective;
import io.dfsnet.nn.Op;
import java.util.Arrays;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The exchanges of shards that run in one process, each on a thread of its own. A shard lays its
 * array on the table, waits until all have, takes what it needs from the others' arrays, and waits
 * until all are done with its own.
 *
 * <p>A shard that fails ends the phaser, on which every other shard waits or will wait, so none
 * hangs.
 */
final class LocalExchange implements Collective {
  private final int groups;
  private final float[][] table;
  private final int[] indexes;
  private final AtomicReference<ShardException> failure = new AtomicReference<>();
  private volatile Phaser phaser = new Phaser();

  LocalExchange(int groups) {
    this.groups = groups;
    this.table = new float[groups][];
    this.indexes = new int[groups];
  }

  /** Begins a run; the one before it has ended in all shards. */
  void begin() {
    failure.set(null);
    phaser = new Phaser(groups);
  }

  /**
   * Ends the run for all shards. The first failure is the one that {@link #requireSuccess} tells.
   */
  void fail(ShardException cause) {
    failure.compareAndSet(null, cause);
    phaser.forceTermination();
  }

  void requireSuccess() {
    ShardException cause = failure.get();
    if (cause != null) {
      throw cause;
    }
  }

  @Override
  public void exchange(Op.Exchange exchange, int index, int n, float[] input, float[] output) {
    int group = exchange.group();
    table[group] = input;
    indexes[group] = index;
    awaitAll();
    requireSameExchange(group);
    switch (exchange.kind()) {
      case ALL_GATHER -> Combine.CONCAT.apply(n, Arrays.asList(table), output);
      case ALL_REDUCE -> Combine.SUM.apply(n, Arrays.asList(table), output);
      case GATHER -> {
        if (group == Op.Exchange.ROOT) {
          Combine.CONCAT.apply(n, Arrays.asList(table), output);
        } else {
          System.arraycopy(input, 0, output, 0, output.length);
        }
      }
      case SCATTER -> takeSlices(table[Op.Exchange.ROOT], group, n, output);
    }
    awaitAll();
  }

  /** Of each of {@code n} images the slice of one group. */
  private static void takeSlices(float[] whole, int group, int n, float[] output) {
    int slice = output.length / n;
    int image = whole.length / n;
    for (int i = 0; i < n; i++) {
      System.arraycopy(whole, i * image + group * slice, output, i * slice, slice);
    }
  }

  private void requireSameExchange(int group) {
    for (int other = 0; other < groups; other++) {
      if (indexes[other] != indexes[group]) {
        throw new IllegalStateException(
            "exchange "
                + indexes[group]
                + " meets exchange "
                + indexes[other]
                + " of group "
                + other);
      }
    }
  }

  private void awaitAll() {
    if (phaser.arriveAndAwaitAdvance() < 0) {
      throw new IllegalStateException("another group failed");
    }
  }
}
