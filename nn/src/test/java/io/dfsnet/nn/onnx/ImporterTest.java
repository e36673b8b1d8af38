package io.dfsnet.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other programs write, in all the ways that the versions of ONNX allow. */
class ImporterTest {

  /** Each of them is read in some test below. */
  @Test
  void theOperatorsOfImageClassifiersAreKnown() {
    assertThat(Operator.ALL)
        .containsKeys(
            "Conv",
            "BatchNormalization",
            "Relu",
            "Clip",
            "Add",
            "MaxPool",
            "AveragePool",
            "GlobalAveragePool",
            "Gemm",
            "MatMul",
            "Flatten",
            "Reshape",
            "Concat",
            "Transpose",
            "Identity",
            "Constant",
            "Dropout");
  }

  @Test
  void nodesTakeTheNamesOfTheirWeights() {
    Model model =
        OnnxGraph.of(3, 8, 8)
            .floats("layer1.0.conv1.weight", 8, 3, 3, 3)
            .floats("layer1.0.conv1.bias", 8)
            .floats("onnx::Conv_12", 8, 1, 1, 1)
            .named("/layer1/conv1/Conv", "Conv", "x layer1.0.conv1.weight layer1.0.conv1.bias", "a")
            .named("/conv2/Conv", "Conv", "a onnx::Conv_12", "b", "group", 8)
            .node("Relu", "b", "c")
            .floats("c.weight", 8, 8, 1, 1)
            .node("Conv", "c c.weight", "d")
            .output("d")
            .read();

    assertNodes(
        model,
        node("x", new Op.Input(3, 8, 8)),
        node("layer1.0.conv1", conv(3, 8, 3, 1, 0, 1, true), "x"),
        node("/conv2/Conv", conv(8, 8, 1, 1, 0, 8, false), "layer1.0.conv1"),
        node("c", new Op.Relu(), "/conv2/Conv"),
        node("c_2", conv(8, 8, 1, 1, 0, 1, false), "c"));
    assertThat(model.network().name()).isEqualTo("graph");
    assertThat(model.weights().get("layer1.0.conv1.bias").data())
        .isEqualTo(OnnxGraph.values("layer1.0.conv1.bias", 8).array());
    assertThat(model.weights().get("/conv2/Conv.weight").data())
        .isEqualTo(OnnxGraph.values("onnx::Conv_12", 8).array());
  }

  @Test
  void convolutionsReadEveryAttribute() {
    Model model =
        OnnxGraph.of(4, 13, 9)
            .floats("w", 6, 2, 3, 2)
            .node(
                "Conv",
                "x w",
                "y",
                "kernel_shape",
                new int[] {3, 2},
                "strides",
                new int[] {1, 2},
                "pads",
                new int[] {2, 1, 2, 1},
                "dilations",
                new int[] {2, 1},
                "group",
                2,
                "auto_pad",
                "NOTSET")
            .output("y")
            .read();
    assertThat(model.network().output().op())
        .isEqualTo(new Op.Conv2d(4, 6, 3, 2, 1, 2, 2, 1, 2, 1, 2, false));
  }

  @Test
  void automaticPaddingIsWorkedOut() {
    Network network =
        OnnxGraph.of(1, 7, 7)
            .floats("w", 1, 1, 3, 3)
            .node("Conv", "x w", "a", "auto_pad", "SAME_UPPER")
            .node("Conv", "a w", "b", "auto_pad", "SAME_LOWER", "strides", new int[] {2, 2})
            .node("Conv", "b w", "c", "auto_pad", "VALID")
            .output("c")
            .read()
            .network();
    assertThat(ops(network).subList(1, 4))
        .containsExactly(
            conv(1, 1, 3, 1, 1, 1, false),
            conv(1, 1, 3, 2, 1, 1, false),
            conv(1, 1, 3, 1, 0, 1, false));
    assertThat(network.shape(network.output())).isEqualTo(Shape.of(1, 2, 2));
  }

  @Test
  void batchNormsTakeTheirFourTensors() {
    Model model =
        OnnxGraph.of(2, 3, 3)
            .floats("bn1.weight", 2)
            .floats("bn1.bias", 2)
            .floats("bn1.running_mean", 2)
            .floats("other", 2)
            .node(
                "BatchNormalization",
                "x bn1.weight bn1.bias bn1.running_mean other",
                "y",
                "epsilon",
                0.001f,
                "momentum",
                0.9f,
                "training_mode",
                0)
            .output("y")
            .read();
    assertNodes(
        model, node("x", new Op.Input(2, 3, 3)), node("bn1", new Op.BatchNorm(2, 0.001f), "x"));
    assertThat(model.weights().get("bn1.running_var").data())
        .isEqualTo(OnnxGraph.values("other", 2).array());
  }

  @Test
  void activationsClipAsInputsOrAsAttributes() {
    Network network =
        OnnxGraph.of(1, 2, 2)
            .scalar("zero", 0)
            .scalar("six", 6)
            .node("Clip", "x zero six", "a")
            .node("Clip", "a", "b", "min", 0f, "max", 6f)
            .node("Clip", "b zero", "c")
            .node("Clip", "c", "d", "min", 0f, "max", Float.MAX_VALUE)
            .node("Relu", "d", "e")
            .output("e")
            .read()
            .network();
    assertThat(ops(network).subList(1, 6))
        .containsExactly(
            new Op.Relu6(), new Op.Relu6(), new Op.Relu(), new Op.Relu(), new Op.Relu());
  }

  @Test
  void poolingsAreRead() {
    Network network =
        OnnxGraph.of(1, 17, 17)
            .node(
                "MaxPool",
                "x",
                "a",
                "kernel_shape",
                new int[] {3, 3},
                "strides",
                new int[] {2, 2},
                "pads",
                new int[] {1, 1, 1, 1},
                "ceil_mode",
                1,
                "dilations",
                new int[] {1, 1},
                "storage_order",
                0)
            .node("AveragePool", "a", "b", "kernel_shape", new int[] {2, 2})
            .node(
                "AveragePool",
                "b",
                "c",
                "kernel_shape",
                new int[] {3, 3},
                "pads",
                new int[] {1, 1, 1, 1},
                "count_include_pad",
                1)
            .output("c")
            .read()
            .network();
    assertThat(ops(network).subList(1, 4))
        .containsExactly(
            new Op.MaxPool(3, 2, 1), new Op.AveragePool(2, 1, 0), new Op.AveragePool(3, 1, 1));
  }

  /** torchvision's ending, in the ways that exporters write it. */
  @ParameterizedTest
  @ValueSource(
      strings = {"Flatten", "Reshape", "ReshapeZero", "Squeeze", "SqueezeNegative", "Mean"})
  void globalPoolingAndFlatteningAreOneNode(String way) {
    var graph = OnnxGraph.of(6, 5, 5);
    String pooled = "p";
    if (way.equals("Mean")) {
      graph.ints("axes", -1, -2).node("ReduceMean", "x axes", "f", "keepdims", 0);
    } else {
      graph.node("GlobalAveragePool", "x", pooled);
    }
    switch (way) {
      case "Flatten" -> graph.node("Flatten", "p", "f", "axis", -3);
      case "Reshape" -> graph.ints("shape", -1, 6).node("Reshape", "p shape", "f");
      case "ReshapeZero" -> graph.ints("shape", 0, -1).node("Reshape", "p shape", "f");
      case "Squeeze" -> graph.ints("axes", 2, 3).node("Squeeze", "p axes", "f");
      case "SqueezeNegative" -> graph.node("Squeeze", "p", "f", "axes", new int[] {-1, -2});
      default -> {}
    }
    Model model =
        graph
            .floats("fc.weight", 4, 6)
            .floats("fc.bias", 4)
            .node("Dropout", "f", "d", "ratio", 0.5f)
            .node("Gemm", "d fc.weight fc.bias", "y", "transB", 1, "alpha", 1f, "beta", 1f)
            .output("y", Onnx.DataType.FLOAT, new Onnx.Dimension.Symbolic("N"), OnnxGraph.fixed(4))
            .read();
    assertThat(ops(model.network()))
        .containsExactly(
            new Op.Input(6, 5, 5), new Op.GlobalAveragePool(), new Op.Linear(6, 4, true, 1));
  }

  @Test
  void mapsAreFlattenedInAnyWay() {
    Network network =
        OnnxGraph.of(2, 3, 1)
            .ints("shape", 0, 6)
            .ints("back", 0, 6)
            .node("Reshape", "x shape", "a")
            .node("Reshape", "a back", "b")
            .node("Relu", "b", "c")
            .output("c")
            .read()
            .network();
    assertThat(ops(network))
        .containsExactly(new Op.Input(2, 3, 1), new Op.Flatten(), new Op.Relu());
  }

  /** ONNX keeps {@code [N, C, 1, 1]} behind a pooling, the network does not. */
  @Test
  void whatIsPooledMayStayAMapInOnnx() {
    Network network =
        OnnxGraph.of(4, 3, 3)
            .floats("s", 4)
            .node("GlobalAveragePool", "x", "p")
            .node("BatchNormalization", "p s s s s", "n")
            .node("Relu", "n", "r")
            .node("Add", "r p", "a")
            .node("Flatten", "a", "f")
            .floats("w", 4, 2)
            .node("Gemm", "f w", "y")
            .output("y")
            .read()
            .network();
    assertThat(ops(network))
        .containsExactly(
            new Op.Input(4, 3, 3),
            new Op.GlobalAveragePool(),
            new Op.BatchNorm(4, 1e-5f),
            new Op.Relu(),
            new Op.Add(),
            new Op.Linear(4, 2, false, 1));
  }

  @Test
  void linearLayersAreReadInAllTheirForms() {
    Model model =
        OnnxGraph.of(2, 1, 1)
            .node("Flatten", "x", "f")
            .floats("a.weight", 3, 2)
            .floats("b.weight", 3, 4)
            .floats("c.weight", 4, 3)
            .floats("c.offset", 1, 3)
            .floats("d.weight", 3, 2)
            .floats("d.offset", 2)
            .node("Gemm", "f a.weight", "a", "transB", 1)
            .node("Gemm", "a b.weight", "b")
            .node("MatMul", "b c.weight", "cm")
            .node("Add", "cm c.offset", "c")
            .node("MatMul", "c d.weight", "dm")
            .node("Add", "d.offset dm", "d")
            .output("d")
            .read();
    assertNodes(
        model,
        node("x", new Op.Input(2, 1, 1)),
        node("f", new Op.Flatten(), "x"),
        node("a", new Op.Linear(2, 3, false, 1), "f"),
        node("b", new Op.Linear(3, 4, false, 1), "a"),
        node("c", new Op.Linear(4, 3, true, 1), "b"),
        node("d", new Op.Linear(3, 2, true, 1), "c"));
    assertThat(model.weights().get("a.weight").data())
        .isEqualTo(OnnxGraph.values("a.weight", 3, 2).array());
    // Row o of a weight here is column o of the matrix there.
    float[] matrix = OnnxGraph.values("b.weight", 3, 4).array();
    float[] weight = model.weights().get("b.weight").data();
    for (int o = 0; o < 4; o++) {
      for (int i = 0; i < 3; i++) {
        assertThat(weight[o * 3 + i]).isEqualTo(matrix[i * 4 + o]);
      }
    }
    assertThat(model.weights().get("c.bias").data())
        .isEqualTo(OnnxGraph.values("c.offset", 3).array());
    assertThat(model.weights().get("d.bias").data())
        .isEqualTo(OnnxGraph.values("d.offset", 2).array());
  }

  /** As PyTorch writes ShuffleNetV2's block: constants between the nodes, a fixed batch. */
  @Test
  void channelShufflesAreFoundAmongReshapes() {
    Network network =
        new OnnxGraph()
            .input(
                "x",
                Onnx.DataType.FLOAT,
                OnnxGraph.fixed(1),
                OnnxGraph.fixed(6),
                OnnxGraph.fixed(4),
                OnnxGraph.fixed(5))
            .node("Constant", "", "s1", "value", OnnxGraph.integers("", 1, 2, 3, 4, 5))
            .named("/Reshape", "Reshape", "x s1", "r")
            .node("Transpose", "r", "t", "perm", new int[] {0, 2, 1, 3, 4})
            .node("Constant", "", "s2", "value", OnnxGraph.integers("", 1, -1, 4, 5))
            .node("Reshape", "t s2", "y")
            .ints("s3", -1, 3, 2, 20)
            .node("Reshape", "y s3", "r2")
            .node("Transpose", "r2", "t2", "perm", new int[] {0, 2, 1, 3})
            .ints("s4", -1, 6, 4, 5)
            .node("Reshape", "t2 s4", "z")
            .output("z")
            .read()
            .network();
    assertThat(network.nodes())
        .containsExactly(
            node("x", new Op.Input(6, 4, 5)),
            node("/Reshape", new Op.ChannelShuffle(2), "x"),
            node("r2", new Op.ChannelShuffle(3), "/Reshape"));
  }

  @Test
  void splitsBecomeSlicesOfWhatIsRead() {
    Network network =
        OnnxGraph.of(7, 2, 2)
            .ints("sizes", 3, 4)
            .named("", "Split", "x sizes", "a b", "axis", 1)
            .named("", "Split", "b", "c d", "axis", 1, "split", new int[] {2, 2})
            .named("", "Split", "b", "e f", "axis", -3)
            .node("Concat", "f a d", "y", "axis", 1)
            .output("y")
            .read()
            .network();
    assertThat(network.nodes())
        .containsExactly(
            node("x", new Op.Input(7, 2, 2)),
            node("a", new Op.ChannelSlice(0, 3), "x"),
            node("b", new Op.ChannelSlice(3, 4), "x"),
            node("d", new Op.ChannelSlice(2, 2), "b"),
            node("f", new Op.ChannelSlice(2, 2), "b"),
            node("y", new Op.Concat(), "f", "a", "d"));
  }

  @Test
  void anUnevenSplitLeavesTheLastPartSmaller() {
    Network network =
        OnnxGraph.of(5, 2, 2)
            .opset("", 18)
            .named("", "Split", "x", "a b", "axis", 1, "num_outputs", 2)
            .node("Concat", "b a", "y", "axis", 1)
            .output("y")
            .read()
            .network();
    assertThat(ops(network).subList(1, 3))
        .containsExactly(new Op.ChannelSlice(0, 3), new Op.ChannelSlice(3, 2));
  }

  @Test
  void slicesOfChannelsAreReadInAllTheirForms() {
    Network network =
        OnnxGraph.of(8, 3, 3)
            .ints("one", 1)
            .ints("six", 6)
            .ints("minusTwo", -2)
            .ints("end", Long.MAX_VALUE)
            .ints("zeros", 0, 2, 0)
            .ints("ends", Integer.MAX_VALUE, 4, 99)
            .node("Slice", "x one six one", "a")
            .node("Slice", "a minusTwo end one one", "b")
            .node(
                "Slice",
                "x",
                "c",
                "axes",
                new int[] {1},
                "starts",
                new int[] {1},
                "ends",
                new int[] {-3})
            .node("Slice", "x zeros ends", "d")
            .ints("zero", 0)
            .ints("all", Integer.MAX_VALUE)
            .node("Slice", "d zero all zero", "e")
            .node("Concat", "b c e", "y", "axis", 1)
            .output("y")
            .read()
            .network();
    assertThat(network.nodes())
        .contains(
            node("a", new Op.ChannelSlice(1, 5), "x"),
            node("b", new Op.ChannelSlice(3, 2), "a"),
            node("c", new Op.ChannelSlice(1, 4), "x"),
            node("d", new Op.ChannelSlice(2, 2), "x"),
            node("y", new Op.Concat(), "b", "c", "d"));
  }

  /** As PyTorch writes {@code F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, c, c))}. */
  @Test
  void padShortcutsAreFoundAmongSlicesAndPads() {
    Network network =
        OnnxGraph.of(4, 9, 9)
            .ints("zero", 0)
            .ints("end", Long.MAX_VALUE)
            .ints("two", 2)
            .ints("three", 3)
            .ints("pads", 0, 2, 0, 0, 0, 2, 0, 0)
            .scalar("nought", 0)
            .node("Slice", "x zero end two two", "a")
            .node("Slice", "a zero end three two", "b")
            .node("Pad", "b pads nought", "c", "mode", "constant")
            .node(
                "Slice",
                "c",
                "d",
                "axes",
                new int[] {2, 3},
                "starts",
                new int[] {0, 0},
                "ends",
                new int[] {5, 5})
            .ints("channels", 1)
            .ints("odd", 0, 1)
            .node("Pad", "d odd - channels", "e")
            .node("Pad", "e", "f", "pads", new int[] {0, 1, 0, 0, 0, 1, 0, 0}, "value", 0f)
            .output("f")
            .read()
            .network();
    assertThat(network.nodes())
        .containsExactly(
            node("x", new Op.Input(4, 9, 9)),
            node("a", new Op.PadShortcut(8, 2, 1), "x"),
            node("d", new Op.PadShortcut(9, 1, 1), "a"),
            node("f", new Op.PadShortcut(11, 1, 1), "d"));
  }

  @Test
  void constantsOfEveryKindAreRead() {
    Network network =
        OnnxGraph.of(4, 2, 2)
            .node("Constant", "", "min", "value_float", 0f)
            .node("Constant", "", "max", "value", OnnxGraph.scalar(6, ""))
            .node("Clip", "x min max", "a")
            .node("Constant", "", "starts", "value_ints", new int[] {1})
            .node("Identity", "starts", "axes")
            .node("Constant", "", "ends", "value_ints", new int[] {3})
            .node("Slice", "a starts ends axes", "b")
            .node("Identity", "b", "y")
            .output("y")
            .read()
            .network();
    assertThat(ops(network))
        .containsExactly(new Op.Input(4, 2, 2), new Op.Relu6(), new Op.ChannelSlice(1, 2));
  }

  @Test
  void nodesMayStandInAnyOrderAndDeadOnesAreLeftOut() {
    Network network =
        OnnxGraph.of(1, 2, 2)
            .node("Add", "b a", "c")
            .node("Softmax", "b", "unused")
            .node("Relu", "a", "b")
            .node("Relu", "x", "a")
            .output("c")
            .read()
            .network();
    assertThat(network.nodes().stream().map(Node::name)).containsExactly("x", "a", "b", "c");
  }

  @Test
  void initializersMayStandAmongTheInputs() {
    Model model =
        OnnxGraph.of(1, 2, 2)
            .input("w", Onnx.DataType.FLOAT, OnnxGraph.fixed(1))
            .floats("w", 1, 1, 1, 1)
            .node("Conv", "x w", "y")
            .output("y")
            .read();
    assertThat(model.network().input().name()).isEqualTo("x");
  }

  @Test
  void sharedWeightsAreCopiedForEachNode() {
    Model model =
        OnnxGraph.of(1, 2, 2)
            .floats("w.weight", 1, 1, 1, 1)
            .node("Conv", "x w.weight", "a")
            .node("Conv", "a w.weight", "b")
            .output("b")
            .read();
    assertThat(model.weights().tensors().keySet()).containsExactly("w.weight", "w_2.weight");
    assertThat(model.weights().get("w.weight")).isNotSameAs(model.weights().get("w_2.weight"));
  }

  @Test
  void metadataGivesGroupsAndParts() {
    Network network =
        OnnxGraph.of(4, 1, 1)
            .metadata("dfsnet.groups", "2")
            .metadata("dfsnet.parts", "{\"fc\":2}")
            .metadata("author", "somebody")
            .floats("fc.weight", 3, 4)
            .node("Flatten", "x", "f")
            .node("Gemm", "f fc.weight", "y", "transB", 1)
            .output("y")
            .read()
            .network();
    assertThat(network.groups()).isEqualTo(2);
    assertThat(network.node("fc").op()).isEqualTo(new Op.Linear(4, 3, false, 2));
  }

  private static void assertNodes(Model model, Node... nodes) {
    assertThat(model.network().nodes()).containsExactly(nodes);
  }

  private static List<Op> ops(Network network) {
    return network.nodes().stream().map(Node::op).toList();
  }

  private static Node node(String name, Op op, String... inputs) {
    return new Node(name, op, List.of(inputs));
  }

  private static Op conv(
      int in, int out, int kernel, int stride, int pad, int groups, boolean bias) {
    return new Op.Conv2d(in, out, kernel, kernel, stride, stride, pad, pad, 1, 1, groups, bias);
  }
}
