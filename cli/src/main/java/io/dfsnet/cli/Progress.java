package io.dfsnet.cli;

import java.io.Console;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a long task is, on standard error: a bar that redraws itself, or one line when done. */
interface Progress extends AutoCloseable {

  /** How progress is shown. */
  enum Style {
    AUTO,
    BAR,
    LINES,
    NONE
  }

  /** {@code done} steps are done; {@code note} says how it goes, for example the loss. */
  void update(long done, String note);

  /** Ends the task; a bar vanishes. Lines are the caller's: it knows what was reached. */
  @Override
  void close();

  /** Starts showing a task of {@code steps} steps. */
  static Progress start(Style style, String task, long steps) {
    return style == Style.BAR ? new Bar(task, steps) : new Silent();
  }

  /** What {@link Style#AUTO} means here: a bar if a person watches, else lines. */
  static Style resolve(Style style) {
    if (style != Style.AUTO) {
      return style;
    }
    Console console = System.console();
    return console != null && console.isTerminal() ? Style.BAR : Style.LINES;
  }

  /**
   * A bar drawn by the progressbar library, of a fixed width: asking the terminal needs native
   * code.
   */
  final class Bar implements Progress {
    private static final int WIDTH = 79;
    private static final int MILLIS_BETWEEN_DRAWINGS = 200;

    private final ProgressBar bar;

    private Bar(String task, long steps) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(MILLIS_BETWEEN_DRAWINGS)
              .clearDisplayOnFinish()
              .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
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

  /** Shows nothing. */
  final class Silent implements Progress {
    private Silent() {}

    @Override
    public void update(long done, String note) {}

    @Override
    public void close() {}
  }
}
