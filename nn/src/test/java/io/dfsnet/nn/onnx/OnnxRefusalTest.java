package io.dfsnet.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.file.FileFormatException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that are sound protobuf, but nothing that a network can be made of. */
class OnnxRefusalTest {

  static List<Arguments> nodes() {
    return List.of(
        refused("node(Softmax)", graph().node("Softmax", "x", "y"), "Softmax \"y\": the operator"),
        refused(
            "domain",
            graph().inDomain("com.microsoft", "Relu", "x", "y"),
            "operators of domain \"com.microsoft\" are not read"),
        refused("no input", graph().node("Relu", "", "y"), "has 0 inputs, 1 outputs"),
        refused("more inputs", graph().node("Relu", "x x", "y"), "has 2 inputs"),
        refused(
            "unknown attribute",
            graph().node("Relu", "x", "y", "slope", 1f),
            "the attributes [\"slope\"]"),
        refused(
            "attribute of another type",
            graph().node("Flatten", "x", "y", "axis", 1f),
            "attribute axis is not an integer"),
        refused(
            "second output",
            graph()
                .named("", "MaxPool", "x", "m i", "kernel_shape", new int[] {2, 2})
                .node("Add", "i i", "y"),
            "its output 1 is read"),
        refused(
            "weights that are computed",
            graph().node("Relu", "x", "w").node("Conv", "x w", "y"),
            "Conv \"y\": its input 1 is no constant of the file"),
        refused(
            "image that is a constant",
            graph().floats("c", 1, 4, 2, 2).node("Relu", "c", "y"),
            "its input 0 does not depend on the image"),
        refused(
            "weights of integers",
            graph().ints("w", 1, 2).node("BatchNormalization", "x w w w w", "y"),
            "its weights must be 32-bit floats"),
        refused(
            "weights of another size",
            graph().floats("w", 3).node("BatchNormalization", "x w w w w", "y"),
            "needs a tensor of [4], found one of 3 elements"),
        refused(
            "kernel",
            graph().floats("w", 4, 4, 3).node("Conv", "x w", "y"),
            "its weights have 3 axes instead of 4"),
        refused(
            "kernel that is not the weights'",
            graph()
                .floats("w", 4, 4, 1, 1)
                .node("Conv", "x w", "y", "kernel_shape", new int[] {2, 2}),
            "its kernel_shape is not that of its weights"),
        refused(
            "kernel turned",
            graph()
                .floats("w", 4, 4, 1, 3)
                .node("Conv", "x w", "y", "kernel_shape", new int[] {3, 1}),
            "its kernel_shape is not that of its weights"),
        refused(
            "nothing left",
            OnnxGraph.of(1, 1, 1).ints("axes", 1, 2, 3).node("Squeeze", "x axes", "y"),
            "takes away all axes but the batch"),
        refused(
            "axes",
            graph().ints("shape", -1, 4, 2, 2, 2, 2, 2, 2, 2).node("Reshape", "x shape", "y"),
            "gives a shape of 9 axes; 2 to 8 are read"),
        refused(
            "channels",
            graph().floats("w", 4, 3, 1, 1).node("Conv", "x w", "y"),
            "reads 3 channels, found [4, 8, 8]"),
        refused(
            "padding of one side",
            graph()
                .floats("w", 4, 4, 3, 3)
                .node("Conv", "x w", "y", "pads", new int[] {0, 0, 1, 1}),
            "the same on both sides of an axis"),
        refused(
            "automatic padding of one side",
            graph().floats("w", 4, 4, 2, 2).node("Conv", "x w", "y", "auto_pad", "SAME_UPPER"),
            "pads one side of an axis more"),
        refused(
            "automatic padding that would be negative",
            graph()
                .floats("w", 4, 4, 1, 1)
                .node("Conv", "x w", "y", "auto_pad", "SAME_UPPER", "strides", new int[] {3, 3}),
            "auto_pad SAME_UPPER with strides larger than its window"),
        refused(
            "negative padding",
            graph()
                .floats("w", 4, 4, 3, 3)
                .node("Conv", "x w", "y", "pads", new int[] {-1, 0, -1, 0}),
            "pads must be from 0"),
        refused(
            "stride of 0",
            graph().floats("w", 4, 4, 1, 1).node("Conv", "x w", "y", "strides", new int[] {0, 1}),
            "strides must be from 1"),
        refused(
            "training",
            graph().floats("w", 4).node("BatchNormalization", "x w w w w", "y", "training_mode", 1),
            "training_mode is 1, only 0"),
        refused(
            "epsilon",
            graph().floats("w", 4).node("BatchNormalization", "x w w w w", "y", "epsilon", -1f),
            "epsilon must be above 0"),
        refused(
            "clip",
            graph().node("Clip", "x", "y", "min", -1f, "max", 1f),
            "clips to [-1.0, 1.0], only [0, 6]"),
        refused(
            "sum of a constant",
            graph().floats("c", 4, 1, 1).node("Add", "x c", "y"),
            "adds a constant"),
        refused(
            "sum of other shapes",
            graph().node("GlobalAveragePool", "x", "g").node("Add", "x g", "y"),
            "adds [N, 4, 1, 1] to [N, 4, 8, 8]"),
        refused(
            "window",
            graph().node("MaxPool", "x", "y", "kernel_shape", new int[] {2, 3}),
            "pooling needs squares"),
        refused("no window", graph().node("MaxPool", "x", "y"), "has no kernel_shape"),
        refused(
            "three axes",
            graph().node("MaxPool", "x", "y", "kernel_shape", new int[] {2, 2, 2}),
            "has 3 sizes, maps have two"),
        refused(
            "rounding up",
            graph()
                .node(
                    "MaxPool",
                    "x",
                    "y",
                    "kernel_shape",
                    new int[] {3, 3},
                    "strides",
                    new int[] {2, 2},
                    "ceil_mode",
                    1),
            "rounds the size of its output up"),
        refused(
            "mean without padding",
            graph()
                .node(
                    "AveragePool",
                    "x",
                    "y",
                    "kernel_shape",
                    new int[] {3, 3},
                    "pads",
                    new int[] {1, 1, 1, 1}),
            "leaves its padding out of the mean"),
        refused(
            "mean over channels",
            graph().node("ReduceMean", "x", "y", "axes", new int[] {1}),
            "the mean over other axes"),
        refused(
            "matrix of a map",
            graph().floats("w", 4, 4).node("Gemm", "x w", "y"),
            "multiplies [N, 4, 8, 8] by a constant of 2 axes"),
        refused(
            "scaled matrix",
            flat().floats("w", 256, 2).node("Gemm", "f w", "y", "alpha", 2f),
            "alpha and beta must be 1"),
        refused(
            "transposed images",
            flat().floats("w", 256, 2).node("Gemm", "f w", "y", "transA", 1),
            "transA is 1, only 0"),
        refused(
            "features",
            flat().floats("w", 255, 2).node("MatMul", "f w", "y"),
            "reads [255], found [256]"),
        refused(
            "bias that is a matrix",
            flat().floats("w", 256, 2).floats("b", 2, 2).node("Gemm", "f w b", "y"),
            "its bias is no vector"),
        refused("flat batch", graph().node("Flatten", "x", "y", "axis", 0), "its axis must be 1"),
        refused("axis", graph().node("Flatten", "x", "y", "axis", 9), "axis 9 does not exist"),
        refused(
            "reshaped batch",
            graph().ints("s", 256, -1).node("Reshape", "x s", "y"),
            "cannot give [N, 4, 8, 8] the shape [256, -1]"),
        refused(
            "fixed batch of an open one",
            graph().ints("s", 1, -1).node("Reshape", "x s", "y"),
            "cannot give [N, 4, 8, 8] the shape [1, -1]"),
        refused(
            "other elements",
            graph().ints("s", 0, 255).node("Reshape", "x s", "y"),
            "cannot give [N, 4, 8, 8] the shape [0, 255]"),
        refused(
            "two open sizes",
            graph().ints("s", 0, -1, -1).node("Reshape", "x s", "y"),
            "the shape [0, -1, -1]"),
        refused(
            "overflowing sizes",
            graph().ints("s", 0, 1L << 62, 4, 1L << 62).node("Reshape", "x s", "y"),
            "cannot give [N, 4, 8, 8] the shape"),
        refused(
            "shape without a meaning",
            graph().ints("s", 0, 8, 4, 8).node("Reshape", "x s", "y"),
            "gives [N, 4, 8, 8] the shape [N, 8, 4, 8]"),
        refused(
            "computed shape",
            graph().node("Reshape", "x x", "y"),
            "its input 1 is no constant of the file"),
        refused(
            "shape of floats",
            graph().floats("s", 2).node("Reshape", "x s", "y"),
            "its input 1 is no tensor of at most 4096 integers"),
        refused(
            "squeezed channels",
            graph().node("Squeeze", "x", "y", "axes", new int[] {1}),
            "takes away an axis whose size is not 1"),
        refused(
            "lone transpose",
            graph().node("Transpose", "x", "y", "perm", new int[] {0, 2, 3, 1}),
            "as part of a channel shuffle only"),
        refused("concat", graph().node("Concat", "x x", "y", "axis", 2), "works on axis 2, only 1"),
        refused(
            "batch slice",
            graph()
                .node(
                    "Slice",
                    "x",
                    "y",
                    "starts",
                    new int[] {1},
                    "ends",
                    new int[] {2},
                    "axes",
                    new int[] {0}),
            "slices the batch"),
        refused(
            "crop",
            graph()
                .node(
                    "Slice",
                    "x",
                    "y",
                    "starts",
                    new int[] {1},
                    "ends",
                    new int[] {8},
                    "axes",
                    new int[] {2}),
            "takes a part of its map"),
        refused(
            "slice of one axis twice",
            graph()
                .node(
                    "Slice",
                    "x",
                    "y",
                    "starts",
                    new int[] {0, 1},
                    "ends",
                    new int[] {2, 3},
                    "axes",
                    new int[] {1, -3}),
            "names an axis twice"),
        refused(
            "empty slice",
            graph()
                .node(
                    "Slice",
                    "x",
                    "y",
                    "starts",
                    new int[] {3},
                    "ends",
                    new int[] {3},
                    "axes",
                    new int[] {1}),
            "takes nothing of axis 1"),
        refused(
            "slice backwards",
            graph()
                .ints("a", 3)
                .ints("b", -99)
                .ints("one", 1)
                .ints("back", -1)
                .node("Slice", "x a b one back", "y"),
            "step must be from 1"),
        refused(
            "every other channel",
            graph()
                .ints("a", 0)
                .ints("b", 4)
                .ints("one", 1)
                .ints("two", 2)
                .node("Slice", "x a b one two", "y"),
            "takes every 2th channel"),
        refused(
            "one stride",
            graph().ints("a", 0).ints("b", 8).ints("two", 2).node("Slice", "x a b two two", "y"),
            "has different strides for height and width"),
        refused(
            "split",
            graph().named("", "Split", "x", "a y", "axis", 1, "split", new int[] {1, 4}),
            "splits more than its 4 channels"),
        refused(
            "short split",
            graph().named("", "Split", "x", "a y", "axis", 1, "split", new int[] {1, 2}),
            "splits 3 of its 4 channels"),
        refused(
            "split of rows", graph().named("", "Split", "x", "a y", "axis", 2), "works on axis 2"),
        refused(
            "reflected padding",
            graph().node("Pad", "x", "y", "mode", "reflect", "pads", new int[8]),
            "pads otherwise than with zero channels"),
        refused(
            "padded pixels",
            graph().node("Pad", "x", "y", "pads", new int[] {0, 0, 1, 1, 0, 0, 1, 1}),
            "pads otherwise than with zero channels"),
        refused(
            "padding of ones",
            graph().node("Pad", "x", "y", "value", 1f, "pads", new int[] {0, 1, 0, 0, 0, 1, 0, 0}),
            "pads otherwise than with zero channels"),
        refused(
            "dropout in training",
            graph().scalar("r", 0.5f).ints("t", 1).node("Dropout", "x r t", "y"),
            "is in training mode"),
        refused(
            "dropout of a computed ratio",
            graph().node("Relu", "x", "r").node("Dropout", "x r", "y"),
            "its input 1 is no constant"),
        refused(
            "flag",
            graph().floats("w", 4, 4).node("Gemm", "x w", "y", "transB", 2),
            "transB is 0 or 1, found 2"),
        refused(
            "strides whose product is no size",
            graph()
                .ints("a", 0)
                .ints("e", 8)
                .ints("axis", 2)
                .ints("s", 1 << 20)
                .node("Slice", "x a e axis s", "m")
                .node("Slice", "m a e axis s", "y"),
            "has different strides for height and width"),
        refused(
            "huge kernel",
            graph()
                .floats("w", 4, 4, 1, 1)
                .node("Conv", "x w", "y", "pads", new int[] {1 << 30, 0, 1 << 30, 0}),
            "pads must be from 0 to 1048576"),
        refused(
            "huge map",
            graph()
                .floats("w", 4, 4, 1, 1)
                .node("Conv", "x w", "y", "pads", new int[] {1 << 19, 1 << 19, 1 << 19, 1 << 19}),
            "elements"),
        refused(
            "many large maps",
            graph()
                .floats("w", 4, 4, 1, 1)
                .node("Conv", "x w", "y", "pads", new int[] {1 << 12, 1 << 12, 1 << 12, 1 << 12}),
            "all nodes together give more than 268435456 values"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nodes")
  void nodesThatCannotBeReadAreNamed(String name, OnnxGraph graph, String rule) {
    assertRefused(graph.output("y"), rule);
  }

  @Test
  void allOfThemAreListedAtOnce() {
    OnnxGraph graph =
        graph()
            .named("first", "HardSwish", "x", "a")
            .node("Relu", "a", "b")
            .named("second", "Resize", "b", "c")
            .named("third", "MaxPool", "x", "d", "kernel_shape", new int[] {2, 3})
            .node("Mul", "c d", "y")
            .output("y");
    assertThatThrownBy(graph::read)
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining(": 4 of its nodes cannot be read; the operators that can are Add,")
        .hasMessageContaining("HardSwish \"first\"")
        .hasMessageContaining("Resize \"second\"")
        .hasMessageContaining("MaxPool \"third\"")
        .hasMessageContaining("Mul \"y\"")
        .message()
        .doesNotContain("Relu \"b\"");
  }

  @Test
  void endlessListsAreCutShort() {
    OnnxGraph graph = graph();
    String x = "x";
    for (int i = 0; i < 70; i++) {
      graph.node("Sigmoid", x, "v" + i);
      x = "v" + i;
    }
    assertThatThrownBy(graph.output(x)::read)
        .hasMessageContaining("70 of its nodes cannot be read")
        .hasMessageContaining("v49")
        .hasMessageEndingWith("and 20 more");
  }

  static List<Arguments> graphs() {
    return List.of(
        refused("no output", graph().node("Relu", "x", "y"), "has 0 outputs, one is read"),
        refused(
            "two outputs",
            graph().node("Relu", "x", "y").output("y").output("x"),
            "has 2 outputs, one is read: \"y\", \"x\""),
        refused(
            "two inputs",
            graph().input("z", 1).node("Add", "x z", "y").output("y"),
            "has 2 inputs, one is read: \"x\", \"z\""),
        refused(
            "cycle",
            graph()
                .node("Add", "x c", "a")
                .node("Relu", "a", "b")
                .node("Relu", "b", "c")
                .node("Relu", "c", "y")
                .output("y"),
            "its nodes wait for each other: \"a\", \"c\", \"b\""),
        refused(
            "node that reads itself",
            graph().node("Add", "x y", "y").output("y"),
            "its nodes wait for each other: \"y\""),
        refused(
            "dangling inputs",
            graph().node("Add", "p q", "y").node("Relu", "r", "z").output("y"),
            "nothing writes the values that are read: \"p\", \"q\", \"r\""),
        refused(
            "output that nothing writes",
            graph().node("Relu", "x", "y").output("z"),
            "nothing writes the values that are read: \"z\""),
        refused(
            "value that is written twice",
            graph().node("Relu", "x", "y").node("Relu", "x", "y").output("y"),
            "value \"y\" is written twice"),
        refused(
            "constant that is written",
            graph().floats("w", 1).node("Relu", "x", "w").output("w"),
            "value \"w\" is written twice"),
        refused(
            "input that is written",
            graph().node("Relu", "x", "x").output("x"),
            "value \"x\" is written twice"),
        refused(
            "initializer that is there twice",
            graph().floats("w", 1).floats("w", 1).node("Relu", "x", "y").output("y"),
            "initializer \"w\" is there twice"),
        refused(
            "output that is a constant",
            graph().floats("w", 1).node("Identity", "w", "y").output("y"),
            "output \"y\": is not what its nodes lead to"),
        refused(
            "input of integers",
            new OnnxGraph().input("x", 7, image()).node("Relu", "x", "y").output("y"),
            "input \"x\": must be a tensor of 32-bit floats"),
        refused(
            "output of integers",
            graph().node("Relu", "x", "y").output("y", 7),
            "output \"y\": must be a tensor of 32-bit floats"),
        refused(
            "input that is no map",
            new OnnxGraph()
                .input("x", 1, OnnxGraph.fixed(1), OnnxGraph.fixed(4))
                .node("Relu", "x", "y")
                .output("y"),
            "must be [N, channels, height, width], has 2 axes"),
        refused(
            "open height",
            new OnnxGraph()
                .input(
                    "x",
                    1,
                    OnnxGraph.fixed(1),
                    OnnxGraph.fixed(4),
                    new Onnx.Dimension.Symbolic("H"),
                    OnnxGraph.fixed(4))
                .node("Relu", "x", "y")
                .output("y"),
            "only the batch may be open, axis 2"),
        refused(
            "huge image",
            new OnnxGraph()
                .input(
                    "x",
                    1,
                    OnnxGraph.fixed(1),
                    OnnxGraph.fixed(1 << 20),
                    OnnxGraph.fixed(1 << 20),
                    OnnxGraph.fixed(1 << 20))
                .node("Relu", "x", "y")
                .output("y"),
            "elements than an array"),
        refused(
            "large image",
            new OnnxGraph()
                .input(
                    "x",
                    1,
                    OnnxGraph.fixed(1),
                    OnnxGraph.fixed(1),
                    OnnxGraph.fixed(1 << 15),
                    OnnxGraph.fixed(1 << 15))
                .node("Relu", "x", "y")
                .output("y"),
            "all nodes together give more than 268435456 values"),
        refused(
            "output of another shape",
            graph()
                .node("Flatten", "x", "y")
                .output("y", 1, new Onnx.Dimension.Symbolic("N"), OnnxGraph.fixed(9)),
            "output \"y\": is [N, 256], the file says otherwise"),
        refused(
            "old operators",
            graph().opset("", 6).node("Relu", "x", "y").output("y"),
            "has version 6 of the standard operators, versions 7 to 25 are read"),
        refused(
            "operators of the future",
            graph().opset("", 26).node("Relu", "x", "y").output("y"),
            "has version 26 of the standard operators"),
        refused(
            "groups",
            graph().metadata("dfsnet.groups", "0").node("Relu", "x", "y").output("y"),
            "metadata dfsnet.groups: must be from 1 to 1048576, found 0"),
        refused(
            "groups that are no number",
            graph().metadata("dfsnet.groups", "many").node("Relu", "x", "y").output("y"),
            "metadata dfsnet.groups: no number, \"many\""),
        refused(
            "parts of nothing",
            graph().metadata("dfsnet.parts", "{\"fc\":4}").node("Relu", "x", "y").output("y"),
            "metadata dfsnet.parts names [fc], no linear layers"),
        refused(
            "parts that do not divide",
            flat()
                .metadata("dfsnet.parts", "{\"y\":3}")
                .floats("w", 256, 1)
                .node("Gemm", "f w", "y")
                .output("y"),
            "256 input features are not divisible by 3 parts"),
        refused(
            "parts that are no numbers",
            graph().metadata("dfsnet.parts", "[4]").node("Relu", "x", "y").output("y"),
            "metadata dfsnet.parts must be an object"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void graphsThatAreNotSoundAreRefused(String name, OnnxGraph graph, String rule) {
    assertRefused(graph, rule);
  }

  /** A small file that asks for a large network: a thousand copies of one matrix. */
  @Test
  void sharedWeightsAreNotCopiedWithoutEnd() {
    OnnxGraph graph =
        graph()
            .node("GlobalAveragePool", "x", "g")
            .node("Flatten", "g", "v0")
            .floats("a", 4, 128)
            .floats("w", 128, 128)
            .node("Gemm", "v0 a", "v1");
    for (int i = 1; i < 100; i++) {
      graph.node("Gemm", "v" + i + " w", "v" + (i + 1));
    }
    assertRefused(graph.output("v100"), "its nodes share 16896 values of weights so often");
  }

  static Stream<Arguments> tensors() {
    return Stream.of(
        tensor(
            "tensor \"w\": its data are in the file \"weights.bin\", external data are not read",
            floats(1),
            Proto.bytes(13, Proto.text(1, "location"), Proto.text(2, "weights.bin")),
            Proto.bytes(13, Proto.text(1, "length"), Proto.text(2, "4")),
            Proto.varint(14, 1)),
        tensor(
            "tensor \"w\": its data are in another file, external data are not read",
            floats(1),
            Proto.varint(14, 1)),
        tensor(
            "tensor \"w\": its data are in segments",
            floats(1),
            Proto.bytes(3, Proto.varint(1, 0))),
        tensor(
            "tensor \"w\": shape [2] of 4 bytes each needs 8 bytes, found 4",
            floats(2),
            Proto.bytes(9, new byte[4])),
        tensor(
            "tensor \"w\": shape [1] needs 1 elements, found 2",
            floats(1),
            Proto.fixed32(4, 1f),
            Proto.fixed32(4, 2f)),
        tensor(
            "tensor \"w\": shape [2147483647] needs 2147483647 elements, found 0",
            floats(Integer.MAX_VALUE)),
        tensor(
            "tensor \"w\": sizes are not negative and their product is below 2^31",
            floats(1L << 60)),
        tensor("tensor \"w\": sizes are not negative and their product is below 2^31", floats(-1)),
        tensor(
            "tensor \"w\": sizes are not negative and their product is below 2^31",
            floats(1 << 16, 1 << 16)),
        tensor("tensor \"w\": has 9 axes, at most 8", floats(1, 1, 1, 1, 1, 1, 1, 1, 1)),
        tensor("field 4: 3 bytes are no floats", floats(1), Proto.bytes(4, new byte[3])));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tensors")
  void tensorsThatAreNotWhatTheySayAreRefused(String rule, byte[] tensor) {
    byte[] graph = Proto.bytes(7, Proto.bytes(5, tensor));
    byte[] file = Proto.message(Proto.varint(1, 8), Proto.bytes(8, Proto.varint(2, 17)), graph);
    assertThatThrownBy(() -> OnnxFile.fromBytes(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining(rule);
  }

  @Test
  void sparseInitializersAreRefused() {
    byte[] file = Proto.message(Proto.varint(1, 8), Proto.bytes(7, Proto.bytes(15)));
    assertThatThrownBy(() -> OnnxFile.fromBytes(file))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("is a sparse initializer");
  }

  private static Arguments tensor(String rule, byte[]... fields) {
    return Arguments.of(rule, Proto.message(Proto.text(8, "w"), Proto.message(fields)));
  }

  /** The dims of a tensor of floats. */
  private static byte[] floats(long... dims) {
    byte[] tensor = Proto.varint(2, 1);
    for (long size : dims) {
      tensor = Proto.message(tensor, Proto.varint(1, size));
    }
    return tensor;
  }

  private static OnnxGraph graph() {
    return OnnxGraph.of(4, 8, 8);
  }

  private static OnnxGraph flat() {
    return graph().node("Flatten", "x", "f");
  }

  private static Onnx.Dimension[] image() {
    return new Onnx.Dimension[] {
      OnnxGraph.fixed(1), OnnxGraph.fixed(4), OnnxGraph.fixed(8), OnnxGraph.fixed(8)
    };
  }

  private static Arguments refused(String name, OnnxGraph graph, String rule) {
    return Arguments.of(name, graph, rule);
  }

  private static void assertRefused(OnnxGraph graph, String rule) {
    byte[] bytes = graph.toBytes();
    assertThatThrownBy(() -> OnnxFile.fromBytes(bytes))
        .isInstanceOf(FileFormatException.class)
        .hasMessageStartingWith("onnx model of " + bytes.length + " bytes: ")
        .hasMessageContaining(rule);
    assertThat(bytes.length).isLessThan(1 << 20);
  }
}
