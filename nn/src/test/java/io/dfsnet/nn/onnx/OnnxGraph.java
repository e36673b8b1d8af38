package io.dfsnet.nn.onnx;

import io.dfsnet.nn.Model;
import io.dfsnet.nn.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Puts ONNX models together as other programs write them, node by node. */
final class OnnxGraph {
  private final Map<String, Long> opsets = new LinkedHashMap<>(Map.of("", 17L));
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<Onnx.Node> nodes = new ArrayList<>();
  private final List<Onnx.Tensor> initializers = new ArrayList<>();
  private final List<Onnx.ValueInfo> inputs = new ArrayList<>();
  private final List<Onnx.ValueInfo> outputs = new ArrayList<>();

  /** A graph whose input is {@code x}, {@code [N, channels, height, width]}. */
  static OnnxGraph of(int channels, int height, int width) {
    return new OnnxGraph()
        .input(
            "x",
            Onnx.DataType.FLOAT,
            new Onnx.Dimension.Symbolic("N"),
            fixed(channels),
            fixed(height),
            fixed(width));
  }

  OnnxGraph input(String name, int type, Onnx.Dimension... shape) {
    inputs.add(new Onnx.ValueInfo(name, type, List.of(shape)));
    return this;
  }

  /** An output of a shape that is not stated. */
  OnnxGraph output(String name) {
    return output(name, Onnx.DataType.FLOAT);
  }

  OnnxGraph output(String name, int type, Onnx.Dimension... shape) {
    outputs.add(new Onnx.ValueInfo(name, type, List.of(shape)));
    return this;
  }

  static Onnx.Dimension fixed(long size) {
    return new Onnx.Dimension.Fixed(size);
  }

  OnnxGraph opset(String domain, long version) {
    opsets.put(domain, version);
    return this;
  }

  OnnxGraph metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /** A node without a name that gives one value. */
  OnnxGraph node(String opType, String inputs, String output, Object... attributes) {
    return named("", opType, inputs, output, attributes);
  }

  /**
   * @param inputs names with spaces between them; {@code -} for one that is left out
   * @param outputs in the same way
   * @param attributes by turns a name and a value
   */
  OnnxGraph named(String name, String opType, String inputs, String outputs, Object... attributes) {
    Map<String, Onnx.Attribute> byName = new LinkedHashMap<>();
    for (int i = 0; i < attributes.length; i += 2) {
      byName.put((String) attributes[i], attribute(attributes[i + 1]));
    }
    nodes.add(new Onnx.Node(name, opType, "", names(inputs), names(outputs), byName));
    return this;
  }

  OnnxGraph inDomain(String domain, String opType, String inputs, String output) {
    nodes.add(new Onnx.Node("", opType, domain, names(inputs), names(output), Map.of()));
    return this;
  }

  /** A tensor of seeded random values. */
  OnnxGraph floats(String name, long... dims) {
    initializers.add(new Onnx.Tensor(name, dims, new Onnx.Elements.Floats(values(name, dims))));
    return this;
  }

  OnnxGraph scalar(String name, float value) {
    initializers.add(scalar(value, name));
    return this;
  }

  OnnxGraph ints(String name, long... values) {
    initializers.add(integers(name, values));
    return this;
  }

  static Onnx.Tensor integers(String name, long... values) {
    return new Onnx.Tensor(name, new long[] {values.length}, new Onnx.Elements.Longs(values));
  }

  static Onnx.Tensor scalar(float value, String name) {
    return new Onnx.Tensor(
        name, new long[0], new Onnx.Elements.Floats(FloatBuffer.wrap(new float[] {value})));
  }

  /** What {@link #floats} filled a tensor of this name with. */
  static FloatBuffer values(String name, long... dims) {
    int count = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    float[] values = new float[count];
    RandomGenerator random = Seeds.random(7, name);
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return FloatBuffer.wrap(values);
  }

  byte[] toBytes() {
    var graph = new Onnx.Graph("graph", nodes, initializers, inputs, outputs);
    var out = new ByteArrayOutputStream();
    try {
      OnnxEncoder.model(new Onnx.Model(8, opsets, metadata, graph)).writeTo(out);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    return out.toByteArray();
  }

  Model read() {
    return OnnxFile.fromBytes(toBytes());
  }

  private static Onnx.Attribute attribute(Object value) {
    return switch (value) {
      case Integer number -> new Onnx.Attribute.Int(number);
      case Float number -> new Onnx.Attribute.Real(number);
      case String text -> new Onnx.Attribute.Text(text);
      case Onnx.Tensor tensor -> new Onnx.Attribute.Constant(tensor);
      case int[] numbers ->
          new Onnx.Attribute.Ints(Arrays.stream(numbers).asLongStream().toArray());
      default -> throw new AssertionError("no attribute: " + value);
    };
  }

  private static List<String> names(String spaced) {
    return spaced.isEmpty()
        ? List.of()
        : Arrays.stream(spaced.split(" ")).map(name -> name.equals("-") ? "" : name).toList();
  }
}
