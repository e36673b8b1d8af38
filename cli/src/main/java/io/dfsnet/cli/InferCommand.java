package io.dfsnet.cli;

import io.dfsnet.distrib.Answer;
import io.dfsnet.distrib.Coordinator;
import io.dfsnet.distrib.CoordinatorOptions;
import io.dfsnet.dividefuse.Placement;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.json.Json;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs test images one by one, on nodes or here, and says how well and how fast. */
@Command(
    name = "infer",
    description = "Run test images one by one, on nodes or on this machine.",
    footer = {
      "",
      "Examples:",
      "  dfs infer --weights runs/divided --data synthetic --limit 100",
      "  dfs infer --weights runs/divided --data synthetic --limit 100 \\",
      "            --nodes 127.0.0.1:7000,127.0.0.1:7001 --verify",
      "",
      "Start each node first with dfs node. A network of G groups runs on 1 to G nodes."
    })
final class InferCommand extends DfsCommand {
  @ArgGroup(validate = false, heading = "%nNetwork:%n", order = 1)
  ModelOptions model = new ModelOptions();

  @ArgGroup(validate = false, heading = "%nData:%n", order = 2)
  DataOptions data = new DataOptions();

  @Option(
      names = "--nodes",
      paramLabel = "HOST:PORT",
      split = ",",
      converter = Address.Converter.class,
      description = "Nodes that run the groups, in the order of the groups.")
  List<Address> nodes;

  @Option(names = "--local", description = "Run here, without nodes (as without --nodes).")
  boolean local;

  @Option(
      names = "--topology",
      paramLabel = "KIND",
      description = "parallel: all nodes compute a fusion (default). central: the first one does.")
  Topology topology = Topology.PARALLEL;

  @Option(
      names = "--deadline-ms",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "How long an image may take on the nodes (default: 10000).")
  int deadlineMillis = 10_000;

  @Option(
      names = "--verify",
      description = "Compare the nodes' logits with those of one process, bit for bit.")
  boolean verify;

  @Option(
      names = "--insecure-plaintext",
      description = "Allow nodes on other machines; nothing is encrypted.")
  boolean insecurePlaintext;

  @Override
  void run(Output output) {
    requireConsistent();
    model.requireWeights();
    ImageSet images = data.limited(data.open().test());
    Model trained = model.trained(images.shape());
    DataOptions.requireFit(trained.network(), images);
    requireNodes(trained.network());
    var report = new InferenceReport(trained.network(), nodes);
    try (Workers workers = global.workers();
        Inference inference =
            nodes == null ? Inference.local(trained, workers, images.size()) : connect(trained);
        Inference reference = verify ? Inference.local(trained, workers, images.size()) : null;
        Progress progress = output.progress("inferring", images.size())) {
      float[] image = new float[images.shape().elements()];
      for (int i = 0; i < images.size(); i++) {
        images.normalized(i, image, 0);
        Answer answer = inference.infer(image);
        if (verify) {
          Inference.requireSameBits(i, answer.logits(), reference.infer(image).logits());
        }
        report.add(answer, images.label(i));
        progress.update(i + 1, "");
      }
    }

    output.text(report.toText(images.name(), where()));
    Json.Builder json = report.toJson(images.name());
    if (verify) {
      output.text("verified: the logits of every image equal those of one process bit for bit");
      json.put("verified", true);
    }
    if (nodes != null) {
      json.put("topology", Units.lower(topology));
    }
    output.result(json.build());
  }

  private void requireConsistent() {
    if (nodes == null) {
      requireAbsent(
          "is about nodes; leave it out, or add --nodes",
          "--topology",
          "--deadline-ms",
          "--verify",
          "--insecure-plaintext");
      return;
    }
    requireAbsent("not with --nodes; take one of them", "--local");
    if (new HashSet<>(nodes).size() < nodes.size()) {
      throw new UsageException("--nodes: " + nodes + " has a node twice; name each node once");
    }
  }

  private void requireNodes(Network network) {
    if (nodes != null && nodes.size() > network.groups()) {
      throw new UsageException(
          "--nodes: "
              + nodes.size()
              + " nodes are too many for "
              + network
              + "; name 1 to "
              + network.groups()
              + ", or divide the network into more groups");
    }
  }

  private Inference connect(Model model) {
    var placement = Placement.even(model.network().groups(), nodes.size());
    var options = CoordinatorOptions.of(topology, placement);
    var coordinator =
        Coordinator.connect(
            nodes.stream().map(Address::resolve).toList(),
            model,
            insecurePlaintext ? options.withInsecurePlaintext() : options);
    return Inference.on(coordinator, Duration.ofMillis(deadlineMillis));
  }

  private String where() {
    return nodes == null
        ? "on this machine"
        : "on "
            + nodes.size()
            + (nodes.size() == 1 ? " node, " : " nodes, ")
            + Units.lower(topology);
  }
}
