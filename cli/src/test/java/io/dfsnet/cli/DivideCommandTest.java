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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivideCommandTest {
  @TempDir Path folder;
  private Path weights;
  private Path divided;

  @BeforeEach
  void writeWeights() {
    weights = folder.resolve("original.safetensors");
    divided = folder.resolve("divided.safetensors");
    Network network =
        ModelOptions.create("resnet8-w4", Shortcut.PROJECTION, 10, Shape.of(3, 32, 32));
    NetworkFile.write(weights, Model.initial(network, 1));
  }

  @Test
  void writesADividedNetworkThatWantsFineTuning() {
    Call call = divide("--groups", 4, "--fuse", "1,2").succeeds();
    assertThat(call.out()).contains("fine-tune it: dfs train --weights " + divided);
    Model model = NetworkFile.read(divided);
    assertThat(model.network().groups()).isEqualTo(4);
    // A fused convolution keeps its weights whole, a divided one its diagonal blocks.
    assertThat(model.weights().get("layer2.0.conv1.weight").shape())
        .isEqualTo(Shape.of(8, 4, 3, 3));
    assertThat(model.weights().get("layer2.0.conv2.weight").shape())
        .isEqualTo(Shape.of(8, 2, 3, 3));
  }

  @Test
  void saysWhatIsLeft() {
    Json.Object result = divide("--groups", 2, "--fuse", "0", "--json").json();
    assertThat(result.integer("parameters")).isLessThan(result.integer("parametersBefore"));
    assertThat(result.bool("fineTune")).isTrue();
    // Position 0 reads 4 maps of 32x32 floats; each of two nodes lacks one half.
    assertThat(result.integer("receivedBytes")).isEqualTo(4 * 32 * 32 * Float.BYTES / 2);
  }

  @Test
  void widerNetworksCannotBeConverted() {
    divide("--groups", 2, "--width", "iso")
        .fails(2, "--width iso", "dfs train --model resnet8-w4 --groups 2 --width iso");
    assertThat(divided).doesNotExist();
  }

  @Test
  void refusesWhatCannotBeDivided() throws IOException {
    divide().fails(2, "--groups: is missing");
    divide("--groups", 3).fails(2, "not divisible by 3 groups");
    divide("--groups", 0).fails(2, "groups");
    divide("--groups", 2, "--fuse", "5").fails(2, "position 5 does not exist");
    divide("--groups", 2, "--fuse", "x").fails(2, "--fuse", "'x'");
    assertThat(divided).doesNotExist();
    Files.writeString(divided, "mine");
    divide("--groups", 2).fails(2, "exists", "new file");
    assertThat(divided).hasContent("mine");
  }

  @Test
  void dividedNetworksAreNotDividedAgain() {
    divide("--groups", 2).succeeds();
    dfs("divide", "--weights", divided, "--groups", 2, "--out", folder.resolve("again"))
        .fails(2, "divided");
  }

  private Call divide(Object... more) {
    Object[] words = {"divide", "--weights", weights, "--out", divided};
    Object[] all = Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return dfs(all);
  }
}
