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
 * The batches of one epoch in order, from some step on, the next ones prepared on threads of their
 * own while the current one trains. There is one batch more than threads, so that a thread that is
 * done early has work. Batches are made once and filled again and again:
 *
 * <pre>
 *   next() gives   0        1        2        3
 *   trains               0        1        2
 *   are filled     1, 2     2, 3     3, 4     4, 5       with one thread: two ahead
 * </pre>
 */
final class Prefetch implements AutoCloseable {
  /** Enough for files that are decoded; what is in memory is far quicker than any step. */
  private static final int MAX_THREADS = 8;

  private final Batches batches;
  private final Mixup mixup;
  private final int epoch;
  private final ExecutorService preparers;
  private final Queue<Future<Batch>> pending = new ArrayDeque<>();
  private Batch lent;
  private int begun;
  private long waitedNanos;

  /**
   * Prepares on half of the cores, at least one and at most eight: training needs them more.
   *
   * @param first index of the batch that is the next one
   */
  Prefetch(Batches batches, Mixup mixup, int epoch, int first) {
    this(
        batches,
        mixup,
        epoch,
        first,
        Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MAX_THREADS));
  }

  Prefetch(Batches batches, Mixup mixup, int epoch, int first, int threads) {
    this.batches = batches;
    this.mixup = mixup;
    this.epoch = epoch;
    this.begun = first;
    this.preparers =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("dfsnet-batches-", 0).factory());
    for (int i = 0; i <= threads; i++) {
      begin(batches.empty());
    }
  }

  /**
   * The next batch, which is valid until the next call; to be called at most once for each batch of
   * the epoch.
   *
   * @throws io.dfsnet.nn.data.DataException if an image of it cannot be read
   */
  Batch next() {
    Future<Batch> batch = pending.remove();
    begin(lent == null ? batches.empty() : lent);
    lent = null;
    long asked = System.nanoTime();
    try {
      lent = batch.get();
      return lent;
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

  /** Begins to fill {@code room} with the next batch that nobody has begun. */
  private void begin(Batch room) {
    if (begun < batches.perEpoch()) {
      int index = begun++;
      pending.add(
          preparers.submit(
              () -> {
                batches.fill(room, epoch, index);
                mixup.mix(room.images(), epoch, index);
                return room;
              }));
    }
  }

  /** Stops the threads and waits for their end. */
  @Override
  public void close() {
    preparers.shutdownNow();
    preparers.close();
  }
}
