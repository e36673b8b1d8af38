package io.dfsnet.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How often a training writes a checkpoint within an epoch. */
sealed interface CheckpointInterval {

  /** About a minute: what a power cut may cost. */
  CheckpointInterval DEFAULT = new Time(Duration.ofMinutes(1));

  /**
   * Whether one is due.
   *
   * @param steps since the last one
   * @param time since the last one
   * @param cost what the last one took
   */
  boolean due(long steps, Duration time, Duration cost);

  /** After so many steps. */
  record Steps(int count) implements CheckpointInterval {
    @Override
    public boolean due(long steps, Duration time, Duration cost) {
      return steps >= count;
    }

    @Override
    public String toString() {
      return Integer.toString(count);
    }
  }

  /** After so much time, and longer if else more than a hundredth of all time went into writing. */
  record Time(Duration span) implements CheckpointInterval {
    private static final int COST = 100;

    @Override
    public boolean due(long steps, Duration time, Duration cost) {
      return time.compareTo(span) >= 0 && time.compareTo(cost.multipliedBy(COST)) >= 0;
    }

    @Override
    public String toString() {
      return span.toSeconds() + "s";
    }
  }

  /**
   * Reads a number of steps, or of seconds with an {@code s} behind it.
   *
   * @throws IllegalArgumentException if it is neither, or none
   */
  static CheckpointInterval parse(String text) {
    Matcher match = Pattern.compile("([1-9][0-9]{0,8})(s?)").matcher(text);
    if (!match.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no number of steps, as in 200, and none of seconds, as in 60s");
    }
    int number = Integer.parseInt(match.group(1));
    return match.group(2).isEmpty() ? new Steps(number) : new Time(Duration.ofSeconds(number));
  }
}
