package io.dfsnet.engine;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** Flags of a HotSpot JVM. Loaded only where the optional module {@code jdk.management} is. */
final class HotSpotFlags {
  /** The tier whose compiler is C2. */
  static final int C2_LEVEL = 4;

  private HotSpotFlags() {}

  /** The highest tier that the JVM compiles with. */
  static int tieredStopAtLevel() {
    var bean = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    return Integer.parseInt(bean.getVMOption("TieredStopAtLevel").getValue());
  }
}
