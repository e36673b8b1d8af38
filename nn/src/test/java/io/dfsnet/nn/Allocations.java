package io.dfsnet.nn;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts the bytes that some work allocates on its thread. */
public final class Allocations {
  static {
    // The library itself does not read the modules of the JVM's management.
    for (String management : new String[] {"java.management", "jdk.management"}) {
      Allocations.class
          .getModule()
          .addReads(ModuleLayer.boot().findModule(management).orElseThrow());
    }
  }

  private Allocations() {}

  /** How many bytes {@code work} allocated, whether they are still in use or not. */
  public static long of(Runnable work) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }
}
