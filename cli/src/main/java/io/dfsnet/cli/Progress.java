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

    private final Canvas canvas;
    private final ProgressBar bar;

    private Bar(String task, long steps, PrintWriter target) {
      canvas = new Canvas(target);
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
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

  /** Nobody watches. */
  final class Silent implements Progress {
    private Silent() {}

    @Override
    public void update(long done, String note) {}

    @Override
    public void close() {}
  }
}
