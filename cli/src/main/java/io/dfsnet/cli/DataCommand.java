package io.dfsnet.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Data sets: the list of what can be done with them. */
@Command(
    name = "data",
    mixinStandardHelpOptions = true,
    versionProvider = Dfs.Version.class,
    description = "Fetch data sets, and look at them.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    subcommands = {DataGetCommand.class, DataInfoCommand.class},
    footer = {
      "",
      "Examples:",
      "  dfs data get cifar100 --out data/cifar100",
      "  dfs data info cifar100:data/cifar100"
    })
final class DataCommand implements Runnable {
  @Spec CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "No command given");
  }
}
