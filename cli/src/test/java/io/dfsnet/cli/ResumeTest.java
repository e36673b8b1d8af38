package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.cli.tensorboard.EventReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that end in the middle of a run, and others that go on with it. */
@Timeout(120)
class ResumeTest {
  private static final int EPOCHS = 4;
  private static final int STEPS_PER_EPOCH = 16;

  /** A checkpoint after every second step: half of all moments are within the writing of one. */
  private static final List<Object> RUN =
      List.of(
          "--model",
          "resnet8-w2",
          "--data",
          "synthetic:train=128,test=20",
          "--batch",
          8,
          "--log-every",
          1,
          "--checkpoint-every",
          2);

  @TempDir Path folder;

  @Test
  void killedRunsGoOnToTheSameBits() throws Exception {
    Path whole = train("whole");
    Path killed = folder.resolve("killed");
    long seed = new Random().nextLong();
    var random = new Random(seed);
    int kills = 0;
    for (int start = 0; start < 3; start++) {
      Process process = DfsProcess.start(words(killed, EPOCHS, "none"));
      long goal = lines(killed) + 2 + random.nextInt(10);
      while (process.isAlive() && lines(killed) < goal) {
        Thread.sleep(2);
      }
      Thread.sleep(random.nextInt(20));
      process.destroyForcibly();
      kills += process.waitFor() == 0 ? 0 : 1;
    }
    assertThat(kills).as("seed " + seed).isGreaterThanOrEqualTo(2);
    dfs("train", "--out", killed, "--resume", "--threads", 2).succeeds();
    requireSame(whole, killed, "seed " + seed);
  }

  @Test
  void interruptedRunsSaveTheirStepAndGoOn() throws Exception {
    Path whole = train("whole");
    Path broken = folder.resolve("broken");
    List<String> said = new ArrayList<>();
    Process process = DfsProcess.start(words(broken, EPOCHS, "lines"));
    try (BufferedReader err = process.errorReader()) {
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        said.add(line);
        if (line.startsWith("epoch 1/" + EPOCHS)) {
          // Not Process.destroy(), which closes the stream that is still to be read.
          process.toHandle().destroy();
        }
      }
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(String.join("\n", said))
        .contains("interrupted after ", "go on with: dfs train --out " + broken + " --resume");
    assertThat(lines(broken)).isBetween(STEPS_PER_EPOCH, EPOCHS * (STEPS_PER_EPOCH + 1) - 1);

    Call call = dfs("train", "--out", broken, "--resume").succeeds();
    assertThat(call.err()).contains("resumes after ");
    requireSame(whole, broken, "");
  }

  @Test
  void aSecondSignalEndsAtOnce() throws Exception {
    Path run = folder.resolve("run");
    // A step that takes many seconds, so that the first signal alone would have to wait.
    Process process =
        DfsProcess.start(resnet20(run, "synthetic:train=256,test=20", "--batch", 256));
    try (BufferedReader err = process.errorReader()) {
      while (process.isAlive() && !Files.exists(run.resolve("state.safetensors"))) {
        Thread.sleep(5);
      }
      process.toHandle().destroy();
      String line = err.readLine();
      while (line != null && !line.startsWith("interrupted: ")) {
        line = err.readLine();
      }
      process.toHandle().destroy();
      assertThat(err.lines()).noneMatch(later -> later.contains("go on with"));
      assertThat(process.waitFor()).isNotZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aRunThatEndsAfterTheSignalTellsItsResult() throws Exception {
    Path out = folder.resolve("out.txt");
    String err = interruptedWhileItTests(folder.resolve("run"), out, false);
    assertThat(err).contains("epoch 1/1").doesNotContain("go on with");
    assertThat(out).content().contains("of the test images after epoch 1");
  }

  @Test
  void aRunThatFailsAfterTheSignalTellsIt() throws Exception {
    Path run = folder.resolve("run");
    String err = interruptedWhileItTests(run, folder.resolve("out.txt"), true);
    assertThat(err)
        .contains("dfs: " + run.resolve("last.safetensors") + ": cannot be written")
        .doesNotContain("go on with");
  }

  /** What a process says that gets a signal behind its last step. */
  private static String interruptedWhileItTests(Path run, Path out, boolean breaks)
      throws Exception {
    List<Object> words = resnet20(run, "synthetic:train=8,test=2000", "--batch", 8);
    words.addAll(List.of("--epochs", 1, "--log-every", 1, "--progress", "lines"));
    Process process = DfsProcess.start(words, ProcessBuilder.Redirect.to(out.toFile()));
    var said = new StringBuilder();
    try (BufferedReader err = process.errorReader()) {
      while (process.isAlive() && lines(run) < 1) {
        Thread.sleep(5);
      }
      // From the line of the step to the test images it is not far, and these take longer.
      Thread.sleep(200);
      process.toHandle().destroy();
      for (String line = err.readLine(); line != null; line = err.readLine()) {
        said.append(line).append('\n');
        if (breaks && line.startsWith("interrupted: ")) {
          Path last = run.resolve("last.safetensors");
          Files.delete(last);
          Files.createDirectories(last.resolve("in the way"));
        }
      }
      assertThat(process.waitFor()).isNotZero();
    } finally {
      process.destroyForcibly();
    }
    return said.toString();
  }

  @Test
  void aFolderIsForOneProcess() throws Exception {
    Path run = folder.resolve("run");
    Process process = DfsProcess.start(words(run, 1000, "none"));
    try {
      while (process.isAlive() && lines(run) < 1) {
        Thread.sleep(5);
      }
      dfs("train", "--out", run, "--resume")
          .fails(1, run.toString(), "another process works in it");
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Path train(String name) {
    Path run = folder.resolve(name);
    dfs(words(run, EPOCHS, "none").toArray()).succeeds();
    return run;
  }

  /** A call that trains a network whose steps and tests take long enough to be interrupted. */
  private static List<Object> resnet20(Path run, String data, Object... more) {
    var words = new ArrayList<Object>(List.of("train", "--out", run, "--model", "resnet20"));
    words.addAll(List.of("--data", data));
    words.addAll(List.of(more));
    return words;
  }

  private static List<Object> words(Path run, int epochs, String progress) {
    List<Object> words = new ArrayList<>(List.of("train", "--out", run, "--progress", progress));
    // A process that is killed before it has begun leaves no run to go on with.
    if (Files.exists(run.resolve("config.json"))) {
      words.add("--resume");
    } else {
      words.addAll(RUN);
      words.addAll(List.of("--epochs", epochs));
    }
    return words;
  }

  private static void requireSame(Path whole, Path resumed, String why) throws IOException {
    for (String file : List.of("last.safetensors", "best.safetensors", "state.safetensors")) {
      assertThat(resumed.resolve(file)).as(why).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(results(resumed)).as(why).isEqualTo(results(whole));
    assertThat(curves(resumed)).as(why).isEqualTo(curves(whole));
    try (Stream<Path> files = Files.list(resumed)) {
      assertThat(files).as(why).noneMatch(file -> file.toString().endsWith(".tmp"));
    }
  }

  /** The lines without what depends on the clock. */
  private static List<String> results(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .map(line -> line.replaceFirst(",\"imagesPerSecond\".*", ""))
        .toList();
  }

  private static Map<String, TreeMap<Long, Float>> curves(Path run) throws IOException {
    Map<String, TreeMap<Long, Float>> curves = EventReader.curves(run);
    assertThat(curves.keySet()).contains("step/loss", "epoch/testAccuracy", "step/rate");
    assertThat(curves.get("step/loss")).hasSize(EPOCHS * STEPS_PER_EPOCH);
    curves.keySet().removeIf(tag -> tag.endsWith("imagesPerSecond") || tag.endsWith("wait"));
    return curves;
  }

  private static int lines(Path run) throws IOException {
    Path metrics = run.resolve("metrics.jsonl");
    return Files.exists(metrics)
        ? (int) Files.readString(metrics).chars().filter(next -> next == '\n').count()
        : 0;
  }
}
