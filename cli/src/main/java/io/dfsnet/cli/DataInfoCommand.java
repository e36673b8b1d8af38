package io.dfsnet.cli;

import io.dfsnet.nn.data.DataException;
import io.dfsnet.nn.data.DataSource;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.data.ImageStatistics;
import io.dfsnet.nn.json.Json;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a data set and says what is in it. */
@Command(
    name = "info",
    description = "Read every image of a data set: counts, shapes, mean and deviation, labels.",
    footer = {
      "",
      "Examples:",
      "  dfs data info cifar100:data/cifar100",
      "  dfs data info folder:data/flowers,size=64 --json",
      "",
      "Mean and deviation are by channel, of bytes scaled to 0..1, before normalisation."
    })
final class DataInfoCommand extends DfsCommand {
  @Parameters(
      paramLabel = "SPEC",
      description = "A data set as --data of the other commands names it, for example synthetic.")
  String specification;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description =
          "Read only N images of each part: the first ones, of a folder evenly spaced ones.")
  Integer limit;

  @Override
  void run(Output output) {
    DataSource source = DataOptions.open(specification);
    var table =
        new TextTable("part", "images", "shape", "classes", "per class", "mean", "deviation");
    Json.Builder parts = Json.object();
    DataException missing = null;
    int found = 0;
    for (Part part :
        new Part[] {new Part("train", source::train), new Part("test", source::test)}) {
      try {
        ImageSet images = DataOptions.limited(part.images().get(), limit);
        ImageStatistics statistics = statistics(images, output);
        row(table, images, statistics);
        parts.put(part.name(), json(images, statistics));
        found++;
      } catch (DataException refused) {
        if (!refused.missing()) {
          throw refused;
        }
        missing = refused;
        output.done(part.name() + ": is not there (" + refused.getMessage() + ")");
      }
    }
    if (found == 0) {
      throw missing;
    }
    output.text(table);
    output.result(Json.object().put("data", specification).put("parts", parts.build()).build());
  }

  private record Part(String name, Supplier<ImageSet> images) {}

  private static ImageStatistics statistics(ImageSet images, Output output) {
    try (var progress = output.progress("reading " + images.name(), images.size())) {
      return ImageStatistics.of(images, read -> progress.update(read, ""));
    }
  }

  private static void row(TextTable table, ImageSet images, ImageStatistics statistics) {
    String each =
        statistics.fewest() == statistics.most()
            ? Integer.toString(statistics.most())
            : statistics.fewest() + " to " + statistics.most();
    table.row(
        images.name(),
        images.size(),
        images.shape(),
        statistics.occurring() + " of " + images.classes(),
        each,
        text(statistics.mean()),
        text(statistics.deviation()));
  }

  private static String text(double[] channels) {
    return Arrays.stream(channels)
        .mapToObj(value -> Units.format("%.4f", value))
        .collect(Collectors.joining(" "));
  }

  private static Json.Object json(ImageSet images, ImageStatistics statistics) {
    return Json.object()
        .put("name", images.name())
        .put("images", images.size())
        .put("shape", Json.integers(images.shape().toArray()))
        .put("classes", images.classes())
        .put("mean", numbers(statistics.mean()))
        .put("deviation", numbers(statistics.deviation()))
        .put("labels", Json.integers(statistics.labels()))
        .build();
  }

  private static Json.Array numbers(double[] values) {
    return Json.array(Arrays.stream(values).mapToObj(Json::of).toList());
  }
}
