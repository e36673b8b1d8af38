package io.dfsnet.engine;

import java.util.concurrent.locks.LockSupport;

/** A thread of {@link Workers} that takes tasks of every {@link Round} it notices. */
final class Helper {
  private final Round round;
  private final Thread thread;
  private volatile boolean asleep;

  /** Starts the thread. */
  Helper(String name, Round round) {
    this.round = round;
    this.thread = Thread.ofPlatform().daemon().name(name).start(this::work);
  }

  /** Sees to it that the thread notices what has been written to the round before. */
  void wake() {
    if (asleep) {
      LockSupport.unpark(thread);
    }
  }

  /**
   * Waits until the thread has noticed that the round is closed, and has ended.
   *
   * @return whether the calling thread was interrupted meanwhile
   */
  boolean join() {
    wake();
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        return interrupted;
      } catch (InterruptedException later) {
        interrupted = true;
      }
    }
  }

  private void work() {
    int seen = round.number();
    round.takeTasks();
    while (awaitRoundAfter(seen)) {
      seen = round.number();
      round.takeTasks();
    }
  }

  /** False if the round is closed instead. */
  private boolean awaitRoundAfter(int seen) {
    long began = System.nanoTime();
    while (round.number() == seen) {
      if (round.isClosed()) {
        return false;
      }
      if (System.nanoTime() - began < round.spinNanos()) {
        Thread.onSpinWait();
        continue;
      }
      asleep = true;
      if (round.number() == seen && !round.isClosed()) {
        LockSupport.park(round);
        // Interrupting a helper means nothing, but would keep it from sleeping.
        Thread.interrupted();
      }
      asleep = false;
    }
    return true;
  }
}
