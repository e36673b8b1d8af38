package io.dfsnet.cli;

import java.io.Console;
import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a long task is. */
interface Progress extends AutoCloseable {

  /** How progress is shown. */
  enum Style {
    /** A bar on a terminal, else lines. */
    AUTO,
    /** A bar that redraws itself, and a line for each part that is done. */
    BAR,
    /** A line for each part that is done. */
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

  /** Shows a task of {@code steps} steps as a bar. */
  static Progress bar(String task, long steps, PrintWriter target) {
    return new Bar(task, steps, target);
  }

  /** Shows nothing. */
  static Progress silent() {
    return new Silent();
  }

  /** Drawn by the progressbar library. */
  final class Bar implements Progress {
    private static final int MILLIS_BETWEEN_DRAWINGS = 200;

    private final ProgressBar bar;

    private Bar(String task, long steps, PrintWriter target) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(MILLIS_BETWEEN_DRAWINGS)
              .clearDisplayOnFinish()
              .setConsumer(new Canvas(target))
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
    }
  }

  /** One line of a terminal, of a fixed width: asking the terminal needs native code. */
  record Canvas(PrintWriter target) implements ProgressBarConsumer {
    private static final int WIDTH = 79;

    @Override
    public int getMaxRenderedLength() {
      return WIDTH;
    }

    @Override
    public void accept(String drawing) {
      target.print('\r' + drawing);
      target.flush();
    }

    @Override
    public void clear() {
      accept(" ".repeat(WIDTH) + '\r');
    }

    @Override
    public void close() {
      target.flush();
    }
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
