package io.dfsnet.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * What the threads of {@link Workers} share: the call that is under way. One object serves all
 * calls, one after another, so that a call allocates nothing. What must not happen then is that a
 * helper that is late for one call takes a task of the next and runs the wrong code for it. So the
 * call's number and its tasks stand in one word, and taking a task is one compare-and-set:
 *
 * <pre>
 *            63           32 31            0
 *   word    |  round number |  tasks left   |     begin:  (r - 1, 0) to (r, tasks)
 *                                                 take:   (r, left)  to (r, left - 1)
 * </pre>
 *
 * <p><b>Visibility.</b> The caller writes {@code task} and {@code tasks}, which are plain fields,
 * before it sets the word; a helper reads them after it has taken a task from that word, so it sees
 * what was written. They stay as they are until the helper reports the task as done, because the
 * caller waits for all reports and writes them again only after that. The reports, in {@code
 * unfinished}, make what the tasks have written visible to the caller in the same way.
 *
 * <p><b>Sleep.</b> Whoever goes to sleep says so first and then looks once more; whoever brings
 * news writes it first and then looks who sleeps. Both are volatile accesses, which all threads see
 * in one order, so one of the two always sees the other and no wake-up is lost.
 */
final class Round {
  private final long spinNanos;
  private final AtomicLong word = new AtomicLong();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private IntConsumer task;
  private int tasks;
  private volatile Thread sleepingCaller;
  private volatile boolean closed;

  /**
   * @param spinNanos how long a thread looks for news before it sleeps
   */
  Round(long spinNanos) {
    this.spinNanos = spinNanos;
  }

  /** Lets helpers take tasks; the round before has ended. */
  void begin(int tasks, IntConsumer task) {
    this.task = task;
    this.tasks = tasks;
    unfinished.set(tasks);
    word.set((long) (number() + 1) << 32 | tasks);
  }

  /** Which round is under way, or was the last one. */
  int number() {
    return (int) (word.get() >>> 32);
  }

  /** Runs tasks that nobody has taken until there are none. */
  void takeTasks() {
    long seen;
    while (left(seen = word.get()) > 0) {
      if (word.compareAndSet(seen, seen - 1)) {
        run(tasks - left(seen));
      }
    }
  }

  /**
   * Waits until all tasks are done.
   *
   * @throws RuntimeException the first one that a task has thrown, or an error
   */
  void end() {
    awaitTasks();
    task = null;
    Throwable thrown = failure.getAndSet(null);
    switch (thrown) {
      case null -> {}
      case RuntimeException exception -> throw exception;
      case Error error -> throw error;
      default ->
          throw new IllegalStateException("workers: a task threw a checked exception", thrown);
    }
  }

  /** From now on no round begins. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  /** How long a thread looks for news before it sleeps. */
  long spinNanos() {
    return spinNanos;
  }

  private void awaitTasks() {
    long began = System.nanoTime();
    boolean interrupted = false;
    while (unfinished.get() > 0) {
      if (System.nanoTime() - began < spinNanos) {
        Thread.onSpinWait();
        continue;
      }
      sleepingCaller = Thread.currentThread();
      if (unfinished.get() > 0) {
        LockSupport.park(this);
        // An interrupted thread cannot sleep; it is told after the round.
        interrupted |= Thread.interrupted();
      }
      sleepingCaller = null;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(int index) {
    int done = 1;
    try {
      task.accept(index);
    } catch (Throwable thrown) {
      failure.compareAndSet(null, thrown);
      done += left(word.getAndUpdate(seen -> seen - left(seen)));
    }
    if (unfinished.addAndGet(-done) == 0) {
      // Null unparks nobody.
      LockSupport.unpark(sleepingCaller);
    }
  }

  private static int left(long word) {
    return (int) word;
  }
}
