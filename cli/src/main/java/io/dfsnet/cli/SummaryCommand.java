package io.dfsnet.cli;

import io.dfsnet.dividefuse.CostModel;
import io.dfsnet.dividefuse.DivisionReport;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Summary;
import io.dfsnet.nn.json.Json;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a network consists of, and what it costs on one machine and on several. */
@Command(
    name = "summary",
    description = "Show a network's nodes, shapes, parameters and costs.",
    footer = {
      "",
      "Examples:",
      "  dfs summary --model resnet20",
      "  dfs summary --model mobilenetv2-w0.5",
      "  dfs summary --model resnet56 --classes 100 --groups 4 --fuse 9,18 --width iso",
      "  dfs summary --weights runs/divided --json",
      "  dfs summary --model resnet20 --weights resnet20-12fca82f.th",
      "",
      "Bytes are those of one image in fp32, with every group on a node of its own."
    })
final class SummaryCommand extends DfsCommand {
  @ArgGroup(validate = false, heading = "%nNetwork:%n", order = 1)
  ModelOptions model = new ModelOptions();

  @ArgGroup(validate = false, heading = "%nDividing:%n", order = 3)
  DivisionOptions division = new DivisionOptions();

  @Option(
      names = "--classes",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Classes of --model (default: ImageNet's 1000 or CIFAR's 10).")
  Integer classes;

  @Option(
      names = "--image",
      paramLabel = "CxHxW",
      converter = Converters.OfImage.class,
      description = "Image that --model reads (default: 3x224x224, 3x32x32 or 1x28x28).")
  Shape image;

  @Override
  void run(Output output) {
    Network network = division.apply(network());
    Summary summary = Summary.of(network);
    output.text(summary.toText());
    Json.Builder json =
        Json.object()
            .put("network", network.name())
            .put("groups", network.groups())
            .put("parameters", summary.parameters())
            .put("macs", summary.macs())
            .put("activationBytes", summary.activationBytes())
            .put("rows", Json.array(summary.rows().stream().map(SummaryCommand::json).toList()));
    if (network.groups() > 1) {
      output.text(DivisionReport.of(network).toText());
      List<Json> topologies = new ArrayList<>();
      for (Topology topology : Topology.values()) {
        CostModel costs = CostModel.of(network, topology);
        output.text(table(costs));
        output.text("");
        topologies.add(json(costs));
      }
      json.put("topologies", Json.array(topologies));
    }
    output.result(json.build());
  }

  private Network network() {
    ModelOptions.requireAny(model.name, model.weights);
    if (model.weights == null) {
      return model.create(classes, image);
    }
    requireAbsent("is known from the file of --weights", "--classes");
    if (model.name == null) {
      requireAbsent("is known from the file of --weights", "--image", "--shortcut");
    }
    return model.trained(image).network();
  }

  private static TextTable table(CostModel costs) {
    var table =
        new TextTable(
            Units.lower(costs.topology()),
            "parameters",
            "MACs",
            "weight bytes",
            "received",
            "sent");
    for (int node = 0; node < costs.nodes().size(); node++) {
      CostModel.NodeCost cost = costs.nodes().get(node);
      table.row(
          "node " + node,
          cost.parameters(),
          cost.macs(),
          cost.weightBytes(),
          cost.exchanged().received(),
          cost.exchanged().sent());
    }
    return table;
  }

  private static Json.Object json(CostModel costs) {
    return Json.object()
        .put("topology", Units.lower(costs.topology()))
        .put("exchanges", costs.exchanges().size())
        .put("wireBytes", costs.wireBytes())
        .put("nodes", Json.array(costs.nodes().stream().map(SummaryCommand::json).toList()))
        .build();
  }

  private static Json json(CostModel.NodeCost cost) {
    return Json.object()
        .put("groups", Json.integers(cost.groups().stream().mapToInt(i -> i).toArray()))
        .put("parameters", cost.parameters())
        .put("macs", cost.macs())
        .put("weightBytes", cost.weightBytes())
        .put("receivedBytes", cost.exchanged().received())
        .put("sentBytes", cost.exchanged().sent())
        .put("imageBytes", cost.imageBytes())
        .put("logitsBytes", cost.logitsBytes())
        .build();
  }

  private static Json json(Summary.Row row) {
    return Json.object()
        .put("node", row.node())
        .put("op", row.op())
        .put("output", Json.integers(row.output().toArray()))
        .put("groups", row.groups())
        .put("parameters", row.parameters())
        .put("macs", row.macs())
        .put("activationBytes", row.activationBytes())
        .build();
  }
}
