package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.file.SafeTensors;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertCommandTest {
  private static final String DATA = "synthetic:train=40,test=20";

  @TempDir Path folder;
  private Path plain;
  private Model model;

  @BeforeEach
  void writeTensorsAlone() {
    Network network = ModelOptions.create("resnet8-w2", Shortcut.PAD, 25, Shape.of(3, 32, 32));
    model = Model.initial(network, 1);
    plain = folder.resolve("plain");
    new SafeTensors(model.weights().tensors(), Map.of()).write(plain);
  }

  @Test
  void writesAModelThatNeedsNoNameAnyMore() {
    Path out = folder.resolve("net.safetensors");
    Json.Object result =
        dfs("convert", "--model", "resnet8-w2", "--weights", plain, "--out", out, "--json").json();
    assertThat(result.array("output").integers("output")).containsExactly(25);
    assertThat(NetworkFile.read(out).network()).isEqualTo(model.network());
    assertThat(SafeTensors.read(out).tensors()).containsKey("layer1.0.conv1.weight");
  }

  @Test
  void writesOnnxAndReadsItAgain() throws IOException {
    Path onnx = folder.resolve("net.onnx");
    Path back = folder.resolve("back.safetensors");
    Path direct = folder.resolve("direct.safetensors");
    dfs("convert", "--model", "resnet8-w2", "--weights", plain, "--out", onnx).succeeds();
    assertThat(OnnxFile.read(onnx).network()).isEqualTo(model.network());
    dfs("convert", "--weights", onnx, "--out", back).succeeds();
    dfs("convert", "--model", "resnet8-w2", "--weights", plain, "--out", direct).succeeds();
    assertThat(Files.readAllBytes(back)).isEqualTo(Files.readAllBytes(direct));
    dfs("convert", "--weights", onnx, "--model", "resnet8-w2", "--out", folder.resolve("x.onnx"))
        .fails(2, "--model: not with", "ONNX");
  }

  @Test
  void refusesWhatItCannotWrite() throws IOException {
    dfs("convert", "--out", "x.onnx").fails(2, "--weights: is missing");
    dfs("convert", "--weights", plain).fails(2, "'--out=FILE'");
    dfs("convert", "--weights", plain, "--out", folder.resolve("x.pt"))
        .fails(2, "end it with .safetensors or .onnx");
    dfs("convert", "--weights", plain, "--out", folder.resolve("x.onnx"))
        .fails(1, "plain", "no graph", "--model NAME");
    Path mine = Files.writeString(folder.resolve("mine.onnx"), "mine");
    dfs("convert", "--model", "resnet8-w2", "--weights", plain, "--out", mine).fails(2, "exists");
    assertThat(mine).hasContent("mine");
    dfs("convert", "--model", "resnet9", "--weights", plain, "--out", folder.resolve("x.onnx"))
        .fails(2, "did you mean 'resnet8'?");
  }

  /** Every command that takes a network takes tensors alone, with the name of their network. */
  @Test
  void everyCommandReadsTensorsAlone() {
    Object[] named = {"--model", "resnet8-w2", "--weights", plain};
    assertThat(call("summary", named).succeeds().out()).contains("shortcut", "[25]");
    call("eval", named, "--data", DATA).succeeds();
    call("infer", named, "--data", DATA, "--limit", 2).succeeds();
    Path divided = folder.resolve("divided.safetensors");
    call("divide", named, "--groups", 2, "--out", divided).succeeds();
    Path run = folder.resolve("run");
    call("train", named, "--data", DATA, "--epochs", 1, "--batch", 20, "--out", run).succeeds();
    assertThat(NetworkFile.read(run.resolve("last.safetensors")).network())
        .isEqualTo(model.network());
    dfs("train", "--out", run, "--resume").succeeds();
  }

  private static Call call(String command, Object[] named, Object... more) {
    Object[] words = new Object[1 + named.length + more.length];
    words[0] = command;
    System.arraycopy(named, 0, words, 1, named.length);
    System.arraycopy(more, 0, words, 1 + named.length, more.length);
    return dfs(words);
  }
}
