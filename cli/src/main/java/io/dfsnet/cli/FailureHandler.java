package io.dfsnet.cli;

import io.dfsnet.nn.json.Json;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Says what went wrong: one line on standard error, and with {@code --json} the one object on
 * standard output, {@code {"error":"...","status":1}}. The trace only for defects and on {@code
 * --debug}.
 */
final class FailureHandler implements IParameterExceptionHandler, IExecutionExceptionHandler {

  @Override
  public int handleParseException(ParameterException thrown, String[] arguments) {
    return report(thrown, thrown.getCommandLine(), List.of(arguments));
  }

  @Override
  public int handleExecutionException(Exception thrown, CommandLine line, ParseResult parsed) {
    return report(thrown, line, parsed.originalArgs());
  }

  /**
   * Says it at once.
   *
   * @param line of the command that failed
   * @param arguments all words of the call
   * @return the exit status
   */
  static int report(Throwable thrown, CommandLine line, List<String> arguments) {
    Failure failure = Failure.of(thrown);
    line.getErr().println("dfs: " + failure.message());
    if (failure.defect() || arguments.contains("--debug")) {
      thrown.printStackTrace(line.getErr());
    }
    line.getErr().flush();
    if (arguments.contains("--json")) {
      line.getOut()
          .println(
              Json.object()
                  .put("error", failure.message())
                  .put("status", failure.status())
                  .build());
      line.getOut().flush();
    }
    return failure.status();
  }
}
