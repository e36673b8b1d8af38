package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.json.Json;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The reader that expresses a network in ONNX operators. Most operations are one operator, the
 * others a few in a row:
 *
 * <pre>
 * GlobalAveragePool      GlobalAveragePool [N,C,1,1]     ChannelShuffle    Reshape   [N,g,C/g,H,W]
 *                        Flatten           [N,C]         in g groups       Transpose [N,C/g,g,H,W]
 *                                                                          Reshape   [N,C,H,W]
 *
 * PadShortcut            Slice             [N,C,h,w]     PadShortcut       Slice     [N,C,h,w]
 * in one group           Pad               [N,D,h,w]     in g groups       Reshape   [N,g,C/g,h,w]
 *                                                                          Pad       [N,g,D/g,h,w]
 *                                                                          Reshape   [N,D,h,w]
 * </pre>
 *
 * <p>A value has the name of the node that gives it. Of several operators in a row the first has
 * the node's name, and the last one gives its value.
 */
final class Exporter {
  /** ONNX 1.12 of 2022: old enough for every runtime, new enough for every operator here. */
  private static final long OPSET = 17;

  private static final long IR_VERSION = 8;
  private static final Map<String, Onnx.Attribute> NONE = Map.of();
  private static final Map<String, Onnx.Attribute> CHANNELS = Map.of("axis", integer(1));

  private final Network network;
  private final Weights weights;
  private final Names names;
  private final List<Onnx.Node> nodes = new ArrayList<>();
  private final List<Onnx.Tensor> initializers = new ArrayList<>();

  private Exporter(Model model) {
    this.network = model.network();
    this.weights = model.weights();
    this.names = new Names(network.nodes().stream().map(Node::name).toList());
  }

  /**
   * The model in ONNX. It holds views of the weights, not copies.
   *
   * @throws NetworkException if the network is a shard, whose exchanges ONNX has no operator for
   */
  static Onnx.Model export(Model model) {
    return new Exporter(model).export();
  }

  private Onnx.Model export() {
    network.nodes().forEach(this::export);
    Node input = network.input();
    String output = network.output().name();
    if (output.equals(input.name())) {
      // A graph cannot give its input as it is.
      output = names.claim("output");
      emit("Identity", output, output, NONE, input.name());
    }
    var graph =
        new Onnx.Graph(
            network.name(),
            nodes,
            initializers,
            List.of(valueInfo(input.name(), network.shape(input))),
            List.of(valueInfo(output, network.shape(network.output()))));
    return new Onnx.Model(IR_VERSION, Map.of(Onnx.STANDARD, OPSET), metadata(), graph);
  }

  private void export(Node node) {
    switch (node.op()) {
      case Op.Input _ -> {}
      case Op.Conv2d conv -> convolution(node, conv);
      case Op.BatchNorm norm ->
          emit(
              "BatchNormalization",
              node,
              Map.of("epsilon", new Onnx.Attribute.Real(norm.epsilon())),
              parameters(node));
      case Op.Relu _ -> emit("Relu", node, NONE);
      case Op.Relu6 _ ->
          emit("Clip", node, NONE, scalar(node, "/least", 0), scalar(node, "/most", 6));
      case Op.Add _ -> emit("Add", node, NONE);
      case Op.MaxPool pool ->
          emit("MaxPool", node, window(pool.kernel(), pool.stride(), pool.pad()));
      case Op.AveragePool pool -> {
        Map<String, Onnx.Attribute> window = window(pool.kernel(), pool.stride(), pool.pad());
        window.put("count_include_pad", integer(1));
        emit("AveragePool", node, window);
      }
      case Op.GlobalAveragePool _ -> {
        String means = names.claim(node.name() + "/means");
        emit("GlobalAveragePool", node.name(), means, NONE, node.inputs().getFirst());
        emit("Flatten", names.claim(node.name() + "/flatten"), node.name(), CHANNELS, means);
      }
      case Op.Linear _ -> emit("Gemm", node, Map.of("transB", integer(1)), parameters(node));
      case Op.Concat _ -> emit("Concat", node, CHANNELS);
      case Op.ChannelSlice slice ->
          emit(
              "Slice",
              node,
              NONE,
              constant(node.name(), "/starts", slice.first()),
              constant(node.name(), "/ends", slice.first() + slice.channels()),
              constant(node.name(), "/axes", 1));
      case Op.ChannelShuffle shuffle -> channelShuffle(node, shuffle.groups());
      case Op.Flatten _ -> emit("Flatten", node, CHANNELS);
      case Op.PadShortcut pad -> padShortcut(node, pad);
      case Op.Exchange _ ->
          throw new NetworkException(
              "network '"
                  + network.name()
                  + "': '"
                  + node.name()
                  + "' exchanges with other shards, which ONNX has no operator for; export the"
                  + " whole network");
    }
  }

  private void convolution(Node node, Op.Conv2d conv) {
    Map<String, Onnx.Attribute> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", ints(conv.kernelHeight(), conv.kernelWidth()));
    attributes.put("strides", ints(conv.strideHeight(), conv.strideWidth()));
    attributes.put(
        "pads", ints(conv.padHeight(), conv.padWidth(), conv.padHeight(), conv.padWidth()));
    attributes.put("dilations", ints(conv.dilationHeight(), conv.dilationWidth()));
    attributes.put("group", integer(conv.groups()));
    emit("Conv", node, attributes, parameters(node));
  }

  private void channelShuffle(Node node, int groups) {
    Shape map = network.shape(node);
    String split = names.claim(node.name() + "/split");
    String transposed = names.claim(node.name() + "/transposed");
    emit(
        "Reshape",
        node.name(),
        split,
        NONE,
        node.inputs().getFirst(),
        constant(split, "/shape", 0, groups, map.size(0) / groups, map.size(1), map.size(2)));
    emit("Transpose", transposed, transposed, Map.of("perm", ints(0, 2, 1, 3, 4)), split);
    emit(
        "Reshape",
        names.claim(node.name() + "/joined"),
        node.name(),
        NONE,
        transposed,
        constant(node.name(), "/shape", 0, map.size(0), map.size(1), map.size(2)));
  }

  private void padShortcut(Node node, Op.PadShortcut pad) {
    String input = node.inputs().getFirst();
    Shape in = network.shape(input);
    Shape out = network.shape(node);
    int inPerGroup = in.size(0) / pad.groups();
    int outPerGroup = pad.outChannels() / pad.groups();
    int below = (outPerGroup - inPerGroup) / 2;
    int above = outPerGroup - inPerGroup - below;
    String sliced = names.claim(node.name() + "/sliced");
    emit(
        "Slice",
        node.name(),
        sliced,
        NONE,
        input,
        constant(node.name(), "/starts", 0, 0),
        constant(node.name(), "/ends", in.size(1), in.size(2)),
        constant(node.name(), "/axes", 2, 3),
        constant(node.name(), "/steps", pad.stride(), pad.stride()));
    String padding = names.claim(node.name() + "/pad");
    if (pad.groups() == 1) {
      String pads = constant(node.name(), "/pads", 0, below, 0, 0, 0, above, 0, 0);
      emit("Pad", padding, node.name(), NONE, sliced, pads);
      return;
    }
    String split = names.claim(node.name() + "/split");
    String padded = names.claim(node.name() + "/padded");
    emit(
        "Reshape",
        split,
        split,
        NONE,
        sliced,
        constant(split, "/shape", 0, pad.groups(), inPerGroup, out.size(1), out.size(2)));
    String pads = constant(node.name(), "/pads", 0, 0, below, 0, 0, 0, 0, above, 0, 0);
    emit("Pad", padding, padded, NONE, split, pads);
    emit(
        "Reshape",
        names.claim(node.name() + "/joined"),
        node.name(),
        NONE,
        padded,
        constant(node.name(), "/shape", 0, out.size(0), out.size(1), out.size(2)));
  }

  /** An operator that is the whole node; it reads the node's inputs and then {@code constants}. */
  private void emit(
      String opType, Node node, Map<String, Onnx.Attribute> attributes, String... constants) {
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.addAll(Arrays.asList(constants));
    emit(opType, node.name(), node.name(), attributes, inputs.toArray(String[]::new));
  }

  private void emit(
      String opType,
      String name,
      String output,
      Map<String, Onnx.Attribute> attributes,
      String... inputs) {
    nodes.add(
        new Onnx.Node(name, opType, Onnx.STANDARD, List.of(inputs), List.of(output), attributes));
  }

  /** Adds the tensors of a node and gives their names, in the order in which ONNX reads them. */
  private String[] parameters(Node node) {
    List<String> inputs = new ArrayList<>();
    for (Parameter parameter : node.parameters()) {
      Tensor tensor = weights.get(parameter.name());
      inputs.add(
          initializer(
              parameter.name(),
              Arrays.stream(tensor.shape().toArray()).asLongStream().toArray(),
              new Onnx.Elements.Floats(FloatBuffer.wrap(tensor.data()))));
    }
    return inputs.toArray(String[]::new);
  }

  /** Adds integers that an operator reads as an input. */
  private String constant(String owner, String suffix, long... values) {
    return initializer(owner + suffix, new long[] {values.length}, new Onnx.Elements.Longs(values));
  }

  private String scalar(Node node, String suffix, float value) {
    return initializer(
        node.name() + suffix,
        new long[0],
        new Onnx.Elements.Floats(FloatBuffer.wrap(new float[] {value})));
  }

  private String initializer(String wanted, long[] dims, Onnx.Elements elements) {
    String name = names.claim(wanted);
    initializers.add(new Onnx.Tensor(name, dims, elements));
    return name;
  }

  private Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (network.groups() > 1) {
      metadata.put(Metadata.GROUPS, Integer.toString(network.groups()));
    }
    Json.Builder parts = Json.object();
    for (Node node : network.nodes()) {
      if (node.op() instanceof Op.Linear linear && linear.parts() > 1) {
        parts.put(node.name(), linear.parts());
      }
    }
    Json.Object inParts = parts.build();
    if (!inParts.members().isEmpty()) {
      metadata.put(Metadata.PARTS, inParts.toString());
    }
    return metadata;
  }

  /** A tensor whose first axis is the batch, of any size. */
  private static Onnx.ValueInfo valueInfo(String name, Shape image) {
    List<Onnx.Dimension> shape = new ArrayList<>();
    shape.add(new Onnx.Dimension.Symbolic("N"));
    for (int size : image.toArray()) {
      shape.add(new Onnx.Dimension.Fixed(size));
    }
    return new Onnx.ValueInfo(name, Onnx.DataType.FLOAT, shape);
  }

  /** A map that keeps its order, so that the same network gives the same bytes. */
  private static Map<String, Onnx.Attribute> window(int kernel, int stride, int pad) {
    Map<String, Onnx.Attribute> attributes = new LinkedHashMap<>();
    attributes.put("kernel_shape", ints(kernel, kernel));
    attributes.put("strides", ints(stride, stride));
    attributes.put("pads", ints(pad, pad, pad, pad));
    return attributes;
  }

  private static Onnx.Attribute ints(long... values) {
    return new Onnx.Attribute.Ints(values);
  }

  private static Onnx.Attribute integer(long value) {
    return new Onnx.Attribute.Int(value);
  }
}
