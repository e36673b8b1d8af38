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
    long start = System.nanoTime();
    Reading<T> reading = new Reading<>(refusal, parser);
    assertThat(Allocations.of(reading)).as("bytes allocated").isLessThan(MEMORY);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).as("time").isLessThan(TIME);
    return Optional.ofNullable(reading.value);
  }

  private static final class Reading<T> implements Runnable {
    private final Class<? extends RuntimeException> refusal;
    private final Supplier<T> parser;
    private T value;

    Reading(Class<? extends RuntimeException> refusal, Supplier<T> parser) {
      this.refusal = refusal;
      this.parser = parser;
    }

    @Override
    public void run() {
      try {
        value = parser.get();
      } catch (RuntimeException thrown) {
        if (!refusal.isInstance(thrown)) {
          throw thrown;
        }
        assertThat(thrown.getMessage()).isNotBlank().hasSizeLessThan(MESSAGE);
      }
    }
  }
}
