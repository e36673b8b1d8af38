package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;
import java.io.PrintWriter;

/**
 * What a command says. For people: text on standard output as the command goes along. For programs
 * ({@code --json}): nothing on standard output but one JSON object, the result. Logs and progress
 * go to standard error either way.
 */
final class Output {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private final Progress.Style style;
  private boolean answered;

  Output(PrintWriter out, PrintWriter err, boolean json, Progress.Style style) {
    this.out = out;
    this.err = err;
    this.json = json;
    this.style = style.resolve();
  }

  /** A part of the answer in text; left out where the answer is JSON. */
  void text(Object text) {
    if (!json) {
      out.println(text);
      out.flush();
    }
  }

  /** Something on the way that is not part of the answer. */
  void log(String line) {
    err.println(line);
    err.flush();
  }

  /** A part of a long task is done. */
  void done(String line) {
    if (style != Progress.Style.NONE) {
      log(line);
    }
  }

  /** Begins to show how far a long task of {@code steps} steps is. */
  Progress progress(String task, long steps) {
    return progress(task, 0, steps);
  }

  /** The same for a task of which some steps were {@code done} before. */
  Progress progress(String task, long done, long steps) {
    return switch (style) {
      case BAR -> Progress.bar(task, done, steps, err);
      case LINES -> Progress.lines(task, steps, err, System::nanoTime);
      case NONE, AUTO -> Progress.silent();
    };
  }

  /** The whole answer as JSON; given once, left out where the answer is text. */
  void result(Json.Object result) {
    if (answered) {
      throw new IllegalStateException("output: a command has one result");
    }
    answered = true;
    if (json) {
      out.println(result);
      out.flush();
    }
  }

  /** Whether the result has been given. */
  boolean answered() {
    return answered;
  }
}
