package io.dfsnet.distrib;

import java.util.concurrent.ThreadFactory;

/**
 * The threads of this module. All are platform threads, so that every one shows in a thread dump by
 * name; there are few, two per connection and one per group.
 */
final class Threads {
  static final String PREFIX = "dfsnet-";

  private Threads() {}

  static Thread start(String name, Runnable body) {
    return Thread.ofPlatform().daemon().name(PREFIX + name).start(body);
  }

  static ThreadFactory factory(String name) {
    return Thread.ofPlatform().daemon().name(PREFIX + name + "-", 0).factory();
  }

  /**
   * Waits for a thread to end, but not for ever: a computation cannot be stopped in the middle of a
   * layer. Never waits for the calling thread, nor for one that was not started.
   */
  static void join(Thread thread, long millis) {
    if (thread == null || thread == Thread.currentThread()) {
      return;
    }
    boolean interrupted = false;
    try {
      thread.join(millis);
    } catch (InterruptedException stop) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
