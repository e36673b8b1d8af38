package io.dfsnet.bench.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets lanes take turns at works. Their JVMs start when they are first asked and end with the
 * driver: when it is closed, when its JVM shuts down, and, because they read from it, even when
 * that is killed.
 */
final class Driver implements AutoCloseable {
  private final int threads;
  private final int rounds;
  private final Path scratch;
  private final Map<String, LaneClient> clients = new LinkedHashMap<>();
  private double peak;

  /**
   * @param lanes names from {@link Lanes}, ours first: the others are compared with its results and
   *     its peak
   * @param cpu the processors that lanes are pinned to, in the words of {@code taskset}; null for
   *     all
   */
  Driver(List<String> lanes, int threads, int rounds, String cpu) throws IOException {
    this.threads = threads;
    this.rounds = rounds;
    this.scratch = Files.createTempDirectory("peers");
    List<String> pinned = cpu == null ? List.of() : List.of("taskset", "-c", cpu);
    for (String lane : lanes) {
      clients.put(lane, new LaneClient(lane, threads, pinned, scratch));
    }
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::endLanes));
  }

  /**
   * Measures one work in all lanes and checks their results. A lane that fails gets a cell with the
   * reason.
   *
   * @throws LaneClient.LaneDeath if ours does not even tell its peak
   */
  Comparison compare(Suite.Row row) throws IOException, LaneClient.LaneDeath {
    Path output = scratch.resolve("output");
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
            // Ours comes first; without it there is nothing to compare but that peers agree.
            expected = doubles(found);
          }
          cell.check(Agreement.of(row.work(), found, expected));
        }
      }
    }
    return new Comparison(row, cells);
  }

  Report report(List<Comparison> comparisons) {
    Map<String, String> libraries = new LinkedHashMap<>();
    clients.forEach(
        (lane, client) -> {
          if (!client.library().isEmpty()) {
            libraries.put(lane, client.library());
          }
        });
    return new Report(comparisons, libraries, threads, peak);
  }

  @Override
  public void close() throws IOException {
    endLanes();
    try (var files = Files.list(scratch)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(scratch);
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
  private void measurePeak() throws LaneClient.LaneDeath {
    if (clients.get(Lanes.OURS).ask(new Request.Peak()) instanceof Reply.Peak(double found)) {
      peak = Math.max(peak, found);
    }
  }

  private void endLanes() {
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
}
