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

  /** How long the fastest run took; there is at least one, however small the budget. */
  static Duration run(Runnable work, Duration budget) {
    long began = System.nanoTime();
    long end = began + budget.toNanos();
    long fastest = Long.MAX_VALUE;
    long milestone = Long.MAX_VALUE;
    long progress = began;
    long now = began;
    for (int runs = 0; runs == 0 || now < end; runs++) {
      if (runs >= MIN_RUNS && now - progress > progress - began) {
        break;
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
    return Duration.ofNanos(fastest);
  }
}
