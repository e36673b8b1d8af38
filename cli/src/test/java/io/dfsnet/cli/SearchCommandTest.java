package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.models.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchCommandTest {
  private static final String DATA = "synthetic:train=60,test=4";

  private static final Shape IMAGE = Shape.of(3, 32, 32);

  @TempDir Path folder;

  @Test
  void findsTheBestOfAllCandidatesOfASmallSpace() throws IOException {
    Path run = folder.resolve("search");
    Json.Object answer = search(run, "--budget", "count=1", "--json").json();
    // resnet8 has three blocks, hence three ways to fuse one position.
    assertThat(answer.integer("evaluated")).isEqualTo(3);
    List<Json> best = answer.array("best").elements();
    assertThat(best)
        .extracting(candidate -> candidate.asObject("candidate").array("fuse").toString())
        .containsExactlyInAnyOrder("[0]", "[1]", "[2]");
    assertThat(best)
        .extracting(candidate -> candidate.asObject("candidate").number("fitness").doubleValue())
        .isSortedAccordingTo((a, b) -> Double.compare(b, a));
    assertThat(Json.parse(Files.readString(run.resolve("result.json")).strip())).isEqualTo(answer);
    assertThat(Files.readAllLines(run.resolve("candidates.jsonl"))).hasSize(3);
    assertThat(run.resolve("supernet.safetensors")).isNotEmptyFile();
    assertThat(Json.parse(Files.readString(run.resolve("search.json")).strip()))
        .isEqualTo(answer.object("config"));

    // Position 0 reads 2 maps of 32x32 floats, of which each of two nodes lacks one.
    assertThat(best)
        .filteredOn(candidate -> candidate.toString().contains("[0]"))
        .extracting(candidate -> candidate.asObject("candidate").integer("bytes"))
        .containsExactly(32 * 32 * 4L);

    // The folder of a search is no training to go on with, and not overwritten.
    search(run, "--budget", "count=1").fails(2, "is not empty", "new folder");
    dfs("train", "--out", run, "--resume").fails(2, "holds no run to go on with");
  }

  @Test
  void theCommandThatItNamesTrainsTheBestCandidate() {
    Call call = search(folder.resolve("search"), "--budget", "bytes=4KiB").succeeds();
    String command =
        call.out()
            .lines()
            .filter(line -> line.startsWith("train the best one: "))
            .findFirst()
            .get();
    Object[] words = command.replaceFirst("^train the best one: dfs ", "").split(" ");
    words[words.length - 1] = folder.resolve("best").toString();
    assertThat(command).contains("--groups 2", "--epochs 1", "--batch 16");
    dfs(words).succeeds();
  }

  @Test
  void sameSeedSameResult() {
    Object[] options = {
      "--budget", "count=2", "--strategy", "random", "--evaluations", 2, "--json"
    };
    Json.Object first = search(folder.resolve("a"), options).json();
    Json.Object second = search(folder.resolve("b"), options).json();
    assertThat(first).isEqualTo(second);
    assertThat(first.integer("evaluated")).isEqualTo(2);
  }

  @Test
  void networksThatTrainDoesNotKnowAreRefusedFirst() {
    Path run = folder.resolve("search");
    Path known = write(ModelOptions.create("resnet8-w2", Shortcut.PROJECTION, 25, IMAGE));
    Object[] of = {"search", "--data", DATA, "--groups", 2, "--epochs", 1, "--batch", 16};
    Object[] rest = {"--budget", "count=1", "--out", run, "--weights"};
    Path graph = write(renamed(NetworkFile.read(known).network(), "main_graph"));
    dfs(and(of, and(rest, graph)))
        .fails(2, "--weights " + graph, "'main_graph'", "say --model NAME");
    assertThat(run).doesNotExist();
    dfs(and(of, and(rest, known))).succeeds();
  }

  private Path write(Network network) {
    Path file = folder.resolve(network.name() + ".safetensors");
    NetworkFile.write(file, Model.initial(network, 1));
    return file;
  }

  /** As a network comes from an ONNX file, which calls it what its graph is called. */
  private static Network renamed(Network network, String name) {
    var builder = Network.builder(name);
    network.nodes().forEach(builder::add);
    return builder.build();
  }

  @Test
  void wrongCallsAreRefusedBeforeAnythingIsWritten() {
    Path run = folder.resolve("search");
    search(run, "--budget", "much").fails(2, "--budget", "budget 'much'", "count=2");
    search(run, "--budget", "bytes=1").fails(2, "budget bytes=1 allows no position");
    search(run, "--budget", "count=1", "--fuse", 1).fails(2, "--fuse: is what the search finds");
    search(run, "--budget", "count=1", "--strategy", "luck").fails(2, "'luck' is not one of");
    search(run, "--budget", "count=1", "--held-out", 50).fails(2, "--held-out 50", "10 images");
    search(run).fails(2, "'--budget=B'");
    dfs("search", "--model", "resnet8", "--data", DATA, "--budget", "count=1", "--out", run)
        .fails(2, "--groups: is missing");
    assertThat(run).doesNotExist();
  }

  private static Call search(Path run, Object... more) {
    Object[] words = {
      "search",
      "--model",
      "resnet8-w2",
      "--data",
      DATA,
      "--groups",
      2,
      "--epochs",
      1,
      "--batch",
      16,
      "--out",
      run
    };
    return dfs(and(words, more));
  }

  private static Object[] and(Object[] some, Object... more) {
    return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray();
  }
}
