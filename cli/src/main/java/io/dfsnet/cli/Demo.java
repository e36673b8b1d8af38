package io.dfsnet.cli;

import io.dfsnet.distrib.Answer;
import io.dfsnet.distrib.Coordinator;
import io.dfsnet.distrib.CoordinatorOptions;
import io.dfsnet.distrib.NodeReport;
import io.dfsnet.dividefuse.CostModel;
import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.engine.Workers;
import io.dfsnet.nas.Budget;
import io.dfsnet.nas.SearchResult;
import io.dfsnet.nas.SearchSpace;
import io.dfsnet.nas.Supernet;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.train.Evaluation;
import io.dfsnet.nn.train.Trainer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * The paper's job from end to end: train the original; divide it; search over a supernet where to
 * fuse; train what was found, and what chance would have found; run all of them on node processes
 * and compare the bits of every answer with those of one process.
 */
final class Demo {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private final DemoPlan plan;
  private final ImageSet train;
  private final ImageSet test;
  private final Topology topology;
  private final GlobalOptions global;
  private final Output output;
  private final long began = System.nanoTime();

  /**
   * @param train at least as many images as the plan wants; as many of them are used
   * @param test the same
   */
  Demo(
      DemoPlan plan,
      ImageSet train,
      ImageSet test,
      Topology topology,
      GlobalOptions global,
      Output output) {
    this.plan = plan;
    this.train = train.limited(plan.train());
    this.test = test.limited(plan.test());
    this.topology = topology;
    this.global = global;
    this.output = output;
  }

  /** A network of the comparison: how it is called, what fuses, and how right it is. */
  private record Contender(String name, SortedSet<Integer> fused, Model model, double accuracy) {}

  /**
   * @param images how many test images run through the nodes, at most
   */
  DemoReport run(int images) throws IOException, InterruptedException {
    Network original =
        ModelOptions.create(plan.model(), Shortcut.PROJECTION, train.classes(), train.shape());
    SortedSet<Integer> none = new TreeSet<>();
    Network unfused = divide(original, none);
    var search = new SearchRun(searchConfig(), original, train, output);
    say(
        plan.dataName()
            + ": "
            + train.size()
            + " training and "
            + test.size()
            + " test images of "
            + train.classes()
            + " classes; "
            + plan.recipe().epochs()
            + " epochs for every network, seed "
            + plan.recipe().seed());

    List<Contender> contenders = new ArrayList<>();
    try (Workers workers = global.workers()) {
      contenders.add(train("original", original, none, workers));
      contenders.add(train("divided, no fusion", unfused, none, workers));
      SortedSet<Integer> searched = search(search, workers);
      SortedSet<Integer> random = otherThan(searched, search.space());
      contenders.add(train("random positions", divide(original, random), random, workers));
      contenders.add(train("searched positions", divide(original, searched), searched, workers));
    }
    int count = Math.min(images, test.size());
    return new DemoReport(
        plan,
        topology,
        count,
        runOnNodes(contenders, count),
        Duration.ofNanos(System.nanoTime() - began));
  }

  /** Trains a fresh network; all on the same images, with the same recipe. */
  private Contender train(String name, Network network, SortedSet<Integer> fused, Workers workers) {
    Model model = Model.initial(network, plan.recipe().seed());
    Trainer trainer = Trainer.of(model, train, plan.recipe(), workers);
    double loss = 0;
    while (trainer.epochsDone() < plan.recipe().epochs()) {
      loss = EpochProgress.train(trainer, plan.recipe(), output).loss();
    }
    double accuracy = Evaluation.of(model, test, workers).accuracy();
    say(
        "trained "
            + name
            + (fused.isEmpty() ? "" : " " + fused)
            + ": "
            + Units.percent(accuracy)
            + Units.format(" of the test images (loss %.3f)", loss));
    return new Contender(name, fused, model, accuracy);
  }

  /** Trains a supernet on most of the training images and judges candidates on the rest. */
  private SortedSet<Integer> search(SearchRun run, Workers workers) {
    Supernet supernet = run.train(workers, epoch -> {});
    say("trained the supernet for " + plan.supernetEpochs() + " epochs");
    SearchResult found = run.search(supernet, workers);
    say(
        "searched "
            + found.history().size()
            + " sets of "
            + plan.fusions()
            + " positions: best "
            + found.positions()
            + ", "
            + Units.percent(found.fitness())
            + " of "
            + plan.heldOut()
            + " held-out training images");
    return found.positions();
  }

  private SearchConfig searchConfig() {
    var training =
        new TrainConfig(
            plan.model(),
            Shortcut.PROJECTION,
            null,
            TrainConfig.DEFAULTS.initialization(),
            Division.keep(plan.groups(), List.of()),
            plan.data(),
            plan.train(),
            null,
            null,
            plan.recipe().toBuilder().epochs(plan.supernetEpochs()).build());
    return new SearchConfig(
        training,
        new Budget.Count(plan.fusions()),
        SearchConfig.Kind.EVOLUTION,
        plan.evaluations(),
        plan.heldOut());
  }

  /** A random candidate that the search did not choose; the search's own if there is no other. */
  private SortedSet<Integer> otherThan(SortedSet<Integer> searched, SearchSpace space) {
    RandomGenerator random = Seeds.random(plan.recipe().seed(), "demo: random positions");
    SortedSet<Integer> drawn = space.random(random);
    for (int tries = 0; tries < 100 && drawn.equals(searched); tries++) {
      drawn = space.random(random);
    }
    return drawn;
  }

  private Network divide(Network original, SortedSet<Integer> fused) {
    return Divider.divide(original, new Division(plan.groups(), fused, WidthPolicy.KEEP));
  }

  private List<DemoReport.Row> runOnNodes(List<Contender> contenders, int images)
      throws IOException, InterruptedException {
    List<DemoReport.Row> rows = new ArrayList<>();
    try (NodeProcesses processes = NodeProcesses.start(plan.groups())) {
      say("started " + plan.groups() + " node processes: " + processes.addresses());
      for (Contender contender : contenders) {
        rows.add(row(contender, images, processes.addresses()));
      }
    }
    return rows;
  }

  /** Runs images through as many nodes as the network has groups. */
  private DemoReport.Row row(Contender contender, int images, List<Address> addresses) {
    Network network = contender.model().network();
    int nodes = network.groups();
    CostModel costs = CostModel.of(network, topology);
    var latency = new Percentiles();
    long wireBytes = 0;
    var options = CoordinatorOptions.of(topology, costs.placement());
    try (Workers workers = new Workers(1);
        Inference local = Inference.local(contender.model(), workers, images);
        Inference distributed =
            Inference.on(
                Coordinator.connect(
                    addresses.subList(0, nodes).stream().map(Address::resolve).toList(),
                    contender.model(),
                    options),
                DEADLINE);
        Progress progress = output.progress(contender.name() + " on nodes", images)) {
      float[] image = new float[test.shape().elements()];
      for (int i = 0; i < images; i++) {
        test.normalized(i, image, 0);
        Answer answer = distributed.infer(image);
        Inference.requireSameBits(i, answer.logits(), local.infer(image).logits());
        latency.add(answer.latency());
        wireBytes += answer.nodes().stream().mapToLong(NodeReport::sliceBytesSent).sum();
        progress.update(i + 1, "");
      }
    }
    say(
        contender.name()
            + Units.format(": %d images on %d nodes, same bits, ", images, nodes)
            + latency);
    return new DemoReport.Row(
        contender.name(),
        nodes,
        contender.fused(),
        contender.accuracy(),
        costs.parameters(),
        costs.nodes().stream().mapToLong(CostModel.NodeCost::macs).max().orElseThrow(),
        wireBytes / images,
        latency);
  }

  private void say(String line) {
    output.text(Units.format("%4d s  ", (System.nanoTime() - began) / 1_000_000_000) + line);
  }
}
