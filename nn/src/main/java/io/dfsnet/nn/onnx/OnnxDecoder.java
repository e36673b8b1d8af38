package io.dfsnet.nn.onnx;

import io.dfsnet.nn.file.FileFormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@link Onnx} messages from protobuf; the numbers are the fields' in {@code onnx.proto}.
 * Fields that do not change what a model computes are passed over, as protobuf has it. Weights stay
 * where they are: a tensor is a view of the file.
 */
final class OnnxDecoder {
  private final String source;

  private OnnxDecoder(String source) {
    this.source = source;
  }

  /**
   * @param source what errors call the file
   * @throws FileFormatException if the bytes are no ONNX model, or parts of it are elsewhere
   */
  static Onnx.Model model(String source, ByteBuffer bytes) {
    return new OnnxDecoder(source).model(ProtoReader.of(source, bytes));
  }

  private Onnx.Model model(ProtoReader in) {
    long irVersion = 0;
    Map<String, Long> opsets = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    Onnx.Graph graph = null;
    while (in.next()) {
      switch (in.number()) {
        case 1 -> irVersion = in.integer();
        case 7 -> {
          if (graph != null) {
            throw in.refuse("is a second graph, a model has one");
          }
          graph = graph(in.message());
        }
        case 8 -> opset(in.message(), opsets);
        case 14 -> {
          Entry entry = entry(in.message());
          if (metadata.putIfAbsent(entry.key, entry.value) != null) {
            throw in.refuse("is a second entry of metadata of this key");
          }
        }
        default -> in.skip();
      }
    }
    if (irVersion < 1 || graph == null) {
      throw refuse(
          "has no "
              + (graph == null ? "graph" : "IR version")
              + "; it is truncated or no ONNX file");
    }
    return new Onnx.Model(irVersion, opsets, metadata, graph);
  }

  private static void opset(ProtoReader in, Map<String, Long> opsets) {
    String domain = Onnx.STANDARD;
    long version = 0;
    while (in.next()) {
      switch (in.number()) {
        case 1 -> domain = in.text();
        case 2 -> version = in.integer();
        default -> in.skip();
      }
    }
    opsets.merge(domain, version, Math::max);
  }

  private record Entry(String key, String value) {}

  private static Entry entry(ProtoReader in) {
    String key = "";
    String value = "";
    while (in.next()) {
      switch (in.number()) {
        case 1 -> key = in.text();
        case 2 -> value = in.text();
        default -> in.skip();
      }
    }
    return new Entry(key, value);
  }

  private Onnx.Graph graph(ProtoReader in) {
    String name = "";
    List<Onnx.Node> nodes = new ArrayList<>();
    List<Onnx.Tensor> initializers = new ArrayList<>();
    List<Onnx.ValueInfo> inputs = new ArrayList<>();
    List<Onnx.ValueInfo> outputs = new ArrayList<>();
    while (in.next()) {
      switch (in.number()) {
        case 1 -> nodes.add(node(in.message()));
        case 2 -> name = in.text();
        case 5 -> initializers.add(tensor(in.message()));
        case 11 -> inputs.add(valueInfo(in.message()));
        case 12 -> outputs.add(valueInfo(in.message()));
        case 15 -> throw in.refuse("is a sparse initializer, only dense ones are read");
        default -> in.skip();
      }
    }
    return new Onnx.Graph(name, nodes, initializers, inputs, outputs);
  }

  private Onnx.Node node(ProtoReader in) {
    String name = "";
    String opType = "";
    String domain = Onnx.STANDARD;
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, Onnx.Attribute> attributes = new LinkedHashMap<>();
    while (in.next()) {
      switch (in.number()) {
        case 1 -> inputs.add(in.text());
        case 2 -> outputs.add(in.text());
        case 3 -> name = in.text();
        case 4 -> opType = in.text();
        case 5 -> {
          if (!attribute(in.message(), attributes)) {
            throw in.refuse("is a second attribute of this name");
          }
        }
        case 7 -> domain = in.text();
        default -> in.skip();
      }
    }
    return new Onnx.Node(name, opType, domain, inputs, outputs, attributes);
  }

  /** Puts an attribute to the others; false if one of its name is there. */
  private boolean attribute(ProtoReader in, Map<String, Onnx.Attribute> attributes) {
    String name = "";
    long type = 0;
    float real = 0;
    long integer = 0;
    String text = "";
    Onnx.Tensor tensor = null;
    List<Long> integers = new ArrayList<>();
    while (in.next()) {
      switch (in.number()) {
        case 1 -> name = in.text();
        case 2 -> real = in.real();
        case 3 -> integer = in.integer();
        case 4 -> text = in.text();
        case 5 -> tensor = tensor(in.message());
        case 8 -> in.integers(integers::add);
        case 20 -> type = in.integer();
        default -> in.skip();
      }
    }
    // A value of zero need not be written, so only the type tells which field counts.
    Onnx.Attribute attribute =
        switch (Math.clamp(type, 0, Integer.MAX_VALUE)) {
          case Onnx.AttributeType.FLOAT -> new Onnx.Attribute.Real(real);
          case Onnx.AttributeType.INT -> new Onnx.Attribute.Int(integer);
          case Onnx.AttributeType.STRING -> new Onnx.Attribute.Text(text);
          case Onnx.AttributeType.INTS ->
              new Onnx.Attribute.Ints(integers.stream().mapToLong(each -> each).toArray());
          case Onnx.AttributeType.TENSOR ->
              tensor == null ? new Onnx.Attribute.Other(type) : new Onnx.Attribute.Constant(tensor);
          default -> new Onnx.Attribute.Other(type);
        };
    return attributes.putIfAbsent(name, attribute) == null;
  }

  private Onnx.Tensor tensor(ProtoReader in) {
    return new TensorDecoder(source, in).tensor();
  }

  private static Onnx.ValueInfo valueInfo(ProtoReader in) {
    String name = "";
    var type = new Type(0, List.of());
    while (in.next()) {
      switch (in.number()) {
        case 1 -> name = in.text();
        case 2 -> type = type(in.message());
        default -> in.skip();
      }
    }
    return new Onnx.ValueInfo(name, type.elementType, type.shape);
  }

  /** The type of a tensor; of anything else the element type is 0. */
  private record Type(long elementType, List<Onnx.Dimension> shape) {}

  private static Type type(ProtoReader in) {
    var type = new Type(0, List.of());
    while (in.next()) {
      switch (in.number()) {
        case 1 -> type = tensorType(in.message());
        default -> in.skip();
      }
    }
    return type;
  }

  private static Type tensorType(ProtoReader in) {
    long elementType = 0;
    List<Onnx.Dimension> shape = new ArrayList<>();
    while (in.next()) {
      switch (in.number()) {
        case 1 -> elementType = in.integer();
        case 2 -> shape(in.message(), shape);
        default -> in.skip();
      }
    }
    return new Type(elementType, shape);
  }

  private static void shape(ProtoReader in, List<Onnx.Dimension> shape) {
    while (in.next()) {
      switch (in.number()) {
        case 1 -> shape.add(dimension(in.message()));
        default -> in.skip();
      }
    }
  }

  /** A size that is not stated is one that only shows when the model runs. */
  private static Onnx.Dimension dimension(ProtoReader in) {
    Onnx.Dimension dimension = new Onnx.Dimension.Symbolic("");
    while (in.next()) {
      switch (in.number()) {
        case 1 -> dimension = new Onnx.Dimension.Fixed(in.integer());
        case 2 -> dimension = new Onnx.Dimension.Symbolic(in.text());
        default -> in.skip();
      }
    }
    return dimension;
  }

  private FileFormatException refuse(String rule) {
    return new FileFormatException(source, rule);
  }
}
