package io.dfsnet.engine;

import io.dfsnet.engine.Engine.Simd;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;

/**
 * Decides once whether this JVM runs SIMD kernels. Vector API code that C2 has not compiled boxes
 * every vector and is about ten times slower than scalar code, so each doubt ends with scalar
 * kernels and one warning that says how to mend it.
 */
final class SimdGate {
  /** Overrides the width: 0 (scalar), 128, 256 or 512. */
  static final String WIDTH_PROPERTY = "dfsnet.simd";

  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  private static final String MANAGEMENT_MODULE = "jdk.management";
  private static final Set<Integer> WIDTHS = Set.of(0, 128, 256, 512);

  /** An instruction takes well below 100 ns even when interpreted, software thousands. */
  private static final long SLOW_FMA_NANOSECONDS = 1000;

  private static final Logger LOGGER = System.getLogger(SimdGate.class.getName());

  private SimdGate() {}

  static Simd decide() {
    Integer wanted = wantedWidth();
    if (wanted != null && wanted == 0) {
      return new Simd(0, WIDTH_PROPERTY + "=0 asks for scalar kernels");
    }
    String refusal = refusal();
    if (refusal != null) {
      LOGGER.log(Level.WARNING, "scalar kernels, several times slower than SIMD: " + refusal);
      return new Simd(0, refusal);
    }
    int preferred = VectorKernels.Preferred.bits();
    if (wanted == null) {
      return new Simd(Math.min(preferred, 512), "the width that the JVM prefers on this CPU");
    }
    return new Simd(
        wanted,
        WIDTH_PROPERTY
            + "="
            + wanted
            + (wanted > preferred
                ? ", wider than the " + preferred + " bits of this CPU: for tests only, very slow"
                : ""));
  }

  private static Integer wantedWidth() {
    String text = System.getProperty(WIDTH_PROPERTY);
    if (text == null) {
      return null;
    }
    try {
      int width = Integer.parseInt(text);
      if (WIDTHS.contains(width)) {
        return width;
      }
    } catch (NumberFormatException notANumber) {
      // Refused below, like any other wrong value.
    }
    throw new IllegalArgumentException(
        WIDTH_PROPERTY + ": '" + text + "' is no vector width; known: 0 (scalar), 128, 256, 512");
  }

  /** Why SIMD kernels cannot run well here and how to mend it, or null if they can. */
  private static String refusal() {
    var vectorModule = ModuleLayer.boot().findModule(VECTOR_MODULE);
    if (vectorModule.isEmpty() || !SimdGate.class.getModule().canRead(vectorModule.get())) {
      return "the module "
          + VECTOR_MODULE
          + " is not there; start java with --add-modules "
          + VECTOR_MODULE;
    }
    if (!System.getProperty("java.vm.name", "").contains("HotSpot")
        && !System.getProperty("java.vm.name", "").contains("OpenJDK")) {
      return "the JVM '"
          + System.getProperty("java.vm.name")
          + "' is not HotSpot; run on an OpenJDK build";
    }
    String compiler = missingCompiler();
    if (compiler != null) {
      return compiler;
    }
    if (VectorKernels.Preferred.bits() < 128) {
      return "the CPU has no vectors of 128 bits or more that the JVM can use; remove "
          + "-XX:UseAVX, -XX:UseSSE or -XX:MaxVectorSize if they are set";
    }
    if (fmaNanoseconds() > SLOW_FMA_NANOSECONDS) {
      return "fused multiply-add runs in software; remove -XX:-UseFMA or use a CPU with FMA";
    }
    return null;
  }

  private static String missingCompiler() {
    String mode = System.getProperty("java.vm.info", "");
    if (mode.contains("interpreted")) {
      return "the JVM only interprets; remove -Xint";
    }
    if (mode.contains("emulated-client")
        || System.getProperty("java.vm.name", "").contains("Client")) {
      return "the JVM has no C2 compiler; remove -XX:TieredStopAtLevel or -XX:CompilationMode, or "
          + "use a server JVM";
    }
    if (ModuleLayer.boot().findModule(MANAGEMENT_MODULE).isPresent()
        && HotSpotFlags.tieredStopAtLevel() < HotSpotFlags.C2_LEVEL) {
      return "the JVM stops before its C2 compiler; remove -XX:TieredStopAtLevel";
    }
    return null;
  }

  /** The best of several short rounds, so that a pause in one of them does not count. */
  private static long fmaNanoseconds() {
    long best = Long.MAX_VALUE;
    float value = 1.1f;
    for (int round = 0; round < 5; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < 100; i++) {
        value = Math.fma(value, 0.999f, 0.1f);
      }
      best = Math.min(best, (System.nanoTime() - start) / 100);
    }
    return Float.isNaN(value) ? Long.MAX_VALUE : best;
  }
}
