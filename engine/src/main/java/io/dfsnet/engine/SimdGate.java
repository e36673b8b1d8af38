package io.dfsnet.engine;

import io.dfsnet.engine.Engine.Simd;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

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
      int widest = Math.min(Integer.highestOneBit(preferred), 512);
      return new Simd(widest, "the width that the JVM prefers on this CPU");
    }
    String reason = WIDTH_PROPERTY + "=" + wanted;
    return new Simd(
        wanted,
        wanted <= preferred
            ? reason
            : reason + ", wider than the CPU's " + preferred + " bits: for tests, very slow");
  }

  private static Integer wantedWidth() {
    String text = System.getProperty(WIDTH_PROPERTY);
    return switch (text) {
      case null -> null;
      case "0", "128", "256", "512" -> Integer.valueOf(text);
      default ->
          throw new IllegalArgumentException(
              "%s: '%s' is no vector width; known: 0 (scalar), 128, 256, 512"
                  .formatted(WIDTH_PROPERTY, text));
    };
  }

  /** Why SIMD kernels cannot run well here and how to mend it, or null if they can. */
  private static String refusal() {
    var vectorModule = ModuleLayer.boot().findModule(VECTOR_MODULE);
    if (vectorModule.isEmpty() || !SimdGate.class.getModule().canRead(vectorModule.get())) {
      return "module %s is not there; start java with --add-modules %<s".formatted(VECTOR_MODULE);
    }
    String vm = System.getProperty("java.vm.name", "");
    if (!vm.contains("HotSpot") && !vm.contains("OpenJDK")) {
      return "the JVM '" + vm + "' is not HotSpot; run on an OpenJDK build";
    }
    if (System.getProperty("java.vm.version", "").contains("jvmci")) {
      return "a JVMCI compiler may stand in for C2; run on a plain OpenJDK build";
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
