package io.dfsnet.cli;

import io.dfsnet.dividefuse.Topology;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.nn.Initialization;
import io.dfsnet.nn.models.Shortcut;
import java.io.PrintWriter;
import java.lang.module.ModuleDescriptor;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code dfs} command: the list of its subcommands, and what holds for all of them. */
@Command(
    name = "dfs",
    mixinStandardHelpOptions = true,
    versionProvider = Dfs.Version.class,
    description = "Convolutional networks that several weak machines run together.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Examples:",
      "  dfs doctor                                         what this machine can do",
      "  dfs train --model resnet8 --data synthetic --epochs 5 --out runs/first",
      "  dfs COMMAND --help                                 options and examples of a command",
      "",
      "Exit status: 0 done, 1 failed, 2 wrong call."
    })
final class Dfs implements Runnable {
  private static final int HELP_WIDTH = 100;

  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          DoctorCommand.class,
          DataCommand.class,
          TrainCommand.class,
          EvalCommand.class,
          SummaryCommand.class,
          DivideCommand.class,
          ConvertCommand.class,
          SearchCommand.class,
          NodeCommand.class,
          InferCommand.class,
          BenchCommand.class);

  @Spec CommandSpec spec;

  /**
   * The command line, ready to execute, that writes to {@code out} and {@code err}.
   *
   * @param arguments what it is going to execute. If they begin with the name of a command, it
   *     knows that one only: finding the options of all by reflection takes longer than a short
   *     command does.
   */
  static CommandLine commandLine(PrintWriter out, PrintWriter err, String... arguments) {
    var handler = new FailureHandler();
    var line = new CommandLine(new Dfs());
    commands(arguments).forEach(line::addSubcommand);
    line.setOut(out);
    line.setErr(err);
    registerChoice(line, Progress.Style.class);
    registerChoice(line, SearchConfig.Kind.class);
    registerChoice(line, Initialization.class);
    registerChoice(line, Shortcut.class);
    registerChoice(line, Topology.class);
    registerChoice(line, WidthPolicy.class);
    line.setExpandAtFiles(false);
    line.setUsageHelpWidth(HELP_WIDTH);
    line.setParameterExceptionHandler(handler);
    line.setExecutionExceptionHandler(handler);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "No command given");
  }

  private static List<Class<?>> commands(String[] arguments) {
    var named =
        COMMANDS.stream()
            .filter(command -> arguments.length > 0 && name(command).equals(arguments[0]))
            .toList();
    return named.isEmpty() ? COMMANDS : named;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private static <E extends Enum<E>> void registerChoice(CommandLine line, Class<E> type) {
    line.registerConverter(type, new Converters.Choice<>(type));
  }

  /** The version that the build wrote into the module. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"dfs " + ofModule(), "Java " + Runtime.version()};
    }

    static String ofModule() {
      ModuleDescriptor module = Dfs.class.getModule().getDescriptor();
      return module == null ? "(not run as a module)" : module.rawVersion().orElse("");
    }
  }
}
