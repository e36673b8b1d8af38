package io.dfsnet.engine;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * The one pool of threads that kernels share, sized by the caller. The calling thread works too, so
 * {@code Workers(1)} starts no thread at all; the others are daemons named {@code dfsnet-worker-1},
 * {@code dfsnet-worker-2}, ...
 *
 * <p>Work is cut into numbered tasks whose cut does not depend on the thread count; who runs which
 * task does not matter to the result.
 *
 * <p>A layer of a small network takes some ten microseconds, and waking a sleeping thread nearly as
 * long. So a thread that has run out of work looks for more for {@value #SPIN_MICROSECONDS} us
 * before it goes to sleep: within a run of a network no thread sleeps, between runs all do. Where
 * the machine has fewer cores than the pool has threads, they go to sleep at once, because a thread
 * that looks for work would keep the core from the one that does it. Calls allocate nothing.
 */
public final class Workers implements AutoCloseable {
  /** Many times what waking a thread costs, and far below what anybody notices. */
  private static final int SPIN_MICROSECONDS = 50;

  private final int threads;
  private final Round round;
  private final Helper[] helpers;
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * @param threads how many threads work at once, the caller among them; at least 1
   */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: must be at least 1, found " + threads);
    }
    boolean enoughCores = threads <= Runtime.getRuntime().availableProcessors();
    this.threads = threads;
    this.round = new Round(enoughCores ? SPIN_MICROSECONDS * 1_000L : 0);
    this.helpers = new Helper[threads - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = new Helper("dfsnet-worker-" + (i + 1), round);
    }
  }

  /** How many threads work at once, the caller among them. */
  public int threads() {
    return threads;
  }

  /**
   * Runs {@code task} for 0, 1, ..., {@code tasks - 1} and returns when all are done. The first
   * exception that a task throws is thrown here; tasks not yet begun are then left out.
   *
   * <p>One call at a time has the pool. A call that comes meanwhile, from another thread or from
   * within a task, runs all its tasks on its own thread: it never waits, so calls may be nested.
   *
   * @throws IllegalStateException if the pool is closed
   */
  public void forEach(int tasks, IntConsumer task) {
    if (round.isClosed()) {
      throw new IllegalStateException("workers: are closed; make others with new Workers(threads)");
    }
    if (threads == 1 || tasks <= 1 || !busy.compareAndSet(false, true)) {
      for (int i = 0; i < tasks; i++) {
        task.accept(i);
      }
      return;
    }
    try {
      round.begin(tasks, task);
      for (int i = 0; i < Math.min(helpers.length, tasks - 1); i++) {
        helpers[i].wake();
      }
      round.takeTasks();
      round.end();
    } finally {
      busy.set(false);
    }
  }

  /**
   * Ends the threads and waits until they have finished the tasks that they are at. A call of
   * {@link #forEach} that is under way does the rest alone.
   */
  @Override
  public void close() {
    round.close();
    boolean interrupted = false;
    for (Helper helper : helpers) {
      interrupted |= helper.join();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
