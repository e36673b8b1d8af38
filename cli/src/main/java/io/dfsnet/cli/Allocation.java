package io.dfsnet.cli;

import com.sun.management.ThreadMXBean;
import io.dfsnet.engine.Workers;
import java.lang.management.ManagementFactory;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Counts the bytes that the threads of some workers allocate on the heap. */
final class Allocation {
  /** What stands for bytes where the JVM does not count them. */
  static final long UNKNOWN = -1;

  private static final long MEETING_SECONDS = 10;

  private final ThreadMXBean counters;
  private final long[] threads;

  private Allocation(ThreadMXBean counters, long[] threads) {
    this.counters = counters;
    this.threads = threads;
  }

  /** Counts for the calling thread and the others of {@code workers}. */
  static Allocation of(Workers workers) {
    boolean counts =
        ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean
            && bean.isThreadAllocatedMemorySupported()
            && bean.isThreadAllocatedMemoryEnabled();
    ThreadMXBean counters = counts ? (ThreadMXBean) ManagementFactory.getThreadMXBean() : null;
    return new Allocation(counters, threads(workers));
  }

  /** Whether this JVM counts. */
  boolean counts() {
    return counters != null;
  }

  /** What the threads have allocated since they began; asking allocates nothing. */
  long bytes() {
    if (counters == null) {
      return UNKNOWN;
    }
    long bytes = 0;
    for (long thread : threads) {
      bytes += counters.getThreadAllocatedBytes(thread);
    }
    return bytes;
  }

  /** Each thread takes one task and waits there for the others, so none can take two. */
  private static long[] threads(Workers workers) {
    long[] ids = new long[workers.threads()];
    var meeting = new CyclicBarrier(ids.length);
    workers.forEach(
        ids.length,
        task -> {
          ids[task] = Thread.currentThread().threadId();
          try {
            meeting.await(MEETING_SECONDS, TimeUnit.SECONDS);
          } catch (InterruptedException | BrokenBarrierException | TimeoutException cause) {
            throw new IllegalStateException(
                "workers: " + ids.length + " tasks do not run at once on as many threads", cause);
          }
        });
    return ids;
  }
}
