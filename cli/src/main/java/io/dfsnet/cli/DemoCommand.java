package io.dfsnet.cli;

import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.data.DataSource;
import io.dfsnet.nn.data.ImageSet;
import java.io.IOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The whole job in one command. */
@Command(
    name = "demo",
    description = "The whole job: train, divide, search, retrain, run on four node processes.",
    footer = {
      "",
      "Examples:",
      "  dfs demo                                           generated images, no download",
      "  dfs demo --data cifar100:data/cifar-100-binary     the same on real images",
      "  dfs demo --epochs 20 --fusions 3                   longer, with more fusions",
      "",
      "It takes minutes, not hours: the networks are small and see few images. What it compares"
          + " was",
      "trained alike, so the differences count, not the figures themselves."
    })
final class DemoCommand extends DfsCommand {
  @ArgGroup(validate = false, heading = "%nData:%n", order = 2)
  DataOptions data = new DataOptions();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Network to divide (default: by data set).")
  String model;

  @Option(
      names = "--groups",
      paramLabel = "G",
      converter = Converters.Count.class,
      description = "Channel groups, and node processes (default: 4).")
  Integer groups;

  @Option(
      names = "--fusions",
      paramLabel = "K",
      converter = Converters.Count.class,
      description = "Positions that may fuse (default: 2).")
  Integer fusions;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Epochs of every network (default: by data set).")
  Integer epochs;

  @Option(
      names = "--images",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Test images that run through the nodes (default: 256).")
  int images = 256;

  @Option(
      names = "--topology",
      paramLabel = "KIND",
      description = "parallel: all nodes compute a fusion (default). central: the first one does.")
  Topology topology = Topology.PARALLEL;

  @Override
  void run(Output output) throws IOException, InterruptedException {
    DemoPlan plan = DemoPlan.of(data.specification).with(model, groups, fusions, epochs);
    if (global.seed != null) {
      plan = plan.withSeed(global.seed);
    }
    DataSource source = DataOptions.open(plan.data());
    ImageSet train = data.limited(source.train());
    ImageSet test = data.limited(source.test());
    DemoReport report =
        new Demo(plan.within(train.size(), test.size()), train, test, topology, global, output)
            .run(images);
    output.text("");
    output.text(report.toText());
    output.result(report.toJson());
  }
}
