package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What holds for every command: help, usage errors, the JSON of failures. */
class FrameTest {

  static Stream<String> commands() {
    var line = Dfs.commandLine(new PrintWriter(new StringWriter()), new PrintWriter(System.err));
    return line.getSubcommands().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpHasExamplesAndTheOptionsOfEveryCommand(String command) {
    Call call = dfs(command, "--help").succeeds();
    assertThat(call.out())
        .contains("Examples:", "\n  dfs " + command, "--json", "--seed", "--threads", "--debug");
    assertThat(call.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void helpListsTheCommands() {
    assertThat(dfs("--help").succeeds().out()).contains(commands().toArray(String[]::new));
  }

  @Test
  void versionComesFromTheBuild() {
    assertThat(dfs("--version").succeeds().out()).contains("dfs ", "Java 25");
  }

  @Test
  void wrongCallsNameTheMend() {
    dfs().fails(2, "no command given", "dfs --help");
    dfs("trian").fails(2, "unknown command 'trian'", "did you mean 'train'?");
    dfs("train", "--epoch", "3", "--out", "x").fails(2, "'--epoch'", "'--epochs'");
    dfs("doctor", "now").fails(2, "unknown argument 'now'", "dfs doctor --help");
    dfs("doctor", "--threads", "0").fails(2, "--threads", "'0' is not between 1 and 1024");
    dfs("doctor", "--threads", "two").fails(2, "--threads", "'two' is no whole number");
    dfs("doctor", "--progress", "loud").fails(2, "'loud' is not one of auto, bar, lines, none");
    dfs("doctor", "--seed", "x").fails(2, "--seed", "'x'");
  }

  @Test
  void failuresAreJsonTooWhenAsked() {
    Call call = dfs("doctor", "--json", "--threads", "0");
    assertThat(call.status()).isEqualTo(2);
    Json.Object answer = Json.parse(call.out().strip()).asObject("standard output");
    assertThat(answer.integer("status")).isEqualTo(2);
    assertThat(call.err()).isEqualToIgnoringNewLines("dfs: " + answer.text("error"));
  }

  @Test
  void traceIsPrintedOnDebug() {
    assertThat(dfs("doctor", "--threads", "0", "--debug").err()).contains("dfs: doctor: ", "\tat ");
  }

  @Test
  void everySubcommandTakesTheSharedOptions() {
    var line = Dfs.commandLine(new PrintWriter(new StringWriter()), new PrintWriter(System.err));
    for (CommandLine each : line.getSubcommands().values()) {
      assertThat(each.getCommandSpec().optionsMap().keySet())
          .as(each.getCommandName())
          .contains("--json", "--seed", "--threads", "--progress", "--debug", "--help", "-h");
    }
  }
}
