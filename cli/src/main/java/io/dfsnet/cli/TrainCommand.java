package io.dfsnet.cli;

import io.dfsnet.dividefuse.Division;
import io.dfsnet.nn.Initialization;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
      "The folder holds config.json, metrics.jsonl, event files for TensorBoard, last.safetensors,",
      "best.safetensors and the checkpoint, state.safetensors. Ctrl-C writes one and ends; a"
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

  @Option(
      names = "--init",
      paramLabel = "NAME",
      description =
          "How fresh weights are drawn: he (default), normal, or uniform, as PyTorch's layers do.")
  Initialization initialization;

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

  @ArgGroup(validate = false, heading = "%nOn the way:%n", order = 6)
  RunOptions options = new RunOptions();

  @Override
  void run(Output output) throws IOException {
    try (var interruption = new Interruption(() -> promiseCheckpoint(output))) {
      try (RunFolder folder = resume ? RunFolder.resume(out) : RunFolder.begin(out)) {
        train(folder, interruption, output);
      } catch (IOException | RuntimeException | Error failed) {
        if (interruption.wished()) {
          // The process ends behind this; thrown on, the failure would hardly be told in time.
          FailureHandler.report(failed, spec.commandLine(), words());
          interruption.leave();
        }
        throw failed;
      }
    }
  }

  private static void promiseCheckpoint(Output output) {
    output.log(
        System.lineSeparator()
            + "interrupted: writes a checkpoint after this step; a second Ctrl-C ends at once");
  }

  private List<String> words() {
    return spec.commandLine().getParseResult().originalArgs();
  }

  private void train(RunFolder folder, Interruption interruption, Output output)
      throws IOException {
    TrainConfig config = over(TrainConfig.DEFAULTS);
    RunOptions.Cadence cadence = options.over(RunOptions.Cadence.DEFAULTS);
    if (resume) {
      try {
        Json.Object begun = folder.readJson(RunFolder.CONFIG);
        config = resumed(TrainConfig.of(begun), folder);
        RunOptions.Cadence before = RunOptions.Cadence.of(begun);
        cadence = options.over(before);
        requireSameTests(config, before, cadence, folder);
      } catch (IllegalArgumentException cause) {
        throw folder.broken(RunFolder.CONFIG, cause);
      }
    }
    config.requireComplete();
    model.requireShortcuts();
    if (config.weights() != null) {
      requireAbsent("is known from the file of --weights", "--shortcut");
      requireAbsent("draws fresh weights, and --weights gives others", "--init");
    }
    TrainRun.Result result =
        new TrainRun(config, cadence, folder, global, interruption, output).train();

    Model trained = result.model();
    EpochMetrics last = result.epochs().getLast();
    EpochMetrics best = result.best();
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

  /** The scores of the tests decide when a run with early stopping ends. */
  private static void requireSameTests(
      TrainConfig config, RunOptions.Cadence before, RunOptions.Cadence now, RunFolder folder) {
    if (config.earlyStopping() != null && now.evalEvery() != before.evalEvery()) {
      throw new UsageException(
          "--eval-every was "
              + before.evalEvery()
              + " and is "
              + now.evalEvery()
              + ": run "
              + folder
              + " has --patience, which counts these tests; leave --eval-every out, or begin"
              + " another run");
    }
  }

  private TrainConfig resumed(TrainConfig begun, RunFolder folder) {
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
        initialization == null ? base.initialization() : initialization,
        divided,
        data.specification == null ? base.data() : data.specification,
        data.limit == null ? base.limit() : data.limit,
        recipe.teacher == null ? base.teacher() : recipe.teacher.toString(),
        stopping.over(base.earlyStopping()),
        recipe.over(base.recipe(), global.seed));
  }
}
