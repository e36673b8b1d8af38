package io.dfsnet.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;

/** How far a long task is. */
interface Progress extends AutoCloseable {

  /** How progress is shown. */
  enum Style {
    /** A bar on a terminal, else lines. */
    AUTO,
    /** A bar that redraws itself, and a line for each part that is done. */
    BAR,
    /** A line for each part that is done, and now and then within one. */
    LINES,
    /** Not at all. */
    NONE;

    /** What {@link #AUTO} means in this process. */
    Style resolve() {
      if (this != AUTO) {
        return this;
      }
      Console console = System.console();
      return console != null && console.isTerminal() ? BAR : LINES;
    }
  }

  /** {@code done} steps are done; {@code note} says how it goes, for example the loss. */
  void update(long done, String note);

  /** Ends the task; a bar vanishes. */
  @Override
  void close();

  /**
   * Shows a task of {@code steps} steps as a bar.
   *
   * @param done how many steps were done before
   */
  static Progress bar(String task, long done, long steps, PrintWriter target) {
    return new Bar(task, done, steps, target);
  }

  /**
   * Writes a line now and then while a task goes on.
   *
   * @param clock tells nanoseconds, as {@link System#nanoTime}
   */
  static Progress lines(String task, long steps, PrintWriter target, LongSupplier clock) {
    return new Lines(task, steps, target, clock);
  }

  /** Shows nothing. */
  static Progress silent() {
    return new Silent();
  }

  /** Drawn by the progressbar library. */
  final class Bar implements Progress {
    private static final int MILLIS_BETWEEN_DRAWINGS = 200;

    private final Canvas canvas;
    private final ProgressBar bar;

    private Bar(String task, long done, long steps, PrintWriter target) {
      canvas = new Canvas(target);
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .startsFrom(done, Duration.ZERO)
              .setRenderer(new BarRenderer())
              .setUpdateIntervalMillis(MILLIS_BETWEEN_DRAWINGS)
              .setConsumer(canvas)
              .build();
    }

    @Override
    public void update(long done, String note) {
      bar.setExtraMessage(note);
      bar.stepTo(done);
    }

    @Override
    public void close() {
      bar.close();
      canvas.wipe();
    }
  }

  /** One line of a terminal, of a fixed width: asking the terminal needs native code. */
  final class Canvas implements ProgressBarConsumer {
    private static final int WIDTH = 79;

    private final PrintWriter target;
    private boolean wiped;

    private Canvas(PrintWriter target) {
      this.target = target;
    }

    @Override
    public int getMaxRenderedLength() {
      return WIDTH;
    }

    /** Draws over the last drawing; but the library's timer may come late, when all is over. */
    @Override
    public synchronized void accept(String drawing) {
      if (!wiped) {
        target.print('\r' + drawing);
        target.flush();
      }
    }

    synchronized void wipe() {
      accept(" ".repeat(WIDTH) + '\r');
      wiped = true;
    }

    @Override
    public void close() {
      target.flush();
    }
  }

  /** For files and pipes: what is short says nothing on the way. */
  final class Lines implements Progress {
    static final Duration BETWEEN_LINES = Duration.ofSeconds(30);

    private final String task;
    private final long steps;
    private final PrintWriter target;
    private final LongSupplier clock;
    private long last;

    private Lines(String task, long steps, PrintWriter target, LongSupplier clock) {
      this.task = task;
      this.steps = steps;
      this.target = target;
      this.clock = clock;
      this.last = clock.getAsLong();
    }

    @Override
    public void update(long done, String note) {
      long now = clock.getAsLong();
      if (now - last >= BETWEEN_LINES.toNanos() && done < steps) {
        last = now;
        target.println(task + "  " + done + "/" + steps + "  " + note);
        target.flush();
      }
    }

    @Override
    public void close() {}
  }

  /** Nobody watches. */
  final class Silent implements Progress {
    private Silent() {}

    @Override
    public void update(long done, String note) {}

    @Override
    public void close() {}
  }
}
