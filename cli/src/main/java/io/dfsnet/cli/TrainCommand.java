package io.dfsnet.cli;

import io.dfsnet.dividefuse.Division;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains a network into a run folder. */
@Command(
    name = "train",
    description = "Train a network, divided or not, into a run folder.",
    footer = {
      "",
      "Examples:",
      "  dfs train --model resnet8 --data synthetic --epochs 5 --out runs/first",
      "  dfs train --model resnet20 --data cifar100:data/cifar-100-binary --groups 4 --fuse 3,6 \\",
      "            --width iso --epochs 30 --out runs/divided",
      "  dfs train --weights divided.safetensors --data synthetic --rate 0.02 --out runs/tuned",
      "  dfs train --model resnet20 --data synthetic --optimizer adamw --weight-decay 0.05 \\",
      "            --schedule one-cycle --mixup 0.2 --ema 0.999 --out runs/adamw",
      "  dfs train --model resnet8 --data synthetic --teacher runs/adamw --patience 5 --out"
          + " runs/small",
      "  dfs train --out runs/divided --resume",
      "",
      "The folder holds config.json, metrics.jsonl, last.safetensors and best.safetensors. A"
          + " resumed",
      "run gives the same bits as one that was never interrupted."
    })
final class TrainCommand extends DfsCommand {
  @ArgGroup(validate = false, heading = "%nNetwork:%n", order = 1)
  ModelOptions model = new ModelOptions();

  @ArgGroup(validate = false, heading = "%nData:%n", order = 2)
  DataOptions data = new DataOptions();

  @ArgGroup(validate = false, heading = "%nDividing:%n", order = 3)
  DivisionOptions division = new DivisionOptions();

  @ArgGroup(validate = false, heading = "%nTraining:%n", order = 4)
  RecipeOptions recipe = new RecipeOptions();

  @ArgGroup(validate = false, heading = "%nEarly stopping:%n", order = 5)
  StoppingOptions stopping = new StoppingOptions();

  @Option(
      names = "--out",
      paramLabel = "RUN",
      required = true,
      description = "Folder of the run; it must be new or empty, but for --resume.")
  Path out;

  @Option(
      names = "--resume",
      description = "Go on with the run in --out, with the options that it was begun with.")
  boolean resume;

  @Option(
      names = "--eval-every",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Look at the test images after every N-th epoch (default: 1).")
  int evalEvery = 1;

  @Override
  void run(Output output) throws IOException {
    RunFolder folder = resume ? RunFolder.resume(out) : RunFolder.begin(out);
    TrainConfig config = resume ? resumed(folder) : over(TrainConfig.DEFAULTS);
    config.requireComplete();
    model.requireShortcuts();
    if (config.weights() != null) {
      requireAbsent("is known from the file of --weights", "--shortcut");
    }
    var run = new TrainRun(config, folder, evalEvery, global, output);
    Model trained = run.train();

    EpochMetrics last = run.metrics().getLast();
    EpochMetrics best = run.best().orElseThrow();
    Path weights = folder.path(RunFolder.LAST);
    output.text(
        trained.network()
            + ": "
            + Units.percent(last.testAccuracy())
            + " of the test images after epoch "
            + last.epoch()
            + " (best "
            + Units.percent(best.testAccuracy())
            + " after epoch "
            + best.epoch()
            + "), weights in "
            + weights);
    output.result(
        Json.object()
            .put("run", folder.toString())
            .put("weights", weights.toString())
            .put("network", trained.network().name())
            .put("groups", trained.network().groups())
            .put("epochs", last.epoch())
            .put("testAccuracy", last.testAccuracy())
            .put("bestAccuracy", best.testAccuracy())
            .put("bestEpoch", best.epoch())
            .put("loss", last.training().loss())
            .put("trainAccuracy", last.training().accuracy())
            .put("config", config.toJson())
            .build());
  }

  private TrainConfig resumed(RunFolder folder) throws IOException {
    TrainConfig begun;
    try {
      begun = TrainConfig.of(folder.readJson(RunFolder.CONFIG));
    } catch (IllegalArgumentException cause) {
      throw folder.broken(RunFolder.CONFIG, cause);
    }
    TrainConfig config = over(begun);
    config.requireSame(begun, folder);
    return config;
  }

  /** The base with everything that was asked for. */
  private TrainConfig over(TrainConfig base) {
    Division divided = division.division().orElse(base.division());
    return new TrainConfig(
        model.name == null ? base.model() : model.name,
        model.shortcut == null ? base.shortcut() : model.shortcut,
        model.weights == null ? base.weights() : model.weights.toString(),
        divided,
        data.specification == null ? base.data() : data.specification,
        data.limit == null ? base.limit() : data.limit,
        recipe.teacher == null ? base.teacher() : recipe.teacher.toString(),
        stopping.over(base.earlyStopping()),
        recipe.over(base.recipe(), global.seed));
  }
}
