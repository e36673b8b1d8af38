package io.dfsnet.bench.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private final Map<String, LaneClient> clients = new LinkedHashMap<>();
  private double peak;

  /** Ends with status 0, 1 if something failed, 2 if the arguments are wrong. */
  public static void main(String[] arguments) {
    var command = new CommandLine(new SideBySide());
    command.setExecutionExceptionHandler(
        (failure, line, parsed) -> {
          if (failure instanceof PeersException) {
            line.getErr().println("SideBySide: " + failure.getMessage());
            return 2;
          }
          throw failure;
        });
    System.exit(command.execute(arguments));
  }

  @Override
  public Integer call() throws Exception {
    List<Suite.Row> rows = rows();
    List<String> pinned = cpu == null ? List.of() : List.of("taskset", "-c", cpu);
    Path scratch = Files.createTempDirectory("peers");
    Thread killer = Thread.ofPlatform().unstarted(this::killAll);
    Runtime.getRuntime().addShutdownHook(killer);
    try {
      for (String lane : lanesInOrder()) {
        clients.put(lane, new LaneClient(lane, threads, pinned, scratch));
      }
      List<Comparison> comparisons = new ArrayList<>();
      for (Suite.Row row : rows) {
        Comparison comparison = compare(row, scratch.resolve("output"));
        comparisons.add(comparison);
        System.out.println(report(List.of(comparison)).line(comparison));
      }
      Report report = report(comparisons);
      System.out.println();
      System.out.println(report.toMarkdown());
      if (markdown != null) {
        Files.writeString(markdown, report.toMarkdown());
      }
      if (json != null) {
        Files.writeString(json, report.toJson() + "\n");
      }
      return comparisons.stream().flatMap(each -> each.cells().stream()).anyMatch(Cell::wrong)
          ? 1
          : 0;
    } finally {
      killAll();
      Runtime.getRuntime().removeShutdownHook(killer);
      delete(scratch);
    }
  }

  private List<Suite.Row> rows() throws IOException {
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

  /** Ours first: the others are compared with its results and its peak. */
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

  private Comparison compare(Suite.Row row, Path output) throws IOException {
    double[] expected = Reference.of(row.work());
    List<Cell> cells = clients.keySet().stream().map(Cell::new).toList();
    measurePeak();
    for (int round = 0; round < rounds; round++) {
      for (Cell cell : cells) {
        if (!cell.reason().isEmpty()) {
          continue;
        }
        measure(row.work(), cell, output);
        if (round == 0 && cell.reason().isEmpty()) {
          float[] found = read(output);
          if (expected == null) {
            expected = doubles(found);
          }
          cell.check(Agreement.of(row.work(), found, expected));
        }
      }
    }
    return new Comparison(row, cells);
  }

  private void measure(Work work, Cell cell, Path output) {
    try {
      switch (clients.get(cell.lane()).ask(new Request.Measure(work, output))) {
        case Reply.Measured measured -> cell.add(measured);
        case Reply.Refused(String reason) -> cell.fail(reason);
        case Reply.Ready _, Reply.Peak _ -> cell.fail("answered something else");
      }
    } catch (LaneClient.LaneDeath death) {
      cell.fail(death.getMessage());
    }
  }

  /** A ceiling is what was reached best: whatever else the machine does only lowers it. */
  private void measurePeak() {
    try {
      if (clients.get(Lanes.OURS).ask(new Request.Peak()) instanceof Reply.Peak(double found)) {
        peak = Math.max(peak, found);
      }
    } catch (LaneClient.LaneDeath death) {
      throw new PeersException("the lane " + Lanes.OURS + ": " + death.getMessage(), death);
    }
  }

  private Report report(List<Comparison> comparisons) {
    Map<String, String> libraries = new LinkedHashMap<>();
    clients.forEach(
        (lane, client) -> {
          if (!client.library().isEmpty()) {
            libraries.put(lane, client.library());
          }
        });
    return new Report(comparisons, libraries, threads, peak);
  }

  private void killAll() {
    clients.values().forEach(LaneClient::close);
  }

  private static float[] read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
    return values;
  }

  private static double[] doubles(float[] values) {
    double[] doubles = new double[values.length];
    Arrays.setAll(doubles, i -> values[i]);
    return doubles;
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
