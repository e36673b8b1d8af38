package io.dfsnet.nn.train;

import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The batches of one epoch in order, from some step on, the next ones prepared on a thread of their
 * own while the current one trains.
 */
final class Prefetch implements AutoCloseable {
  /** How many batches are prepared ahead. */
  private static final int AHEAD = 2;

  private final Batches batches;
  private final int epoch;
  private final ExecutorService preparer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("dfsnet-batches").factory());
  private final Queue<Future<Batch>> pending = new ArrayDeque<>();
  private int begun;
  private long waitedNanos;

  /**
   * @param first index of the batch that is the next one
   */
  Prefetch(Batches batches, int epoch, int first) {
    this.batches = batches;
    this.epoch = epoch;
    this.begun = first;
    for (int i = 0; i < AHEAD; i++) {
      begin();
    }
  }

  /** The next batch; to be called at most once for each batch of the epoch. */
  Batch next() {
    Future<Batch> batch = pending.remove();
    begin();
    long asked = System.nanoTime();
    try {
      return batch.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("training: interrupted while it waited for a batch");
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case RuntimeException thrown -> throw thrown;
        case Error thrown -> throw thrown;
        default -> throw new IllegalStateException(failed.getCause());
      }
    } finally {
      waitedNanos += System.nanoTime() - asked;
    }
  }

  /** How long {@link #next} waited in all. */
  long waitedNanos() {
    return waitedNanos;
  }

  private void begin() {
    if (begun < batches.perEpoch()) {
      int index = begun++;
      pending.add(preparer.submit(() -> batches.get(epoch, index)));
    }
  }

  /** Stops the thread and waits for its end. */
  @Override
  public void close() {
    preparer.shutdownNow();
    preparer.close();
  }
}
