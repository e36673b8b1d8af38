package io.dfsnet.cli;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
final class Units {
  private Units() {}

  /** A binary size: {@code 512 B}, {@code 64.0 KiB}, {@code 1.5 MiB}. */
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1024 && unit < 3) {
      value /= 1024;
      unit++;
    }
    return format("%.1f %ciB", value, "KMGT".charAt(unit));
  }

  /** A count with a decimal prefix: {@code 272 k}, {@code 41.2 M}. */
  static String count(long count) {
    if (count < 10_000) {
      return Long.toString(count);
    }
    double value = count / 1e3;
    int unit = 0;
    while (value >= 1000 && unit < 2) {
      value /= 1000;
      unit++;
    }
    return format(value < 100 ? "%.1f %c" : "%.0f %c", value, "kMG".charAt(unit));
  }

  /** A share of one as a percentage: {@code 68.40 %}. */
  static String percent(double share) {
    return format("%.2f %%", 100 * share);
  }

  /** A time: {@code 0:07}, {@code 12:34}, {@code 1:02:33}. */
  static String time(Duration time) {
    return time.toHours() == 0
        ? format("%d:%02d", time.toMinutes(), time.toSecondsPart())
        : format("%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }

  /** A constant as options and results write it. */
  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** {@link String#format} with a decimal point everywhere in the world. */
  static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
