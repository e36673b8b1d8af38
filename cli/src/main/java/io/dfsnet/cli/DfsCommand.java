package io.dfsnet.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command: options as fields, the work in {@link #run}. */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Dfs.Version.class,
    sortOptions = false,
    abbreviateSynopsis = true,
    optionListHeading = "%nOptions:%n")
abstract class DfsCommand implements Callable<Integer> {
  @ArgGroup(validate = false, heading = "%nGeneral:%n", order = 9)
  GlobalOptions global = new GlobalOptions();

  @Spec CommandSpec spec;

  /**
   * Does the work, says it in text on the way, and gives {@link Output#result} once. Whatever it
   * throws, {@link Failure} knows the exit status of.
   */
  abstract void run(Output output) throws Exception;

  @Override
  public final Integer call() throws Exception {
    var line = spec.commandLine();
    var output = new Output(line.getOut(), line.getErr(), global.json, global.progress);
    try {
      run(output);
    } catch (Error error) {
      // Picocli hands exceptions to its handler, and lets errors pass.
      throw new ExecutionException(line, String.valueOf(error.getMessage()), error);
    }
    if (!output.answered()) {
      throw new IllegalStateException(spec.name() + ": ends without a result");
    }
    return 0;
  }

  /**
   * Refuses options that would have no effect.
   *
   * @param why what makes them meaningless, and the mend
   * @throws UsageException naming the first of them that was given
   */
  final void requireAbsent(String why, String... options) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new UsageException(option + ": " + why);
      }
    }
  }
}
