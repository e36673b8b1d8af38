package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressTest {

  @Test
  void barsVanish() {
    var drawn = new StringWriter();
    try (Progress progress = Progress.bar("evaluating", 10, new PrintWriter(drawn))) {
      progress.update(10, "70 %");
    }
    assertThat(drawn.toString())
        .contains("evaluating", "10/10", "70 %")
        .endsWith("\r" + " ".repeat(79) + "\r");
    assertThat(drawn.toString().split("\r")).allMatch(line -> line.length() <= 79);
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
