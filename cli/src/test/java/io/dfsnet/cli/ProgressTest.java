package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {

  @Test
  void barsVanish() {
    var drawn = new StringWriter();
    try (Progress progress = Progress.bar("evaluating", 0, 10, new PrintWriter(drawn))) {
      progress.update(10, "70 %");
    }
    assertThat(drawn.toString())
        .contains("evaluating", "10/10", "70 %")
        .endsWith("\r" + " ".repeat(79) + "\r");
    assertThat(drawn.toString().split("\r")).allMatch(line -> line.length() <= 79);
  }

  @Test
  void theBarLeavesRoomForWords() {
    var drawn = new StringWriter();
    String note = "loss 4.605 rate 0.200 4321 images/s, run 1:02:33";
    try (Progress progress = Progress.bar("epoch 12/30", 100, 391, new PrintWriter(drawn))) {
      progress.update(176, note);
    }
    assertThat(drawn.toString().split("\r"))
        .allMatch(line -> line.length() <= 79)
        .anyMatch(line -> line.startsWith("epoch 12/30  45% [=") && line.endsWith(note));
  }

  @Test
  void longTasksWriteALineNowAndThen() {
    var written = new StringWriter();
    var nanos = new AtomicLong();
    long pause = Progress.Lines.BETWEEN_LINES.toNanos() / 2;
    try (Progress progress =
        Progress.lines("epoch 1/2", 10, new PrintWriter(written), nanos::get)) {
      for (int step = 1; step <= 10; step++) {
        nanos.addAndGet(pause);
        progress.update(step, "loss " + step);
      }
    }
    assertThat(written.toString().lines())
        .containsExactly(
            "epoch 1/2  2/10  loss 2",
            "epoch 1/2  4/10  loss 4",
            "epoch 1/2  6/10  loss 6",
            "epoch 1/2  8/10  loss 8");
  }

  @Test
  void linesAndSilenceHaveNoBar(@TempDir Path folder) {
    assertThat(train(folder.resolve("lines"), "lines").err())
        .startsWith("epoch 1/1  loss ")
        .doesNotContain("\r");
    assertThat(train(folder.resolve("none"), "none").err()).isEmpty();
    assertThat(train(folder.resolve("bar"), "bar").err()).contains("\repoch 1/1 100%", "\n");
  }

  private static Call train(Path run, String style) {
    return dfs(
            "train",
            "--model",
            "resnet8-w1",
            "--data",
            "synthetic:train=16,test=4",
            "--epochs",
            1,
            "--batch",
            8,
            "--progress",
            style,
            "--out",
            run)
        .succeeds();
  }
}
