package io.dfsnet.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Numbered units of work that threads take from a counter, each thread with scratch memory of its
 * own that lives as long as the queue. So a pass needs as many scratches as threads, not as units,
 * and a thread that is slowed down takes fewer units.
 */
final class UnitQueue<S> {
  /** A unit of work. */
  interface Unit<S> {
    void run(S scratch, int unit);
  }

  private static final long LEAST_MULTIPLY_ADDS = 500_000;

  private final IntFunction<S> newScratch;
  private final Unit<S> work;
  private final IntConsumer hand = this::takeUnits;
  private final AtomicInteger next = new AtomicInteger();
  private S[] scratches;
  private int units;

  UnitQueue(IntFunction<S[]> newArray, Supplier<S> newScratch, Unit<S> work) {
    this(newArray, _ -> newScratch.get(), work);
  }

  /**
   * @param newScratch makes the scratch memory of a thread from its number
   */
  UnitQueue(IntFunction<S[]> newArray, IntFunction<S> newScratch, Unit<S> work) {
    this.newScratch = newScratch;
    this.work = work;
    this.scratches = newArray.apply(0);
  }

  /**
   * How many threads {@code multiplyAdds} of work are worth: waking one takes as long as some
   * hundred thousand of them.
   */
  static int hands(long multiplyAdds, Workers workers) {
    return Math.clamp(multiplyAdds / LEAST_MULTIPLY_ADDS, 1, workers.threads());
  }

  /** Runs units 0 to {@code units - 1} and returns when all are done; one call at a time. */
  void run(int units, int mostHands, Workers workers) {
    int hands = Math.min(mostHands, units);
    int before = scratches.length;
    if (before < hands) {
      scratches = Arrays.copyOf(scratches, hands);
      for (int i = before; i < hands; i++) {
        scratches[i] = newScratch.apply(i);
      }
    }
    this.units = units;
    next.set(0);
    workers.forEach(hands, hand);
  }

  private void takeUnits(int hand) {
    int unit;
    while ((unit = next.getAndIncrement()) < units) {
      work.run(scratches[hand], unit);
    }
  }
}
