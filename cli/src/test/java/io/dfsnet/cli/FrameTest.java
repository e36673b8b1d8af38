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

  /** Every command that does something, as {@code data get}: those without commands below them. */
  static Stream<String> commands() {
    return leaves(all(), "").map(Leaf::name);
  }

  private record Leaf(String name, CommandLine line) {}

  private static CommandLine all() {
    return Dfs.commandLine(new PrintWriter(new StringWriter()), new PrintWriter(System.err));
  }

  private static Stream<Leaf> leaves(CommandLine line, String prefix) {
    return line.getSubcommands().entrySet().stream()
        .flatMap(
            entry ->
                entry.getValue().getSubcommands().isEmpty()
                    ? Stream.of(new Leaf(prefix + entry.getKey(), entry.getValue()))
                    : leaves(entry.getValue(), prefix + entry.getKey() + " "));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpHasExamplesAndTheOptionsOfEveryCommand(String command) {
    Object[] words = (command + " --help").split(" ");
    Call call = dfs(words).succeeds();
    assertThat(call.out())
        .contains("Examples:", "\n  dfs " + command, "--json", "--seed", "--threads", "--debug");
    assertThat(call.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void helpListsTheCommands() {
    assertThat(dfs("--help").succeeds().out()).contains(all().getSubcommands().keySet());
    assertThat(dfs("data", "--help").succeeds().out()).contains("get ", "info ", "Examples:");
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

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandTakesTheSharedOptions(String command) {
    Leaf leaf =
        leaves(all(), "").filter(each -> each.name().equals(command)).findAny().orElseThrow();
    assertThat(leaf.line().getCommandSpec().optionsMap().keySet())
        .contains("--json", "--seed", "--threads", "--progress", "--debug", "--help", "-h");
  }
}
