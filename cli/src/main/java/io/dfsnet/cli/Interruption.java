package io.dfsnet.cli;

import java.util.concurrent.CountDownLatch;

/**
 * Turns Ctrl-C, and whatever else asks the process to end, into a wish: the work sees it between
 * two steps, puts its results away and {@link #leave}s. The virtual machine ends when its shutdown
 * hooks do, and the one of this class waits for that.
 *
 * <pre>
 * work    step   step   step, checkpoint, leave ...
 * signal                ^ wish                  ^
 * hook                  .. waits ..............  the process ends
 * </pre>
 *
 * <p>Work that comes to its end meanwhile closes this, and the process may end at that moment: what
 * has to be said about it is said before.
 *
 * <p>A second Ctrl-C ends the process at once.
 */
final class Interruption implements AutoCloseable {
  private final CountDownLatch over = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean wished;

  /**
   * @param heard is called when the wish is there, on a thread of its own
   */
  Interruption(Runnable heard) {
    hook =
        Thread.ofPlatform()
            .name("dfs-interruption")
            .unstarted(
                () -> {
                  wished = true;
                  Signals.endAtOnce();
                  heard.run();
                  awaitEnd();
                });
  }

  /** From now on Ctrl-C is a wish; before, it ends the process as usual. */
  void begin() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Whether the process is asked to end. */
  boolean wished() {
    return wished;
  }

  /** Lets the process end. Never returns, so that nothing is begun any more. */
  void leave() {
    over.countDown();
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException ignored) {
        // The process is ending.
      }
    }
  }

  /** The work is over; from now on Ctrl-C ends the process as usual. */
  @Override
  public void close() {
    over.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException endsAlready) {
      // The hook is running, and does not wait any more.
    }
  }

  private void awaitEnd() {
    try {
      over.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
