package io.dfsnet.distrib;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Enforces absolute deadlines on blocking socket calls by closing the raw socket, which ends every
 * call that blocks on it. {@code SO_TIMEOUT} would not do: it bounds no write, and it begins anew
 * with every byte that a slow peer lets through.
 */
final class Watchdog implements AutoCloseable {

  /** Something that blocks on a socket. */
  interface Step<T> {
    T run() throws IOException;
  }

  private final ScheduledThreadPoolExecutor timer;

  Watchdog() {
    timer = new ScheduledThreadPoolExecutor(1, Threads.factory("watchdog"));
    timer.setRemoveOnCancelPolicy(true);
    // Whoever closes the watchdog has closed its sockets: a late step ends by itself.
    timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  /**
   * Runs a step and closes its socket if the step has not ended at the deadline.
   *
   * @throws SocketTimeoutException if that is why it failed
   */
  <T> T within(Deadline deadline, Socket socket, Step<T> step) throws IOException {
    AtomicBoolean expired = new AtomicBoolean();
    Future<?> alarm =
        timer.schedule(
            () -> {
              expired.set(true);
              Sockets.close(socket);
            },
            deadline.nanosLeft(),
            TimeUnit.NANOSECONDS);
    try {
      return step.run();
    } catch (IOException lost) {
      if (!expired.get()) {
        throw lost;
      }
      SocketTimeoutException late = new SocketTimeoutException("the time was up");
      late.initCause(lost);
      throw late;
    } finally {
      alarm.cancel(false);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
