package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.data.ImageSet;
import io.dfsnet.nn.file.NetworkFile;
import io.dfsnet.nn.file.SafeTensors;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.models.Shortcut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
  private static final String DATA = "synthetic:train=1,test=30";

  @TempDir Path folder;
  private Path weights;

  @BeforeEach
  void writeWeights() {
    weights = folder.resolve("resnet8.safetensors");
    ImageSet images = DataOptions.open(DATA).test();
    Network network =
        ModelOptions.create("resnet8-w2", Shortcut.PROJECTION, images.classes(), images.shape());
    NetworkFile.write(weights, Model.initial(network, 1));
  }

  @Test
  void measuresAsManyImagesAsAsked() {
    Json.Object all = dfs("eval", "--weights", weights, "--data", DATA, "--json").json();
    assertThat(all.integer("images")).isEqualTo(30);
    assertThat(all.text("network")).isEqualTo("resnet8-w2");
    Call call = dfs("eval", "--weights", weights, "--data", DATA, "--limit", 7).succeeds();
    assertThat(call.out()).contains("7 images of synthetic test: top-1 ", "top-5 ", "images/s");
  }

  @Test
  void plainTensorsNeedTheNameOfTheirModel() {
    Path plain = folder.resolve("plain.safetensors");
    new SafeTensors(SafeTensors.read(weights).tensors(), Map.of()).write(plain);
    dfs("eval", "--weights", plain, "--data", DATA).fails(1, "plain.safetensors", "no graph");
    Json.Object named =
        dfs("eval", "--model", "resnet8-w2", "--weights", plain, "--data", DATA, "--json").json();
    Json.Object graph = dfs("eval", "--weights", weights, "--data", DATA, "--json").json();
    assertThat(named.get("loss")).isEqualTo(graph.get("loss"));
  }

  @Test
  void brokenWeightsHaveNoLoss() {
    Model model = NetworkFile.read(weights);
    Arrays.fill(model.weights().get("fc.bias").data(), Float.NaN);
    NetworkFile.write(weights, model);
    for (String command : List.of("eval", "infer")) {
      Json.Object broken = dfs(command, "--weights", weights, "--data", DATA, "--json").json();
      assertThat(broken.get("loss")).hasToString("null");
      assertThat(broken.get("top1")).hasToString("0.0");
      dfs(command, "--weights", weights, "--data", DATA).succeeds();
    }
    assertThat(dfs("eval", "--weights", weights, "--data", DATA).out())
        .contains("top-1 0.00 %, top-5 0.00 %, loss NaN, ");
  }

  @Test
  void weightsOfAnotherModelAreRefused() {
    dfs("eval", "--model", "resnet14-w2", "--weights", weights, "--data", DATA)
        .fails(2, "weights do not fit network resnet14-w2", "layer1.1.conv1.weight is missing");
    dfs("eval", "--model", "resnet8-w4", "--weights", weights, "--data", DATA)
        .fails(2, "conv1.weight is [2, 3, 3, 3] instead of [4, 3, 3, 3]");
  }

  @Test
  void dataOfOtherClassesAreRefused() throws IOException {
    Path data = Files.createDirectory(folder.resolve("cifar"));
    Files.write(data.resolve("test_batch.bin"), new byte[3073]);
    dfs("eval", "--weights", weights, "--data", "cifar10:" + data)
        .fails(2, "cifar10 test", "resnet8-w2", "gives [", "the classes are 10");
  }

  @Test
  void truncatedFilesAreRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 4));
    dfs("eval", "--weights", weights, "--data", DATA).fails(1, "resnet8.safetensors: ");
  }

  @Test
  void missingArgumentsAreNamed() {
    dfs("eval", "--data", DATA).fails(2, "--weights: is missing");
    dfs("eval", "--weights", weights, "--data", DATA, "--shortcut", "pad")
        .fails(2, "--shortcut: is about --model");
    dfs("eval", "--weights", weights).fails(2, "--data: is missing");
    dfs("eval", "--weights", folder, "--data", DATA).fails(2, "no file", "last.safetensors");
  }
}
