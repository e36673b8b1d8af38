package io.dfsnet.engine;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/**
 * The one pool of threads that kernels share, sized by the caller. The calling thread works too, so
 * {@code Workers(1)} starts no thread at all.
 *
 * <p>Work is cut into numbered tasks whose cut does not depend on the thread count; who runs which
 * task does not matter to the result.
 */
public final class Workers implements AutoCloseable {
  private final int threads;
  private final ExecutorService helpers;

  /**
   * @param threads how many threads work at once, the caller among them; at least 1
   */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: must be at least 1, found " + threads);
    }
    this.threads = threads;
    this.helpers =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads - 1, Thread.ofPlatform().daemon().name("dfsnet-worker-", 1).factory());
  }

  /** How many threads work at once, the caller among them. */
  public int threads() {
    return threads;
  }

  /**
   * Runs {@code task} for 0, 1, ..., {@code tasks - 1} and returns when all are done. The first
   * exception that a task throws is thrown here; tasks not yet begun are then left out.
   */
  public void forEach(int tasks, IntConsumer task) {
    if (helpers == null || tasks <= 1) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
      return;
    }
    var round = new Round(tasks, task);
    int hands = Math.min(threads, tasks) - 1;
    round.pending.bulkRegister(hands);
    for (int i = 0; i < hands; i++) {
      helpers.execute(round);
    }
    round.work();
    round.pending.awaitAdvance(round.pending.arrive());
    var failure = round.failure.get();
    if (failure instanceof RuntimeException runtime) {
      throw runtime;
    }
    if (failure instanceof Error error) {
      throw error;
    }
  }

  @Override
  public void close() {
    if (helpers != null) {
      helpers.close();
    }
  }

  /** One call of {@link #forEach}: a counter that hands out tasks and a barrier at the end. */
  private static final class Round implements Runnable {
    private final int tasks;
    private final IntConsumer task;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Phaser pending = new Phaser(1);

    Round(int tasks, IntConsumer task) {
      this.tasks = tasks;
      this.task = task;
    }

    @Override
    public void run() {
      work();
      pending.arrive();
    }

    void work() {
      try {
        int i;
        while (failure.get() == null && (i = next.getAndIncrement()) < tasks) {
          task.accept(i);
        }
      } catch (RuntimeException | Error thrown) {
        failure.compareAndSet(null, thrown);
      }
    }
  }
}
