package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What every fuzz target checks of its parser: whatever the bytes, they are read or refused with
 * the parser's own error, in bounded time and memory, and the error is of a length that a person
 * reads.
 */
public final class Hostile {
  /** Fuzzed inputs have some KiB; a parser that needs this long for one is broken. */
  private static final Duration TIME = Duration.ofSeconds(5);

  /** What a parser may allocate in all for one input, in bytes. */
  private static final long MEMORY = 256L << 20;

  private static final int MESSAGE = 20_000;

  private Hostile() {}

  /**
   * What {@code parser} reads; nothing if it refuses with a {@code refusal}.
   *
   * @throws AssertionError if it takes too much time or memory, or refuses without a message
   * @throws RuntimeException whatever else the parser throws
   */
  public static <T> Optional<T> readOrRefused(
      Class<? extends RuntimeException> refusal, Supplier<T> parser) {
    Outcome<T> outcome = Outcome.of(refusal, parser);
    if (outcome.isTooMuch()) {
      // The first time may have loaded classes, which Jazzer's agent rewrites then.
      outcome = Outcome.of(refusal, parser);
    }
    assertThat(outcome.allocated).as("bytes allocated").isLessThan(MEMORY);
    assertThat(outcome.time).as("time").isLessThan(TIME);
    return outcome.value;
  }

  private record Outcome<T>(Optional<T> value, long allocated, Duration time) {
    static <T> Outcome<T> of(Class<? extends RuntimeException> refusal, Supplier<T> parser) {
      var read = new Object[1];
      long start = System.nanoTime();
      long allocated = Allocations.of(() -> read[0] = value(refusal, parser));
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      @SuppressWarnings("unchecked")
      T value = (T) read[0];
      return new Outcome<>(Optional.ofNullable(value), allocated, time);
    }

    boolean isTooMuch() {
      return allocated >= MEMORY || time.compareTo(TIME) >= 0;
    }

    private static <T> T value(Class<? extends RuntimeException> refusal, Supplier<T> parser) {
      try {
        return parser.get();
      } catch (RuntimeException thrown) {
        if (!refusal.isInstance(thrown)) {
          throw thrown;
        }
        assertThat(thrown.getMessage()).isNotBlank().hasSizeLessThan(MESSAGE);
        return null;
      }
    }
  }
}
