package io.dfsnet.bench.peers;

import io.dfsnet.nn.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures the same works in our kernels and in other libraries, in turns. */
@Command(
    name = "SideBySide",
    mixinStandardHelpOptions = true,
    description =
        "Measures the same works in our kernels and in other libraries, in turns, every lane in a"
            + " JVM of its own, and checks every result.",
    footer = {
      "",
      "Examples:",
      "  SideBySide 'n1 g4 ic16 ih32 oc16 kh3 ph1' 'm256 n256 k256'",
      "  SideBySide --suite must-reach --only 'grouped forward, batch 1' --cpu 1"
    })
public final class SideBySide implements Callable<Integer> {
  @Parameters(paramLabel = "WORK", description = "Works, one line each; see Work.")
  private List<String> works = List.of();

  @Option(
      names = "--suite",
      description = "must-reach, a suite of 'dfs bench', or a file of works.")
  private String suite;

  @Option(
      names = "--only",
      description = "A regular expression: take the rows with it in 'section: name'.")
  private Pattern only = Pattern.compile("");

  @Option(names = "--lanes", split = ",", description = "Libraries; by default all that there are.")
  private List<String> lanes = Lanes.names();

  @Option(names = "--threads", description = "Threads of each lane (default: ${DEFAULT-VALUE}).")
  private int threads = 1;

  @Option(names = "--rounds", description = "How often all take turns (default: ${DEFAULT-VALUE}).")
  private int rounds = 3;

  @Option(names = "--cpu", description = "Pin the lanes to these processors, such as 1 or 0-1.")
  private String cpu;

  @Option(names = "--json", description = "Write all figures to this file.")
  private Path json;

  @Option(names = "--markdown", description = "Write the tables to this file.")
  private Path markdown;

  /** Ends with status 0, 1 if a result was wrong or our lane failed, 2 if the arguments are. */
  public static void main(String[] arguments) {
    var command = new CommandLine(new SideBySide());
    command.setExecutionExceptionHandler(
        (failure, line, parsed) ->
            switch (failure) {
              case PeersException usage -> fail(line, usage, 2);
              case LaneClient.LaneDeath ours -> fail(line, ours, 1);
              default -> throw failure;
            });
    System.exit(command.execute(arguments));
  }

  private static int fail(CommandLine line, Exception failure, int status) {
    line.getErr().println("SideBySide: " + failure.getMessage());
    return status;
  }

  @Override
  public Integer call() throws Exception {
    List<Suite.Row> rows = rows();
    try (var driver = new Driver(lanesInOrder(), threads, rounds, cpu)) {
      List<Comparison> comparisons = new ArrayList<>();
      for (Suite.Row row : rows) {
        Comparison comparison = driver.compare(row);
        comparisons.add(comparison);
        System.out.println(driver.report(List.of(comparison)).line(comparison));
      }
      Report report = driver.report(comparisons);
      System.out.println("\n" + report.toMarkdown());
      if (markdown != null) {
        write(markdown, report.toMarkdown());
      }
      if (json != null) {
        write(json, report.toJson() + "\n");
      }
      return report.allRight() ? 0 : 1;
    }
  }

  private List<Suite.Row> rows() throws IOException {
    if (threads < 1 || rounds < 1) {
      throw new PeersException(
          "--threads and --rounds must be at least 1, found " + threads + " and " + rounds);
    }
    if (works.isEmpty() == (suite == null)) {
      throw new PeersException("needs works or --suite, one of both; see --help");
    }
    Suite chosen = suite == null ? Suite.of(works) : suite();
    List<Suite.Row> rows =
        chosen.rows().stream()
            .filter(row -> only.matcher(row.section() + ": " + row.name()).find())
            .toList();
    if (rows.isEmpty()) {
      throw new PeersException("--only '" + only + "': leaves no row of the suite");
    }
    return rows;
  }

  private Suite suite() throws IOException {
    Path file = Path.of(suite);
    return Files.isRegularFile(file)
        ? Suite.parse(suite, Files.readString(file))
        : Suite.named(suite);
  }

  /** Ours is always there, and first. */
  private List<String> lanesInOrder() {
    for (String lane : lanes) {
      if (!Lanes.names().contains(lane)) {
        throw new PeersException(Lanes.unknown(lane));
      }
    }
    return Lanes.names().stream()
        .filter(lane -> lane.equals(Lanes.OURS) || lanes.contains(lane))
        .toList();
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
