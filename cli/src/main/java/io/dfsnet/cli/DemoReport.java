package io.dfsnet.cli;

import io.dfsnet.dividefuse.Topology;
import io.dfsnet.nn.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;

/**
 * What the demo found: four networks that were trained alike, then run on nodes.
 *
 * @param images how many images each network ran through its nodes
 */
record DemoReport(DemoPlan plan, Topology topology, int images, List<Row> rows, Duration took) {

  /**
   * One network.
   *
   * @param fused its fused positions
   * @param accuracy on the test images, 0 to 1
   * @param macsPerNode of the busiest node, for an image
   * @param wireBytes that the nodes send each other for an image, counted on the sockets
   * @param latency of an image, from the call to the logits
   */
  record Row(
      String name,
      int nodes,
      SortedSet<Integer> fused,
      double accuracy,
      long parameters,
      long macsPerNode,
      long wireBytes,
      Percentiles latency) {

    private Json toJson() {
      return Json.object()
          .put("name", name)
          .put("nodes", nodes)
          .put("fused", Json.integers(fused.stream().mapToInt(Integer::intValue).toArray()))
          .put("accuracy", accuracy)
          .put("parameters", parameters)
          .put("macsPerNode", macsPerNode)
          .put("wireBytesPerImage", wireBytes)
          .put("latencyMillis", latency.toJson())
          .build();
    }
  }

  DemoReport {
    rows = List.copyOf(rows);
  }

  String toText() {
    var table =
        new TextTable(
            plan.model() + " on " + plan.dataName(),
            "nodes",
            "fused",
            "accuracy",
            "parameters",
            "MACs/node",
            "bytes/image",
            "latency p50",
            "p90");
    for (Row row : rows) {
      table.row(
          row.name,
          row.nodes,
          row.fused.isEmpty() ? "-" : row.fused.toString().replaceAll("[\\[\\]]", ""),
          Units.percent(row.accuracy),
          Units.count(row.parameters),
          Units.count(row.macsPerNode),
          Units.bytes(row.wireBytes),
          Units.format("%.2f ms", row.latency.millis(50)),
          Units.format("%.2f ms", row.latency.millis(90)));
    }
    return table
        + System.lineSeparator()
        + "Each network ran "
        + images
        + " images on its node processes ("
        + Units.lower(topology)
        + " topology): distributed and local logits were the same bits."
        + System.lineSeparator()
        + Units.format("Took %d s.", took.toSeconds());
  }

  Json.Object toJson() {
    return Json.object()
        .put("data", plan.data())
        .put("model", plan.model())
        .put("groups", plan.groups())
        .put("topology", Units.lower(topology))
        .put("seed", plan.recipe().seed())
        .put("trainImages", plan.train())
        .put("testImages", plan.test())
        .put("epochs", plan.recipe().epochs())
        .put("supernetEpochs", plan.supernetEpochs())
        .put("imagesOnNodes", images)
        .put("sameBits", true)
        .put("seconds", took.toMillis() / 1e3)
        .put("rows", Json.array(rows.stream().map(Row::toJson).toList()))
        .build();
  }
}
