package io.dfsnet.distrib;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A moment by which something must have happened, on this machine's {@link System#nanoTime}. It
 * crosses the wire as what is left of it, so no two clocks have to agree.
 */
record Deadline(long nanoTime) {
  /** A hundred years; longer waits are no different, and nanoTime would overflow. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** As good as never. */
  static final Deadline NEVER = in(LONGEST);

  static Deadline in(Duration time) {
    Duration bounded = time.compareTo(LONGEST) < 0 ? time : LONGEST;
    return new Deadline(System.nanoTime() + bounded.toNanos());
  }

  /** What is left, in nanoseconds; 0 or less when it has passed. */
  long nanosLeft() {
    return nanoTime - System.nanoTime();
  }

  /** What is left, rounded up to milliseconds, at least 0. */
  int millisLeft() {
    long millis = TimeUnit.NANOSECONDS.toMillis(nanosLeft() + 999_999);
    return Math.clamp(millis, 0, Integer.MAX_VALUE);
  }

  boolean passed() {
    return nanosLeft() <= 0;
  }

  Deadline earlier(Deadline other) {
    return nanoTime - other.nanoTime < 0 ? this : other;
  }

  /** A deadline this much sooner. */
  Deadline minus(Duration margin) {
    return new Deadline(nanoTime - margin.toNanos());
  }
}
