package io.dfsnet.nn;

import java.time.Duration;

/**
 * Runs something until the JVM has compiled it. Times fall in steps, as the interpreter and the two
 * compilers take turns, and stand still in between; so a time has settled only when nothing faster
 * came for as long as it took to get there.
 */
final class WarmUp {
  /** A run must be this much faster to count as progress; less is noise. */
  private static final double PROGRESS = 0.95;

  /** How many runs there are at least: C2 compiles a loop after some ten thousand iterations. */
  private static final int MIN_RUNS = 30;

  private WarmUp() {}

  /**
   * How a warm-up ended.
   *
   * @param fastest how long the fastest run took
   * @param settled whether it ended because nothing faster came; else the budget was used up
   */
  record Outcome(Duration fastest, boolean settled) {}

  /** Runs the work at least once, however small the budget. */
  static Outcome run(Runnable work, Duration budget) {
    long began = System.nanoTime();
    long end = began + budget.toNanos();
    long fastest = Long.MAX_VALUE;
    long milestone = Long.MAX_VALUE;
    long progress = began;
    long now = began;
    for (int runs = 0; runs == 0 || now < end; runs++) {
      if (runs >= MIN_RUNS && now - progress > progress - began) {
        return new Outcome(Duration.ofNanos(fastest), true);
      }
      long before = now;
      work.run();
      now = System.nanoTime();
      long took = now - before;
      if (took < PROGRESS * milestone) {
        milestone = took;
        progress = now;
      }
      fastest = Math.min(fastest, took);
    }
    return new Outcome(Duration.ofNanos(fastest), false);
  }
}
