package io.dfsnet.engine;

import java.time.Duration;

/** Which kernels this JVM runs, and why. */
public final class Engine {
  private static volatile Simd simd;

  private Engine() {}

  /**
   * The choice between SIMD and scalar kernels, made once per JVM.
   *
   * @param bits vector width; 0 for scalar kernels
   * @param reason why, for people
   */
  public record Simd(int bits, String reason) {}

  /**
   * The kernels' width and the reason for it. The first call decides, and logs one warning if the
   * JVM could do better than scalar kernels.
   *
   * @throws IllegalArgumentException if the system property {@code dfsnet.simd} is there but is
   *     neither 0, 128, 256 nor 512
   */
  public static Simd simd() {
    Simd decided = simd;
    if (decided == null) {
      synchronized (Engine.class) {
        decided = simd;
        if (decided == null) {
          decided = SimdGate.decide();
          simd = decided;
        }
      }
    }
    return decided;
  }

  /** One line, as {@code simd512 kernels: the preferred width of this CPU}. */
  public static String describe() {
    return kernels().instructionSet() + " kernels: " + simd().reason();
  }

  /**
   * Measures how fast one thread multiplies and adds with these kernels' instructions, from
   * registers only: the ceiling of every kernel.
   *
   * @param budget for how long to measure; below about 100 ms the JVM is still compiling
   * @return 10<sup>9</sup> floating point operations per second, two per multiply-add
   */
  public static double measureFmaPeak(Duration budget) {
    var kernels = kernels();
    long end = System.nanoTime() + budget.toNanos();
    double best = 0;
    do {
      long start = System.nanoTime();
      long multiplyAdds = kernels.multiplyAdd(ROUNDS);
      long nanoseconds = Math.max(System.nanoTime() - start, 1);
      best = Math.max(best, 2.0 * multiplyAdds / nanoseconds);
    } while (System.nanoTime() < end);
    return best;
  }

  /** About 10 us of work when compiled, and few enough to reach that soon. */
  private static final int ROUNDS = 3_000;

  /** The kernels of {@link #simd()}. */
  static Kernels kernels() {
    return simd().bits() == 0 ? Scalar.KERNELS : Vector.KERNELS;
  }

  private static final class Scalar {
    static final Kernels KERNELS = new ScalarKernels();
  }

  /** Loaded only after the gate: without the vector module the class could not be linked. */
  private static final class Vector {
    static final Kernels KERNELS = new VectorKernels();
  }
}
