package io.dfsnet.cli;

import static io.dfsnet.cli.Call.dfs;
import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.json.Json;
import org.junit.jupiter.api.Test;

class SummaryCommandTest {

  @Test
  void countsAsTheLiteratureDoes() {
    // He et al., 2016, table 6: 0.27 M parameters, option A.
    Json.Object padded =
        dfs("summary", "--model", "resnet20", "--shortcut", "pad", "--json").json();
    assertThat(padded.integer("parameters")).isEqualTo(269_722);
    Json.Object projected = dfs("summary", "--model", "resnet20", "--json").json();
    assertThat(projected.integer("parameters")).isEqualTo(272_474);
    assertThat(projected.has("topologies")).isFalse();
  }

  @Test
  void dividedNetworksHaveCostsPerNodeAndTopology() {
    Json.Object summary =
        dfs("summary", "--model", "resnet20", "--groups", 4, "--fuse", 3, "--json").json();
    Json.Object parallel = summary.array("topologies").elements().get(0).asObject("topology");
    Json.Object central = summary.array("topologies").elements().get(1).asObject("topology");
    assertThat(parallel.text("topology")).isEqualTo("parallel");
    assertThat(central.text("topology")).isEqualTo("central");
    // Position 3 reads a map of 16 channels of 32x32 floats, 64 KiB: all to three others.
    assertThat(parallel.integer("wireBytes")).isEqualTo(3 * 65_536);
    assertThat(parallel.array("nodes").elements()).hasSize(4);
    for (Json node : parallel.array("nodes").elements()) {
      assertThat(node.asObject("node").integer("receivedBytes")).isEqualTo(3 * 65_536 / 4);
    }
    // Central: 3/4 of the input to the centre, 3/4 of the halved output back.
    assertThat(central.integer("wireBytes")).isEqualTo(3 * 65_536 / 4 + 3 * 32_768 / 4);
  }

  @Test
  void textHasTheNodesAndTheCosts() {
    Call call = dfs("summary", "--model", "resnet8-w4", "--groups", 2, "--fuse", "1").succeeds();
    assertThat(call.out()).contains("layer2.0.downsample.0", "parallel", "central", "node 1");
    assertThat(call.err()).isEmpty();
  }

  @Test
  void otherImagesAndClassesChangeTheNetwork() {
    Json.Object summary =
        dfs("summary", "--model", "resnet8", "--image", "1x28x28", "--classes", 7, "--json").json();
    Json.Object last = summary.array("rows").elements().getLast().asObject("row");
    assertThat(last.array("output")).isEqualTo(Json.integers(7));
  }

  @Test
  void networksAreShownInTheirPublishedSizeUnlessAskedOtherwise() {
    Json.Object large = dfs("summary", "--model", "mobilenetv2", "--json").json();
    assertThat(large.integer("parameters")).isEqualTo(3_504_872);
    assertThat(large.array("rows").elements().getFirst().asObject("row").array("output"))
        .isEqualTo(Json.integers(3, 224, 224));
    Json.Object small = dfs("summary", "--model", "mobilenetv2-w0.5-32", "--json").json();
    assertThat(small.array("rows").elements().getFirst().asObject("row").array("output"))
        .isEqualTo(Json.integers(3, 32, 32));
    Json.Object divided =
        dfs("summary", "--model", "mobilenetv2-w0.5-32", "--groups", 4, "--fuse", 2, "--json")
            .json();
    assertThat(divided.integer("groups")).isEqualTo(4);
  }

  @Test
  void wrongCallsAreRefused() {
    dfs("summary").fails(2, "--model: is missing");
    dfs("summary", "--model", "resnet8", "--weights", "x").fails(2, "there is no file x");
    dfs("summary", "--weights", "x", "--classes", 3).fails(2, "--classes: is known from the file");
    dfs("summary", "--weights", "x", "--shortcut", "pad").fails(2, "--shortcut: is known");
    dfs("summary", "--model", "resnet9").fails(2, "model 'resnet9'", "did you mean 'resnet8'?");
    dfs("summary", "--model", "mobilnetv2-w0.5").fails(2, "did you mean 'mobilenetv2'?");
    dfs("summary", "--model", "mobilenetv2-w99").fails(2, "the width multiplier is above 0");
    dfs("summary", "--model", "vgg16bn", "--shortcut", "pad")
        .fails(2, "--shortcut: is about residual networks, vgg16bn has no such shortcuts");
    dfs("summary", "--model", "resnet8", "--classes", 0).fails(2, "--classes", "less than 1");
    dfs("summary", "--model", "resnet8", "--image", "32x32").fails(2, "--image", "3x32x32");
    dfs("summary", "--model", "resnet20", "--groups", 3).fails(2, "not divisible by 3 groups");
  }
}
