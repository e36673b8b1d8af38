package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is told to end in the middle of a run. */
@Timeout(60)
class InterruptionTest {
  private static final List<Object> RUN =
      List.of(
          "--model",
          "resnet8-w2",
          "--data",
          "synthetic:train=16,test=4",
          "--batch",
          8,
          "--epochs",
          10);

  @TempDir Path folder;

  @Test
  void interruptedRunsGoOnToTheSameBits() throws Exception {
    Path whole = folder.resolve("whole");
    Path broken = folder.resolve("broken");
    train(whole);
    String said = interruptAfterFirstEpoch(broken);
    assertThat(said).contains("go on with: dfs train --out " + broken + " --resume");
    assertThat(Files.readAllLines(broken.resolve("metrics.jsonl"))).hasSizeBetween(1, 9);

    dfs("train", "--out", broken, "--resume").succeeds();
    for (String file : List.of("last.safetensors", "best.safetensors", "state.safetensors")) {
      assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(accuracies(broken)).isEqualTo(accuracies(whole));
  }

  private static void train(Path run) {
    List<Object> words = new ArrayList<>(List.of("train", "--out", run));
    words.addAll(RUN);
    dfs(words.toArray()).succeeds();
  }

  /** What a process of its own says on standard error until it is gone. */
  private String interruptAfterFirstEpoch(Path run) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", classPath()));
    command.addAll(List.of(Main.class.getName(), "train", "--out", run.toString()));
    RUN.forEach(word -> command.add(word.toString()));
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader err = process.errorReader()) {
      List<String> said = new ArrayList<>();
      String line;
      while ((line = err.readLine()) != null) {
        said.add(line);
        if (line.startsWith("epoch 1/10")) {
          // Not Process.destroy(), which closes the stream that is still to be read.
          process.toHandle().destroy();
        }
      }
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return String.join("\n", said);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Where the modules of this process come from, the tests left out. */
  private static String classPath() {
    return ModuleLayer.boot().configuration().modules().stream()
        .map(module -> module.reference().location().orElseThrow())
        .filter(location -> location.getScheme().equals("file"))
        .map((URI location) -> Path.of(location).toString())
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private static List<String> accuracies(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceFirst(",\"imagesPerSecond\".*", ""))
        .toList();
  }
}
