package io.dfsnet.cli;

import io.dfsnet.dividefuse.Division;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Workers;
import io.dfsnet.nas.Budget;
import io.dfsnet.nas.Evaluated;
import io.dfsnet.nas.SearchResult;
import io.dfsnet.nas.Supernet;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.file.SafeTensors;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.models.Shortcut;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Searches the positions to fuse under a budget. */
@Command(
    name = "search",
    description = "Search which positions to fuse, under a budget.",
    footer = {
      "",
      "Examples:",
      "  dfs search --model resnet20 --data synthetic --groups 4 --budget count=2 --epochs 10 \\",
      "             --out runs/search",
      "  dfs search --model resnet56 --data cifar100:data/cifar-100-binary --groups 4 \\",
      "             --budget bytes=64KiB --strategy random --evaluations 500 --out runs/search56",
      "",
      "One supernet is trained for all candidates; they are then compared on training images that",
      "were held out. Budget bytes are what each node receives for one image in fp32. Of a"
          + " --weights",
      "file only the network is used."
    })
final class SearchCommand extends DfsCommand {
  private static final int SHOWN = 10;

  @ArgGroup(validate = false, heading = "%nNetwork:%n", order = 1)
  ModelOptions model = new ModelOptions();

  @ArgGroup(validate = false, heading = "%nData:%n", order = 2)
  DataOptions data = new DataOptions();

  @ArgGroup(validate = false, heading = "%nDividing:%n", order = 3)
  DivisionOptions division = new DivisionOptions();

  @ArgGroup(validate = false, heading = "%nTraining:%n", order = 4)
  RecipeOptions recipe = new RecipeOptions();

  @Option(
      names = "--budget",
      paramLabel = "B",
      required = true,
      converter = Converters.OfBudget.class,
      description = "How much may be fused: count=2, bytes=65536, bytes=64KiB or bytes=1MiB.")
  Budget budget;

  @Option(
      names = "--strategy",
      paramLabel = "KIND",
      description = "evolution (default) or random, with the same number of evaluations.")
  SearchConfig.Kind strategy = SearchConfig.Kind.EVOLUTION;

  @Option(
      names = "--evaluations",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "How many candidates to look at, at most (default: 200).")
  int evaluations = 200;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Training images that judge the candidates (default: a tenth).")
  Integer heldOut;

  @Option(
      names = "--out",
      paramLabel = "RUN",
      required = true,
      description = "Folder of the search; it must be new or empty.")
  Path out;

  @Override
  void run(Output output) throws IOException {
    model.requireOne();
    try (RunFolder folder = RunFolder.begin(out)) {
      search(folder, output);
    }
  }

  private void search(RunFolder folder, Output output) throws IOException {
    ImageSet train = data.limited(data.open().train());
    Network original = original(train);
    SearchConfig config = config(train);
    var run = new SearchRun(config, original, train, output);
    SearchResult result;
    try (Workers workers = global.workers()) {
      result = run.search(train(run, config, folder, workers, output), workers);
    }
    List<Evaluated> best = result.history().stream().sorted().limit(SHOWN).toList();
    String command = trainCommand(config, original, result.positions());
    Json.Object answer = json(config, result, best, command);
    folder.writeLines(
        RunFolder.CANDIDATES, result.history().stream().map(SearchCommand::json).toList());
    folder.writeJson(RunFolder.RESULT, answer);

    output.text(result.history().size() + " candidates within " + budget + ", the best of them:");
    output.text(table(best));
    output.text("train the best one: " + command);
    output.result(answer);
  }

  /**
   * Trains the supernet, and writes into the folder what it was asked for, its epochs and itself.
   */
  private static Supernet train(
      SearchRun run, SearchConfig config, RunFolder folder, Workers workers, Output output)
      throws IOException {
    folder.make();
    folder.writeJson(RunFolder.SEARCH, config.toJson());
    List<Json.Object> metrics = new ArrayList<>();
    Supernet supernet =
        run.train(
            workers,
            epoch -> {
              metrics.add(epoch.toJson());
              folder.writeLines(RunFolder.METRICS, metrics);
              output.done(epoch.toText(config.training().recipe().epochs()));
            });
    new SafeTensors(supernet.weights().tensors(), Map.of()).write(folder.path(RunFolder.SUPERNET));
    return supernet;
  }

  private Network original(ImageSet train) {
    if (model.weights == null) {
      return model.create(train.classes(), train.shape());
    }
    requireAbsent("is known from the file of --weights", "--shortcut");
    Network network = ModelOptions.read(model.weights).network();
    DataOptions.requireFit(network, train);
    requireArchitecture(network, train.shape());
    return network;
  }

  /**
   * The answer is a call that trains an architecture by name. A file of another program, ONNX above
   * all, may give its network any name.
   */
  private void requireArchitecture(Network network, Shape image) {
    int classes = network.shape(network.output()).size(0);
    try {
      ModelOptions.create(network.name(), Shortcut.PROJECTION, classes, image);
    } catch (UsageException unknown) {
      throw new UsageException(
          "--weights "
              + model.weights
              + ": its network is called '"
              + network.name()
              + "', and what a search finds can be trained under a name of --model only; say"
              + " --model NAME instead",
          unknown);
    }
  }

  private SearchConfig config(ImageSet train) {
    requireAbsent("is what the search finds; leave it out", "--fuse");
    Division divided =
        division
            .division()
            .orElseThrow(
                () -> new UsageException("--groups: is missing; say for example --groups 4"));
    TrainConfig defaults = TrainConfig.DEFAULTS;
    var training =
        new TrainConfig(
            model.name,
            model.shortcut == null ? defaults.shortcut() : model.shortcut,
            model.weights == null ? null : model.weights.toString(),
            defaults.initialization(),
            divided,
            data.specification,
            data.limit,
            recipe.teacher == null ? null : recipe.teacher.toString(),
            null,
            recipe.over(defaults.recipe(), global.seed));
    int held = heldOut == null ? Math.max(1, train.size() / 10) : heldOut;
    return new SearchConfig(training, budget, strategy, evaluations, held);
  }

  /** The call that trains a candidate from the start, with the recipe of the supernet. */
  private static String trainCommand(
      SearchConfig config, Network original, SortedSet<Integer> fused) {
    TrainConfig training = config.training();
    boolean padded =
        original.nodes().stream().anyMatch(node -> node.op() instanceof Op.PadShortcut);
    var division = new Division(training.division().groups(), fused, training.division().width());
    return new TrainConfig(
            original.name(),
            padded ? Shortcut.PAD : Shortcut.PROJECTION,
            null,
            training.initialization(),
            division,
            training.data(),
            training.limit(),
            training.teacher(),
            null,
            training.recipe())
        .toCommand("RUN");
  }

  private static TextTable table(List<Evaluated> candidates) {
    var table = new TextTable("fused", "held-out accuracy", "received by a node");
    for (Evaluated candidate : candidates) {
      table.row(
          candidate.fused(), Units.percent(candidate.fitness()), Units.bytes(candidate.bytes()));
    }
    return table;
  }

  private static Json.Object json(
      SearchConfig config, SearchResult result, List<Evaluated> best, String command) {
    return Json.object()
        .put("config", config.toJson())
        .put("evaluated", result.history().size())
        .put("best", Json.array(best.stream().map(SearchCommand::json).toList()))
        .put("train", command)
        .build();
  }

  private static Json.Object json(Evaluated candidate) {
    return Json.object()
        .put("fuse", Json.integers(candidate.fused().stream().mapToInt(i -> i).toArray()))
        .put("bytes", candidate.bytes())
        .put("fitness", candidate.fitness())
        .build();
  }
}
