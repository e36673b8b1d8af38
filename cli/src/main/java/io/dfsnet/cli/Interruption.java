package io.dfsnet.cli;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes Ctrl-C leave whole results behind. The virtual machine ends while a shutdown hook of this
 * class holds the lock that every {@link #write} needs: a write that has begun is finished, and no
 * other begins.
 */
final class Interruption implements AutoCloseable {

  /** Files that belong together. */
  interface Writing<X extends Exception> {
    void write() throws X;
  }

  private final ReentrantLock writing = new ReentrantLock();
  private final Thread hook;

  /**
   * @param farewell is called when the process is interrupted, after the last write
   */
  Interruption(Runnable farewell) {
    hook =
        Thread.ofPlatform()
            .name("dfs-interruption")
            .unstarted(
                () -> {
                  // Never unlocked: the process ends when this thread does.
                  writing.lock();
                  farewell.run();
                });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Writes files that an interruption must not tear apart. */
  <X extends Exception> void write(Writing<X> files) throws X {
    writing.lock();
    try {
      files.write();
    } finally {
      writing.unlock();
    }
  }

  /** The work is over; from now on Ctrl-C says nothing. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endsAlready) {
      // The process is ending, and the hook is running.
    }
  }
}
