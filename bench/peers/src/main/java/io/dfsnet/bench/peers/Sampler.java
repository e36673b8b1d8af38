package io.dfsnet.bench.peers;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Measures a job, every lane's in the same way: first a warm-up, then samples. A sample is as many
 * runs in a row as take {@value #SAMPLE_NANOS} ns, so that the clock's grain does not matter.
 */
final class Sampler {
  private static final long SAMPLE_NANOS = 200_000;
  private static final long FIRST_WARM_UP_NANOS = 1_000_000_000;
  private static final long WARM_UP_NANOS = 300_000_000;
  private static final int FIRST_WARM_UP_RUNS = 5;
  // A JVM with one core compiles a network's kernels for seconds, while it runs them.
  private static final long LONGEST_WARM_UP_NANOS = 30_000_000_000L;
  // A run must be this much faster to count as progress; less is noise.
  private static final double PROGRESS = 0.95;
  private static final int SAMPLES = 15;
  private static final long MEASURE_NANOS = 300_000_000;
  // Work that takes the better part of a second gets fewer samples, or nobody would wait for it.
  private static final int FEW_SAMPLES = 5;
  private static final long PATIENCE_NANOS = 4_000_000_000L;
  private static final int MAX_SAMPLES = 10_000;
  private static final double UNDISTURBED = 0.9;
  private static final int ATTEMPTS = 3;

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private Sampler() {}

  /**
   * Measures again, a few times, if the process had to share its processor; gives the measurement
   * that was disturbed least.
   *
   * @param first whether the job has never run: then the JVM has its kernels still to compile
   */
  static Timing measure(Job job, boolean first) throws Exception {
    double perRun = warmUp(job, first);
    int runs = (int) Math.max(1, Math.ceil(SAMPLE_NANOS / perRun));
    Timing best = sample(job, runs);
    for (int attempt = 1; attempt < ATTEMPTS && best.share() < UNDISTURBED; attempt++) {
      Timing again = sample(job, runs);
      best = again.share() > best.share() ? again : best;
    }
    return best;
  }

  private static Timing sample(Job job, int runs) throws Exception {
    double[] seconds = new double[MAX_SAMPLES];
    int samples = 0;
    long processorTime = SYSTEM.getProcessCpuTime();
    long start = System.nanoTime();
    long elapsed = 0;
    while (!enough(samples, elapsed)) {
      long began = System.nanoTime();
      for (int run = 0; run < runs; run++) {
        job.run();
      }
      long ended = System.nanoTime();
      seconds[samples++] = (ended - began) * 1e-9 / runs / job.repeats();
      elapsed = ended - start;
    }
    double share = (double) (SYSTEM.getProcessCpuTime() - processorTime) / elapsed;
    return Timing.of(seconds, samples, share);
  }

  private static boolean enough(int samples, long elapsed) {
    return samples == MAX_SAMPLES
        || samples >= SAMPLES && elapsed >= MEASURE_NANOS
        || samples >= FEW_SAMPLES && elapsed >= PATIENCE_NANOS;
  }

  /**
   * Runs for a while. The first time that goes on until nothing clearly faster has come for a third
   * of the time that it took to get there, or for too long. Times fall in steps, as the JVM's
   * compilers come to one method after the other, and stand still in between.
   *
   * @return how many nanoseconds one of the last runs took
   */
  private static double warmUp(Job job, boolean first) throws Exception {
    long budget = first ? FIRST_WARM_UP_NANOS : WARM_UP_NANOS;
    int leastRuns = first ? FIRST_WARM_UP_RUNS : 1;
    long start = System.nanoTime();
    long progress = 0;
    double milestone = Double.POSITIVE_INFINITY;
    int runs = 0;
    int chunk = 1;
    while (true) {
      long began = System.nanoTime();
      for (int run = 0; run < chunk; run++) {
        job.run();
      }
      long ended = System.nanoTime();
      long elapsed = ended - start;
      double perRun = Math.max(1.0, (double) (ended - began) / chunk);
      runs += chunk;
      if (perRun < PROGRESS * milestone) {
        milestone = perRun;
        progress = elapsed;
      }
      boolean settled = !first || elapsed - progress >= Math.max(budget, progress / 3);
      if (elapsed >= budget && runs >= leastRuns && (settled || elapsed >= LONGEST_WARM_UP_NANOS)) {
        return perRun;
      }
      if (ended - began < SAMPLE_NANOS) {
        chunk *= 2;
      }
    }
  }
}
