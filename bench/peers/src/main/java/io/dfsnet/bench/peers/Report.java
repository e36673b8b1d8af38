package io.dfsnet.bench.peers;

import io.dfsnet.nn.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What came out of a comparison, for people and for programs.
 *
 * @param comparisons in the order of the suite
 * @param libraries the library of each lane that loaded
 * @param threads how many threads each lane had
 * @param peak of one thread, in GFLOP/s
 */
record Report(
    List<Comparison> comparisons, Map<String, String> libraries, int threads, double peak) {

  /** Whether no lane gave a wrong result. */
  boolean allRight() {
    return comparisons.stream().flatMap(each -> each.cells().stream()).noneMatch(Cell::wrong);
  }

  /** Markdown: a table for each section, then what is missing and why. */
  String toMarkdown() {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d thread%s; FMA peak %.1f GFLOP/s per thread, measured in the same run. A cell: ms, "
                + "GFLOP/s, percent of the peak; the fastest is bold. best/ours, %s/ours: that "
                + "time over ours, above 1 we are faster.\n",
            threads,
            threads == 1 ? "" : "s",
            peak,
            Lanes.USUAL));
    libraries.forEach(
        (lane, library) ->
            text.append("- ").append(lane).append(": ").append(library).append('\n'));
    sections().forEach((section, rows) -> text.append(section(section, rows)));
    doubts().forEach(line -> text.append("\n").append(line).append('\n'));
    gaps().forEach(line -> text.append("\n").append(line).append('\n'));
    return text.toString();
  }

  /** One line for a comparison, as soon as it is there. */
  String line(Comparison comparison) {
    return String.format(
        Locale.ROOT,
        "%-28s %s   best/ours %s  %s/ours %s",
        comparison.row().name(),
        comparison.cells().stream()
            .filter(cell -> cell.reason().isEmpty())
            .map(cell -> cell.lane() + " " + figures(comparison, cell))
            .collect(Collectors.joining(" | ")),
        ratio(comparison.ratioToBest()),
        Lanes.USUAL,
        ratio(comparison.ratioToUsual()));
  }

  Json toJson() {
    return Json.object()
        .put("threads", threads)
        .put("peakGigaflops", peak)
        .put("libraries", librariesJson())
        .put("works", Json.array(comparisons.stream().map(this::comparisonJson).toList()))
        .build();
  }

  private Map<String, List<Comparison>> sections() {
    return comparisons.stream()
        .collect(
            Collectors.groupingBy(
                comparison -> comparison.row().section(), LinkedHashMap::new, Collectors.toList()));
  }

  private String section(String name, List<Comparison> rows) {
    List<String> lanes =
        rows.getFirst().cells().stream()
            .map(Cell::lane)
            .filter(lane -> rows.stream().anyMatch(row -> row.cell(lane).reason().isEmpty()))
            .toList();
    var text = new StringBuilder();
    text.append("\n### ").append(name).append("\n\n| work (MFLOP) |");
    lanes.forEach(lane -> text.append(' ').append(lane).append(" |"));
    text.append(" best/ours | ").append(Lanes.USUAL).append("/ours |\n|---|");
    text.append("---:|".repeat(lanes.size() + 2)).append('\n');
    for (Comparison row : rows) {
      text.append(
          String.format(
              Locale.ROOT, "| %s (%.1f) |", row.row().name(), row.row().work().flops() * 1e-6));
      Cell fastest = fastest(row);
      for (String lane : lanes) {
        Cell cell = row.cell(lane);
        String figures = figures(row, cell);
        text.append(' ').append(cell == fastest ? "**" + figures + "**" : figures).append(" |");
      }
      text.append(' ').append(ratio(row.ratioToBest()));
      text.append(" | ").append(ratio(row.ratioToUsual())).append(" |\n");
    }
    text.append('\n').append(means("best/ours", rows, Comparison::ratioToBest));
    text.append(means(Lanes.USUAL + "/ours", rows, Comparison::ratioToUsual));
    return text.toString();
  }

  private static Cell fastest(Comparison row) {
    Cell ours = row.cell(Lanes.OURS);
    Cell best = row.bestPeer().orElse(ours);
    return ours.counts() && ours.seconds() < best.seconds() ? ours : best;
  }

  private static String means(
      String what, List<Comparison> rows, Function<Comparison, OptionalDouble> ratio) {
    double[] ratios =
        rows.stream()
            .map(ratio)
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .sorted()
            .toArray();
    if (ratios.length == 0) {
      return "";
    }
    double logarithms = 0;
    for (double each : ratios) {
      logarithms += Math.log(each);
    }
    return String.format(
        Locale.ROOT,
        "%s: geometric mean %.2f, least %.2f, most %.2f, of %d.\n",
        what,
        Math.exp(logarithms / ratios.length),
        ratios[0],
        ratios[ratios.length - 1],
        ratios.length);
  }

  private String figures(Comparison row, Cell cell) {
    if (!cell.reason().isEmpty()) {
      return "-";
    }
    if (cell.wrong()) {
      return "WRONG";
    }
    double seconds = cell.seconds();
    double gigaflops = row.row().work().flops() / seconds * 1e-9;
    return String.format(
        Locale.ROOT,
        "%s %.1f (%.0f%%)",
        milliseconds(seconds),
        gigaflops,
        100 * gigaflops / (peak * threads));
  }

  /** Four digits that count. */
  private static String milliseconds(double seconds) {
    double value = seconds * 1e3;
    int decimals = value < 1 ? 4 : value < 10 ? 3 : value < 100 ? 2 : 1;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  private static String ratio(OptionalDouble ratio) {
    return ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "-";
  }

  private record Place(String name, Cell cell) {}

  /** How far the figures can be trusted. */
  private List<String> doubts() {
    List<Place> figures =
        comparisons.stream()
            .flatMap(
                comparison ->
                    comparison.cells().stream()
                        .filter(cell -> cell.reason().isEmpty())
                        .map(cell -> new Place(comparison.row().name() + " " + cell.lane(), cell)))
            .toList();
    List<String> lines = new ArrayList<>();
    figures.stream()
        .filter(place -> place.cell().wrong())
        .map(place -> line("WRONG: relative error %.1e (%s).", place.cell().error(), place))
        .forEach(lines::add);
    figures.stream()
        .filter(place -> !place.cell().wrong())
        .max(Comparator.comparingDouble(place -> place.cell().error()))
        .map(place -> line("Largest other relative error %.1e (%s).", place.cell().error(), place))
        .ifPresent(lines::add);
    figures.stream()
        .max(Comparator.comparingDouble(place -> place.cell().spread()))
        .map(place -> line("Slowest over fastest round %.2f (%s).", place.cell().spread(), place))
        .ifPresent(lines::add);
    figures.stream()
        .min(Comparator.comparingDouble(place -> place.cell().share()))
        .map(place -> line("Least share of a processor %.2f (%s).", place.cell().share(), place))
        .ifPresent(lines::add);
    return lines;
  }

  private static String line(String format, double figure, Place place) {
    return String.format(Locale.ROOT, format, figure, place.name());
  }

  /** Why cells are empty; equal reasons of a lane once. */
  private List<String> gaps() {
    Map<String, List<String>> rows = new LinkedHashMap<>();
    for (Comparison comparison : comparisons) {
      for (Cell cell : comparison.cells()) {
        if (!cell.reason().isEmpty()) {
          rows.computeIfAbsent(cell.lane() + ": " + cell.reason(), reason -> new ArrayList<>())
              .add(comparison.row().name());
        }
      }
    }
    List<String> lines = new ArrayList<>();
    rows.forEach(
        (reason, names) ->
            lines.add(
                "`-` %s (%s)"
                    .formatted(
                        reason,
                        names.size() <= 3 ? String.join(", ", names) : names.size() + " works")));
    return lines;
  }

  private Json librariesJson() {
    Json.Builder json = Json.object();
    libraries.forEach(json::put);
    return json.build();
  }

  private Json comparisonJson(Comparison comparison) {
    Json.Builder json =
        Json.object()
            .put("section", comparison.row().section())
            .put("name", comparison.row().name())
            .put("work", comparison.row().work().toString())
            .put("flops", comparison.row().work().flops())
            .put("lanes", Json.array(comparison.cells().stream().map(Report::cellJson).toList()));
    comparison.ratioToBest().ifPresent(ratio -> json.put("bestOverOurs", ratio));
    comparison.ratioToUsual().ifPresent(ratio -> json.put("usualOverOurs", ratio));
    return json.build();
  }

  private static Json cellJson(Cell cell) {
    Json.Builder json = Json.object().put("lane", cell.lane());
    if (!cell.reason().isEmpty()) {
      return json.put("reason", cell.reason()).build();
    }
    json.put("seconds", cell.seconds()).put("detail", cell.detail());
    json.put("wrong", cell.wrong());
    if (Double.isFinite(cell.error())) {
      json.put("relativeError", cell.error());
    }
    return json.put(
            "rounds",
            Json.array(
                cell.rounds().stream()
                    .map(
                        round ->
                            Json.object()
                                .put("median", round.median())
                                .put("lowerQuartile", round.lower())
                                .put("upperQuartile", round.upper())
                                .put("samples", round.samples())
                                .put("share", round.share())
                                .build())
                    .toList()))
        .build();
  }
}
