package io.dfsnet.cli;

import java.io.PrintWriter;

/** Where the process starts: {@code dfs COMMAND OPTIONS}. */
public final class Main {
  private Main() {}

  /** The format of log lines: severity, message and, where there is one, the trace. */
  private static final String LOG_FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";

  /** Runs one command and ends the process with its exit status. */
  public static void main(String[] arguments) {
    if (System.getProperty(LOG_FORMAT_PROPERTY) == null) {
      System.setProperty(LOG_FORMAT_PROPERTY, "%4$s: %5$s%6$s%n");
    }
    var out = new PrintWriter(System.out, false, System.out.charset());
    var err = new PrintWriter(System.err, true, System.err.charset());
    int status = Dfs.commandLine(out, err, arguments).execute(arguments);
    out.flush();
    err.flush();
    // Not a plain return: a thread that a failed command left behind must not keep the process.
    System.exit(status);
  }
}
