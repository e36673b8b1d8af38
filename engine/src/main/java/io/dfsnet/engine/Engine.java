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
   * registers only: the ceiling of every kernel. The best of many short measurements, after a
   * warm-up that ends when the JVM has compiled the loop, or after three budgets.
   *
   * @param budget for how long to measure; half a second is plenty on an idle machine
   * @return 10<sup>9</sup> floating point operations per second, two per multiply-add
   */
  public static double measureFmaPeak(Duration budget) {
    var kernels = kernels();
    // Compiled by C2 it is hundreds of times faster than at first, in all stages between tens.
    double interpreted = multiplyAddRate(kernels);
    long start = System.nanoTime();
    double rate;
    do {
      rate = multiplyAddRate(kernels);
    } while (rate < 50 * interpreted && System.nanoTime() - start < 3 * budget.toNanos());
    start = System.nanoTime();
    do {
      rate = Math.max(rate, multiplyAddRate(kernels));
    } while (System.nanoTime() - start < budget.toNanos());
    return rate;
  }

  /** Many short calls, because the JVM counts calls to find out what to compile. */
  private static double multiplyAddRate(Kernels kernels) {
    long multiplyAdds = 0;
    long start = System.nanoTime();
    for (int call = 0; call < 100; call++) {
      multiplyAdds += kernels.multiplyAdd(100);
    }
    return 2.0 * multiplyAdds / Math.max(System.nanoTime() - start, 1);
  }

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
