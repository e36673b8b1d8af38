package io.dfsnet.cli;

import io.dfsnet.cli.bench.Workload;
import io.dfsnet.nn.json.Json;
import java.time.Duration;
import java.util.Arrays;

/**
 * How long a call takes and what it allocates, as medians of many samples: what disturbs a few of
 * them does not count.
 *
 * @param median nanoseconds of a call
 * @param deviation the median absolute deviation of the samples from the median, in nanoseconds
 * @param samples how many samples there are
 * @param flops floating point operations of a call
 * @param allocated bytes that a call allocates on the heap, or {@link Allocation#UNKNOWN}
 */
record Measurement(double median, double deviation, int samples, long flops, long allocated) {
  /** A sample is about this long, so that reading the clock does not count. */
  private static final long SAMPLE_NANOS = 200_000;

  private static final int MIN_SAMPLES = 5;
  private static final int MAX_CALLS = 1 << 20;

  /** A call that allocates as much consists of SIMD code that is not compiled: of objects. */
  private static final long UNCOMPILED_BYTES = 64 * 1024;

  /** For so many budgets a warm-up waits at most for the JVM to compile such code. */
  private static final int MOST_BUDGETS = 20;

  /**
   * Measures a workload: warms it up for {@code budget}, or longer while its SIMD code is not
   * compiled, checks its result, and then times it for {@code budget}. The check comes when the JVM
   * has compiled the code, because that is the code that is timed.
   *
   * @throws io.dfsnet.cli.bench.WrongResultException if the check fails
   */
  static Measurement of(Workload workload, Duration budget, Allocation allocation) {
    long fastest = warmUp(workload, budget, allocation);
    workload.check();
    int calls = Math.clamp(Math.ceilDiv(SAMPLE_NANOS, fastest), 1, MAX_CALLS);
    int most = (int) Math.max(budget.toNanos() / SAMPLE_NANOS, MIN_SAMPLES);
    double[] nanos = new double[most];
    double[] bytes = new double[most];
    int samples = 0;
    long end = System.nanoTime() + budget.toNanos();
    while (samples < MIN_SAMPLES || (samples < most && System.nanoTime() < end)) {
      long allocated = allocation.bytes();
      long before = System.nanoTime();
      for (int call = 0; call < calls; call++) {
        workload.run();
      }
      nanos[samples] = (double) (System.nanoTime() - before) / calls;
      bytes[samples] = (double) (allocation.bytes() - allocated) / calls;
      samples++;
    }
    return of(
        Arrays.copyOf(nanos, samples),
        Arrays.copyOf(bytes, samples),
        workload.flops(),
        allocation.counts());
  }

  private static Measurement of(double[] nanos, double[] bytes, long flops, boolean counts) {
    double median = median(nanos);
    double[] deviations = Arrays.stream(nanos).map(sample -> Math.abs(sample - median)).toArray();
    return new Measurement(
        median,
        median(deviations),
        nanos.length,
        flops,
        counts ? Math.round(median(bytes)) : Allocation.UNKNOWN);
  }

  double gflops() {
    return flops / median;
  }

  /** Adds the figures to what was measured; {@code peak} is in GFLOP/s. */
  Json.Object json(Json.Builder measured, double peak) {
    return measured
        .put("medianNanos", median)
        .put("deviationNanos", deviation)
        .put("samples", samples)
        .put("flops", flops)
        .put("gflops", gflops())
        .put("peakShare", gflops() / peak)
        .put(
            "allocatedBytes",
            allocated == Allocation.UNKNOWN ? new Json.Null() : Json.of(allocated))
        .build();
  }

  /**
   * Calls at least once, until the time is over and calls allocate little, or until much more time
   * is over: on one core the compiler has to share it with the calls, and takes seconds.
   *
   * @return how long the fastest call took
   */
  private static long warmUp(Workload workload, Duration budget, Allocation allocation) {
    long fastest = Long.MAX_VALUE;
    long now = System.nanoTime();
    long end = now + budget.toNanos();
    long last = now + MOST_BUDGETS * budget.toNanos();
    boolean compiled;
    do {
      long allocated = allocation.bytes();
      long before = System.nanoTime();
      workload.run();
      now = System.nanoTime();
      compiled = allocation.bytes() - allocated < UNCOMPILED_BYTES;
      fastest = Math.min(fastest, now - before);
    } while (now < end || (!compiled && now < last));
    return Math.max(fastest, 1);
  }

  /** The middle value, or the mean of the two in the middle. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
