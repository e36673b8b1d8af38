package io.dfsnet.cli;

import io.dfsnet.cli.bench.WrongResultException;
import io.dfsnet.cli.download.DownloadException;
import io.dfsnet.distrib.DistributedException;
import io.dfsnet.dividefuse.DivisionException;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.nas.SearchException;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.data.DataException;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.train.DivergenceException;
import io.dfsnet.nn.train.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What went wrong: an exit status and one line, {@code thing: rule; mend}. The one place that knows
 * which exception means what.
 *
 * @param status 1 if the work failed, 2 if the call was wrong
 * @param message one line without the leading {@code dfs:}
 * @param defect whether the program itself is wrong, so that its stack trace is worth printing
 */
record Failure(int status, String message, boolean defect) {
  static final int FAILED = 1;
  static final int BAD_USAGE = 2;

  Failure {
    message = oneLine(message);
  }

  /** What an exception means for the caller of {@code dfs}. */
  static Failure of(Throwable thrown) {
    return switch (thrown) {
      case ParameterException e -> usage(parsing(e));
      case ExecutionException e when e.getCause() != null -> of(e.getCause());
      case UsageException e -> usage(e.getMessage());
      case ShapeException e -> usage(e.getMessage());
      case NetworkException e -> usage(e.getMessage());
      case DivisionException e -> usage(e.getMessage());
      case SearchException e -> usage(e.getMessage());
      case CommandException e -> failed(e.getMessage());
      case DistributedException e when e.code() == DistributedException.Code.INSECURE ->
          usage(e.getMessage() + " (option --insecure-plaintext)");
      case DistributedException e -> failed(e.getMessage());
      case FileFormatException e -> failed(e.getMessage());
      case DataException e -> failed(e.getMessage());
      case TrainingException e -> failed(e.getMessage());
      case DivergenceException e -> failed(e.getMessage());
      case DownloadException e -> failed(e.getMessage());
      case WrongResultException e -> failed(e.getMessage());
      case UncheckedIOException e -> of(e.getCause());
      case NoSuchFileException e -> failed(e.getFile() + ": does not exist");
      case FileSystemException e -> failed(fileSystem(e));
      case IOException e -> failed(e.getMessage());
      case OutOfMemoryError e ->
          failed(
              "memory: the heap of "
                  + Units.bytes(Runtime.getRuntime().maxMemory())
                  + " is full; take a smaller --batch, or set DFS_JAVA_OPTIONS=-Xmx4g");
      default ->
          new Failure(
              FAILED,
              "defect: " + thrown + "; this is an error of dfs itself, please report this trace",
              true);
    };
  }

  private static Failure usage(String message) {
    return new Failure(BAD_USAGE, message, false);
  }

  private static Failure failed(String message) {
    return new Failure(FAILED, message, false);
  }

  /** Picocli's messages begin with a capital and name no mend; ours do it the other way round. */
  private static String parsing(ParameterException thrown) {
    CommandLine line = thrown.getCommandLine();
    String command = line.getCommandSpec().qualifiedName(" ");
    String rule = thrown.getMessage();
    String mend = "see '" + command + " --help'";
    if (thrown instanceof UnmatchedArgumentException unmatched) {
      String word = unmatched.getUnmatched().getFirst();
      String kind =
          unmatched.isUnknownOption()
              ? "option"
              : line.getSubcommands().isEmpty() ? "argument" : "command";
      rule = "unknown " + kind + " '" + word + "'";
      if (!unmatched.getSuggestions().isEmpty()) {
        mend = "did you mean '" + unmatched.getSuggestions().getFirst() + "'? " + mend;
      }
    }
    String thing = line.getParent() == null ? "command line" : line.getCommandName();
    return thing
        + ": "
        + rule.substring(0, 1).toLowerCase(Locale.ROOT)
        + rule.substring(1)
        + "; "
        + mend;
  }

  private static String fileSystem(FileSystemException thrown) {
    String reason =
        switch (thrown) {
          case AccessDeniedException _ -> "access denied";
          case FileSystemException e when e.getReason() != null -> e.getReason();
          default -> thrown.getClass().getSimpleName();
        };
    return thrown.getFile() + ": " + reason;
  }

  /** Whatever a hostile file put into a message, it stays on one line and moves no cursor. */
  private static String oneLine(String text) {
    return String.valueOf(text)
        .strip()
        .replaceAll("\\s*\\R\\s*", " ")
        .replaceAll("\\p{Cntrl}", "?");
  }
}
