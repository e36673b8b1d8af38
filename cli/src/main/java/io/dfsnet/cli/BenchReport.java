package io.dfsnet.cli;

import io.dfsnet.cli.bench.Suite;
import io.dfsnet.engine.Engine;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.json.Json;
import java.util.ArrayList;
import java.util.List;

/** What {@code dfs bench} measured: a line for each problem, and one for a whole network. */
final class BenchReport {
  private final int threads;
  private final double peak;
  private final List<Line> lines = new ArrayList<>();
  private Whole whole;

  private record Line(Suite.Row row, String kernel, Measurement measured) {}

  private record Whole(Network network, int batch, Measurement measured) {}

  /**
   * @param peak of {@code threads} threads, in GFLOP/s
   */
  BenchReport(int threads, double peak) {
    this.threads = threads;
    this.peak = peak;
  }

  /** One more problem. */
  void add(Suite.Row row, String kernel, Measurement measured) {
    lines.add(new Line(row, kernel, measured));
  }

  /** The network whose convolutions the problems are. */
  void addWhole(Network network, int batch, Measurement measured) {
    whole = new Whole(network, batch, measured);
  }

  String toText() {
    List<String> text = new ArrayList<>();
    text.add(
        Units.format(
            "%d %s, FMA peak %.1f GFLOP/s, %s",
            threads, threads == 1 ? "thread" : "threads", peak, Engine.describe()));
    if (whole != null) {
      text.add("");
      text.add(wholeTable().toString());
      text.add("");
      text.add("its convolutions one by one, without what the session fuses into them:");
    }
    text.add(isOfNetwork() ? networkTable().toString() : table().toString());
    if (isOfNetwork()) {
      text.add("all of them in a row: " + micros(total()));
    }
    text.add("");
    text.add(
        "deviation: the median absolute deviation of the samples. heap: allocated by one call.");
    return String.join(System.lineSeparator(), text);
  }

  Json.Object toJson(String name) {
    Json.Builder json =
        Json.object()
            .put("suite", name)
            .put("threads", threads)
            .put("simdBits", Engine.simd().bits())
            .put("fmaPeakGflops", peak);
    if (whole != null) {
      Json.Builder network =
          Json.object()
              .put("name", whole.network().name())
              .put("groups", whole.network().groups())
              .put("batch", whole.batch());
      json.put("network", whole.measured().json(network, peak));
    }
    return json.put("rows", Json.array(lines.stream().map(this::json).toList())).build();
  }

  private Json.Object json(Line line) {
    Json.Builder row =
        Json.object()
            .put("problem", line.row().problem().toString())
            .put("times", line.row().times())
            .put("kernel", line.kernel());
    return line.measured().json(row, peak);
  }

  /** Whether the problems are those of a network, which has some of them many times. */
  private boolean isOfNetwork() {
    return lines.stream().anyMatch(line -> line.row().times() > 1);
  }

  /** Nanoseconds of all problems, each as often as the network has it. */
  private double total() {
    return lines.stream().mapToDouble(BenchReport::nanos).sum();
  }

  private static double nanos(Line line) {
    return line.row().times() * line.measured().median();
  }

  private TextTable wholeTable() {
    var table =
        new TextTable("network", "images", "median", "deviation", "GFLOP/s", "of peak", "heap");
    Measurement measured = whole.measured();
    return table.row(
        whole.network(),
        whole.batch(),
        micros(measured.median()),
        micros(measured.deviation()),
        gflops(measured),
        ofPeak(measured),
        heap(measured));
  }

  private TextTable table() {
    var table =
        new TextTable("problem", "kernel", "median", "deviation", "GFLOP/s", "of peak", "heap");
    for (Line line : lines) {
      Measurement measured = line.measured();
      table.row(
          line.row().problem(),
          line.kernel(),
          micros(measured.median()),
          micros(measured.deviation()),
          gflops(measured),
          ofPeak(measured),
          heap(measured));
    }
    return table;
  }

  private TextTable networkTable() {
    var table =
        new TextTable(
            "times",
            "problem",
            "kernel",
            "median",
            "deviation",
            "GFLOP/s",
            "of peak",
            "heap",
            "share of time");
    double total = total();
    for (Line line : lines) {
      Measurement measured = line.measured();
      table.row(
          line.row().times(),
          line.row().problem(),
          line.kernel(),
          micros(measured.median()),
          micros(measured.deviation()),
          gflops(measured),
          ofPeak(measured),
          heap(measured),
          Units.format("%.1f %%", 100 * nanos(line) / total));
    }
    return table;
  }

  /** With four digits, as more would be noise. */
  private static String micros(double nanos) {
    String pattern = nanos < 1e5 ? "%.2f us" : nanos < 1e6 ? "%.1f us" : "%.0f us";
    return Units.format(pattern, nanos / 1e3);
  }

  private static String gflops(Measurement measured) {
    return Units.format("%.1f", measured.gflops());
  }

  private String ofPeak(Measurement measured) {
    return Units.format("%.1f %%", 100 * measured.gflops() / peak);
  }

  private static String heap(Measurement measured) {
    return measured.allocated() == Allocation.UNKNOWN
        ? "unknown"
        : Units.bytes(measured.allocated());
  }
}
