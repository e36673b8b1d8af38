package io.dfsnet.cli;

import io.dfsnet.distrib.Answer;
import io.dfsnet.distrib.NodeReport;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Adds up the answers to many images: how right, how fast, and what each node did. */
final class InferenceReport {
  private final Network network;
  private final List<Address> nodes;
  private final Scores scores = new Scores();
  private final Percentiles latency = new Percentiles();
  private final List<Share> shares = new ArrayList<>();

  /**
   * @param nodes in the order of their ranks, or null if there are none
   */
  InferenceReport(Network network, List<Address> nodes) {
    this.network = network;
    this.nodes = nodes == null ? List.of() : nodes;
    this.nodes.forEach(node -> shares.add(new Share()));
  }

  /** One more image. */
  void add(Answer answer, int label) {
    scores.add(answer.logits(), label);
    latency.add(answer.latency());
    for (NodeReport report : answer.nodes()) {
      shares.get(report.rank()).add(report);
    }
  }

  String toText(String data, String where) {
    String text =
        network
            + " "
            + where
            + ": top-1 "
            + Units.percent(scores.top1())
            + ", top-5 "
            + Units.percent(scores.top5())
            + " of "
            + scores.images()
            + " images of "
            + data
            + System.lineSeparator()
            + "latency of an image: "
            + latency;
    if (nodes.isEmpty()) {
      return text;
    }
    var table =
        new TextTable("node, for an image", "computing", "waiting", "from peers", "to peers");
    for (int rank = 0; rank < nodes.size(); rank++) {
      Share share = shares.get(rank);
      table.row(
          nodes.get(rank),
          Units.format("%.2f ms", share.millis(share.computing)),
          Units.format("%.2f ms", share.millis(share.waiting)),
          Units.bytes(share.bytes(share.received)),
          Units.bytes(share.bytes(share.sent)));
    }
    return text
        + System.lineSeparator()
        + "exchanged for an image: "
        + Units.bytes(exchangedBytes())
        + System.lineSeparator()
        + table;
  }

  Json.Builder toJson(String data) {
    Json.Builder json =
        Json.object()
            .put("network", network.name())
            .put("groups", network.groups())
            .put("data", data)
            .put("images", scores.images())
            .put("top1", scores.top1())
            .put("top5", scores.top5())
            .put("loss", Json.orNull(scores.loss()))
            .put("latencyMillis", latency.toJson());
    if (!nodes.isEmpty()) {
      List<Json> rows = new ArrayList<>();
      for (int rank = 0; rank < nodes.size(); rank++) {
        rows.add(shares.get(rank).toJson(nodes.get(rank)));
      }
      json.put("exchangedBytesPerImage", exchangedBytes()).put("nodes", Json.array(rows));
    }
    return json;
  }

  /** What all nodes sent to their peers for an image. */
  private long exchangedBytes() {
    return shares.stream().mapToLong(share -> share.bytes(share.sent)).sum();
  }

  /** What one node did, all images together; shown for an image. */
  private static final class Share {
    private int images;
    private Duration computing = Duration.ZERO;
    private Duration waiting = Duration.ZERO;
    private long sent;
    private long received;

    void add(NodeReport report) {
      images++;
      computing = computing.plus(report.computing());
      waiting = waiting.plus(report.waiting());
      sent += report.sliceBytesSent();
      received += report.sliceBytesReceived();
    }

    double millis(Duration total) {
      return total.toNanos() / 1e6 / images;
    }

    long bytes(long total) {
      return total / images;
    }

    Json toJson(Address address) {
      return Json.object()
          .put("node", address.toString())
          .put("computingMillis", millis(computing))
          .put("waitingMillis", millis(waiting))
          .put("receivedBytes", bytes(received))
          .put("sentBytes", bytes(sent))
          .build();
    }
  }
}
