package io.dfsnet.cli;

import io.dfsnet.cli.bench.Pass;
import io.dfsnet.engine.Shape;
import io.dfsnet.nas.Budget;
import io.dfsnet.nas.SearchException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the values of options are read; refusals read {@code '0' is not between 1 and 1024}. */
final class Converters {
  private Converters() {}

  /** A whole number from {@code least} to {@code most}. */
  private abstract static class Range implements ITypeConverter<Integer> {
    private final int least;
    private final int most;

    Range(int least, int most) {
      this.least = least;
      this.most = most;
    }

    @Override
    public Integer convert(String text) {
      try {
        int number = Integer.parseInt(text);
        if (number >= least && number <= most) {
          return number;
        }
      } catch (NumberFormatException notANumber) {
        throw refuse(text, "is no whole number");
      }
      throw refuse(
          text,
          most == Integer.MAX_VALUE
              ? "is less than " + least
              : "is not between " + least + " and " + most);
    }
  }

  /** A number of threads. */
  static final class Threads extends Range {
    Threads() {
      super(1, 1024);
    }
  }

  /** A number of things, at least one. */
  static final class Count extends Range {
    Count() {
      super(1, Integer.MAX_VALUE);
    }
  }

  /** A time in seconds, from a hundredth to an hour. */
  static final class Seconds implements ITypeConverter<Duration> {
    private static final Pattern GRAMMAR = Pattern.compile("[0-9]{1,4}(\\.[0-9]{1,3})?");
    private static final double LEAST = 0.01;
    private static final double MOST = 3600;

    @Override
    public Duration convert(String text) {
      if (!GRAMMAR.matcher(text).matches()) {
        throw refuse(text, "is no number of seconds, as in 0.5");
      }
      double seconds = Double.parseDouble(text);
      if (seconds < LEAST || seconds > MOST) {
        throw refuse(text, Units.format("is not between %.2f and %.0f seconds", LEAST, MOST));
      }
      return Duration.ofMillis(Math.round(1000 * seconds));
    }
  }

  /** The pass of a convolution. */
  static final class OfPass implements ITypeConverter<Pass> {
    @Override
    public Pass convert(String text) {
      return Pass.of(text)
          .orElseThrow(() -> refuse(text, "is not one of " + String.join(", ", Pass.words())));
    }
  }

  /** An image's shape, {@code CxHxW}. */
  static final class OfImage implements ITypeConverter<Shape> {
    private static final Pattern GRAMMAR =
        Pattern.compile("([0-9]{1,5})x([0-9]{1,5})x([0-9]{1,5})");

    @Override
    public Shape convert(String text) {
      Matcher match = GRAMMAR.matcher(text);
      if (!match.matches()) {
        throw refuse(text, "is not channels x height x width, as in 3x32x32");
      }
      return Shape.of(
          Integer.parseInt(match.group(1)),
          Integer.parseInt(match.group(2)),
          Integer.parseInt(match.group(3)));
    }
  }

  /** A budget, see {@link Budget#parse}. */
  static final class OfBudget implements ITypeConverter<Budget> {
    @Override
    public Budget convert(String text) {
      try {
        return Budget.parse(text);
      } catch (SearchException refused) {
        throw new TypeConversionException(refused.getMessage());
      }
    }
  }

  /** How often a checkpoint is written, see {@link CheckpointInterval#parse}. */
  static final class OfCheckpointInterval implements ITypeConverter<CheckpointInterval> {
    @Override
    public CheckpointInterval convert(String text) {
      try {
        return CheckpointInterval.parse(text);
      } catch (IllegalArgumentException refused) {
        throw new TypeConversionException(refused.getMessage());
      }
    }
  }

  /** A constant of an enum, written in small letters. */
  static final class Choice<E extends Enum<E>> implements ITypeConverter<E> {
    private final Class<E> type;

    Choice(Class<E> type) {
      this.type = type;
    }

    @Override
    public E convert(String text) {
      List<String> names = new ArrayList<>();
      for (E constant : type.getEnumConstants()) {
        String name = constant.name().toLowerCase(Locale.ROOT);
        if (name.equals(text)) {
          return constant;
        }
        names.add(name);
      }
      throw refuse(text, "is not one of " + String.join(", ", names));
    }
  }

  static TypeConversionException refuse(String text, String rule) {
    return new TypeConversionException("'" + text + "' " + rule);
  }
}
