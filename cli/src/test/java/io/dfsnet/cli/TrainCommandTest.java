package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.file.SafeTensors;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.train.TrainerState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  private static final String DATA = "synthetic:train=64,test=40";

  @TempDir Path folder;

  @Test
  void trainsIntoAFolderAndEvalAgrees() throws IOException {
    Path run = folder.resolve("run");
    Call call = tiny(run, "--epochs", 1, "--seed", 7, "--json");
    Json.Object result = call.json();
    assertThat(call.err()).contains("epoch 1/1");
    assertThat(result.text("weights")).isEqualTo(run.resolve("last.safetensors").toString());
    assertThat(files(run))
        .containsExactly(
            ".lock",
            "best.safetensors",
            "config.json",
            "events",
            "last.safetensors",
            "metrics.jsonl",
            "state.safetensors");

    Json.Object config =
        Json.parse(Files.readString(run.resolve("config.json"))).asObject("config");
    assertThat(config.members()).containsAllEntriesOf(result.object("config").members());
    assertThat(config.text("checkpoint-every")).isEqualTo("60s");
    assertThat(config.object("environment").text("java")).isEqualTo(Runtime.version().toString());
    assertThat(config.integer("seed")).isEqualTo(7);
    assertThat(config.text("model")).isEqualTo("resnet8-w2");
    assertThat(config.text("shortcut")).isEqualTo("projection");
    assertThat(config.integer("batch")).isEqualTo(16);

    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertThat(lines).hasSize(1);
    double accuracy = number(Json.parse(lines.getFirst()).asObject("line"), "testAccuracy");
    assertThat(number(result, "testAccuracy")).isEqualTo(accuracy);
    Json.Object eval = dfs("eval", "--weights", run, "--data", DATA, "--json").json();
    assertThat(number(eval, "top1")).isEqualTo(accuracy);
    assertThat(number(eval, "top5")).isBetween(accuracy, 1.0);
    assertThat(eval.integer("images")).isEqualTo(40);
  }

  @Test
  void dividedNetworksTrainToo() {
    Path run = folder.resolve("run");
    Json.Object result =
        tiny(run, "--groups", 2, "--fuse", "1", "--width", "iso", "--epochs", 1, "--json").json();
    assertThat(result.integer("groups")).isEqualTo(2);
    assertThat(result.object("config").array("fuse")).isEqualTo(Json.integers(1));
    assertThat(dfs("summary", "--weights", run).succeeds().out()).contains("layer2.0.conv1");
  }

  @Test
  void testImagesAreLookedAtAsOftenAsAsked() throws IOException {
    Path run = folder.resolve("run");
    tiny(run, "--epochs", 3, "--eval-every", 2).succeeds();
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
        .extracting(line -> line.contains("testAccuracy"))
        .containsExactly(false, true, true);
  }

  @Test
  void stepsHaveLinesOfTheirOwn() throws IOException {
    Path run = folder.resolve("run");
    tiny(run, "--epochs", 2, "--log-every", 3).succeeds();
    List<Json.Object> lines =
        Files.readAllLines(run.resolve("metrics.jsonl")).stream()
            .map(line -> Json.parse(line).asObject("line"))
            .toList();
    assertThat(lines)
        .extracting(line -> line.text("kind") + " " + line.integer("step"))
        .containsExactly("step 3", "epoch 4", "step 6", "epoch 8");
    assertThat(lines.getFirst().members())
        .containsOnlyKeys("kind", "epoch", "step", "loss", "rate", "imagesPerSecond");
    assertThat(number(lines.getLast(), "wait")).isBetween(0.0, 1.0);

    dfs("train", "--out", run, "--resume", "--log-every", 7).succeeds();
    assertThat(Files.readString(run.resolve("config.json"))).contains("\"log-every\":7");
  }

  @Test
  void finishedRunsResumeToTheirResult() {
    Path run = folder.resolve("run");
    Json.Object first = tiny(run, "--epochs", 1, "--json").json();
    Json.Object again = dfs("train", "--out", run, "--resume", "--json").json();
    assertThat(again).isEqualTo(first);
  }

  @Test
  void aRecipeOfEverythingGivesTheSameFilesAgain() throws IOException {
    Path teacher = folder.resolve("teacher");
    tiny(teacher, "--epochs", 1, "--seed", 5).succeeds();
    Object[] recipe = {
      "--epochs",
      2,
      "--optimizer",
      "adamw",
      "--schedule",
      "one-cycle",
      "--mixup",
      0.4,
      "--cutout",
      4,
      "--clip-norm",
      1,
      "--ema",
      0.9,
      "--teacher",
      teacher,
      "--temperature",
      2
    };
    Path whole = folder.resolve("whole");
    Json.Object result = tiny(whole, and(recipe, "--json")).json();
    assertThat(result.object("config").text("teacher")).isEqualTo(teacher.toString());
    assertThat(number(result.object("config"), "rate")).isEqualTo(0.001);

    Path other = folder.resolve("other");
    tiny(other, and(recipe, "--eval-every", 2)).succeeds();
    assertThat(other.resolve("last.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("last.safetensors"));
    // What is tested and kept is the average, and the state holds both.
    Json.Object eval = dfs("eval", "--weights", whole, "--data", DATA, "--json").json();
    assertThat(number(eval, "top1")).isEqualTo(number(result, "testAccuracy"));
    var state = TrainerState.read(whole.resolve("state.safetensors"));
    var last = SafeTensors.read(whole.resolve("last.safetensors")).tensors();
    assertThat(last.get("conv1.weight").data())
        .isEqualTo(state.average().get("conv1.weight").data())
        .isNotEqualTo(state.weights().get("conv1.weight").data());

    Json.Object again = dfs("train", "--out", whole, "--resume", "--json").json();
    assertThat(again).isEqualTo(result);
    dfs("train", "--out", whole, "--resume", "--mixup", 0.2).fails(2, "--mixup was 0.4 and is 0.2");
  }

  @Test
  void impatientRunsStopEarlyAndStayStopped() throws IOException {
    Path run = folder.resolve("run");
    Call call =
        tiny(run, "--epochs", 9, "--rate", 1e-6, "--patience", 2, "--min-gain", 1, "--json");
    assertThat(call.json().integer("epochs")).isEqualTo(3);
    assertThat(call.err()).contains("stops early after epoch 3 of 9");
    Json.Object again = dfs("train", "--out", run, "--resume", "--json").json();
    assertThat(again).isEqualTo(call.json());
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl"))).hasSize(3);
    dfs("train", "--out", run, "--resume", "--eval-every", 2)
        .fails(2, "--eval-every was 1 and is 2", "--patience", "leave --eval-every out");
    dfs("train", "--out", run, "--resume", "--eval-every", 1).succeeds();
  }

  @Test
  void runsAreNotOverwritten() throws IOException {
    Path run = folder.resolve("run");
    tiny(run, "--epochs", 1).succeeds();
    byte[] before = Files.readAllBytes(run.resolve("last.safetensors"));
    tiny(run, "--epochs", 1).fails(2, "holds a run", "--resume");
    assertThat(Files.readAllBytes(run.resolve("last.safetensors"))).isEqualTo(before);

    Files.writeString(folder.resolve("note.txt"), "mine");
    tiny(folder, "--epochs", 1).fails(2, "is not empty", "new folder");
    tiny(folder.resolve("note.txt"), "--epochs", 1).fails(2, "is a file");
  }

  @Test
  void resumingKeepsTheOptions() {
    Path run = folder.resolve("run");
    tiny(run, "--epochs", 1, "--seed", 3).succeeds();
    dfs("train", "--out", run, "--resume", "--batch", 8, "--seed", 4)
        .fails(2, "--batch was 16 and is 8", "--seed was 3 and is 4", "begin another run");
    dfs("train", "--out", folder.resolve("none"), "--resume").fails(2, "holds no run");
  }

  @Test
  void epochsCanBeAddedWhereTheScheduleAllowsIt() throws IOException {
    Object[] flat = {"--schedule", "constant", "--warm-up", 0, "--epochs"};
    Path whole = folder.resolve("whole");
    Path grown = folder.resolve("grown");
    tiny(whole, with(flat, 3)).succeeds();
    tiny(grown, with(flat, 1)).succeeds();
    dfs("train", "--out", grown, "--resume", "--epochs", 3).succeeds();
    for (String file : List.of("last.safetensors", "best.safetensors", "state.safetensors")) {
      assertThat(grown.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(Files.readString(grown.resolve("config.json"))).contains("\"epochs\":3");
    dfs("train", "--out", grown, "--resume", "--epochs", 2).fails(2, "--epochs was 3 and is 2");

    Path cosine = folder.resolve("cosine");
    tiny(cosine, "--epochs", 1).succeeds();
    dfs("train", "--out", cosine, "--resume", "--epochs", 2)
        .fails(2, "--epochs 2", "begun with 1", "schedule depend on that", "another run");
    dfs("train", "--out", cosine, "--resume").succeeds();
  }

  @Test
  void damagedRunsAreNamed() throws IOException {
    Path run = folder.resolve("run");
    tiny(run, "--epochs", 1).succeeds();
    Files.delete(run.resolve("metrics.jsonl"));
    dfs("train", "--out", run, "--resume").fails(1, "metrics.jsonl", "lacks epoch 1 of the 1");
    Files.writeString(run.resolve("config.json"), "{\"model\":");
    dfs("train", "--out", run, "--resume").fails(1, "config.json", "ends too early");
  }

  @Test
  void aRunWithoutItsCheckpointIsNotBegunAgain() throws IOException {
    Path run = folder.resolve("run");
    tiny(run, "--epochs", 1).succeeds();
    Files.delete(run.resolve("state.safetensors"));
    String metrics = Files.readString(run.resolve("metrics.jsonl"));
    byte[] last = Files.readAllBytes(run.resolve("last.safetensors"));
    dfs("train", "--out", run, "--resume")
        .fails(1, "state.safetensors: is missing", "restore the file", "--weights " + run);
    assertThat(run.resolve("metrics.jsonl")).hasContent(metrics);
    assertThat(run.resolve("last.safetensors")).hasBinaryContent(last);

    // As a kill before the first checkpoint leaves it.
    Files.writeString(run.resolve("metrics.jsonl"), "");
    dfs("train", "--out", run, "--resume").succeeds();
    assertThat(run.resolve("last.safetensors")).hasBinaryContent(last);
  }

  @Test
  void freshWeightsAreDrawnAsAskedFor() throws IOException {
    Path he = folder.resolve("he");
    Path uniform = folder.resolve("uniform");
    tiny(he, "--init", "he").succeeds();
    tiny(uniform, "--init", "uniform").succeeds();
    assertThat(Files.readString(he.resolve("config.json"))).doesNotContain("\"init\"");
    assertThat(Files.readString(uniform.resolve("config.json"))).contains("\"init\":\"uniform\"");
    assertThat(Files.readAllBytes(uniform.resolve("last.safetensors")))
        .isNotEqualTo(Files.readAllBytes(he.resolve("last.safetensors")));

    Path on = folder.resolve("on");
    dfs("train", "--out", on, "--weights", he, "--init", "uniform", "--data", DATA)
        .fails(2, "--init: draws fresh weights");
    tiny(on, "--init", "zeros").fails(2, "'zeros' is not one of he, uniform");
  }

  @Test
  void optionsThatCannotBeMeantAreRefusedBeforeAnythingIsWritten() {
    Path run = folder.resolve("run");
    dfs("train", "--out", run, "--data", DATA).fails(2, "--model: is missing");
    dfs("train", "--out", run, "--model", "resnet8").fails(2, "--data: is missing");
    dfs("train", "--model", "resnet8", "--data", DATA).fails(2, "'--out=RUN'");
    dfs("train", "--out", run, "--model", "mobilenetv2-32", "--shortcut", "pad", "--data", DATA)
        .fails(2, "--shortcut: is about residual networks");
    dfs("train", "--out", run, "--model", "resnet21", "--data", DATA)
        .fails(2, "model 'resnet21'", "did you mean 'resnet20'?");
    dfs("train", "--out", run, "--model", "resnet8", "--data", "cifar11:x")
        .fails(2, "cifar11", "known are");
    dfs("train", "--out", run, "--model", "resnet8", "--data", "cifar10:" + run)
        .fails(2, "is not a folder");
    tiny(run, "--groups", 3).fails(2, "not divisible by 3 groups");
    tiny(run, "--groups", 2, "--fuse", "0,3").fails(2, "position 3 does not exist", "0 to 2");
    tiny(run, "--fuse", "1").fails(2, "--fuse: ", "--groups");
    tiny(run, "--width", "iso").fails(2, "--width: ", "--groups");
    tiny(run, "--width", "wide", "--groups", 2).fails(2, "not one of keep, iso, full");
    tiny(run, "--epochs", 0).fails(2, "epochs", "found 0");
    tiny(run, "--rate", -1).fails(2, "rate");
    tiny(run, "--limit", 10).fails(2, "--batch 16", "10 training images");
    tiny(run, "--weights", "x").fails(2, "there is no file x");
    dfs("train", "--out", run, "--weights", "nowhere", "--data", DATA).fails(2, "no file nowhere");
    dfs("train", "--out", run, "--weights", "nowhere", "--data", DATA, "--groups", 2)
        .fails(2, "--groups: not with --weights", "dfs divide");
    tiny(run, "--teacher", "nowhere").fails(2, "--teacher nowhere: there is no such file");
    tiny(run, "--momentum", 0.9, "--optimizer", "adamw").fails(2, "--momentum: is not read");
    tiny(run, "--min-gain", 0.1).fails(2, "--min-gain: ", "--patience");
    assertThat(run).doesNotExist();
  }

  @Test
  void truncatedDataLeaveNothingBehind() throws IOException {
    Path run = folder.resolve("run");
    Path data = Files.createDirectory(folder.resolve("cifar"));
    Files.write(data.resolve("train.bin"), new byte[3074 * 3 - 1]);
    Files.write(data.resolve("test.bin"), new byte[3074]);
    dfs("train", "--model", "resnet8-w2", "--data", "cifar100:" + data, "--out", run)
        .fails(1, "train.bin", "9221 bytes", "truncated", "download it again");
    assertThat(run).doesNotExist();
  }

  private static Call tiny(Path run, Object... more) {
    Object[] words = {
      "train", "--model", "resnet8-w2", "--data", DATA, "--batch", 16, "--out", run
    };
    return dfs(with(words, more));
  }

  private static Object[] with(Object[] words, Object... more) {
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return all;
  }

  private static double number(Json.Object object, String key) {
    return object.number(key).doubleValue();
  }

  private static List<String> files(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString().replaceFirst("\\.out\\.tfevents.*", ""))
          .sorted()
          .toList();
    }
  }

  private static Object[] and(Object[] some, Object... more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray();
  }
}
