package io.dfsnet.nn.onnx;

import io.dfsnet.nn.protobuf.ProtoMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/** Turns {@link Onnx} messages into protobuf; the numbers are the fields' in {@code onnx.proto}. */
final class OnnxEncoder {
  private OnnxEncoder() {}

  /**
   * The file. The graph comes last, against the order of the numbers, which every reader takes: so
   * no beginning of the file is a whole model, and a truncated copy cannot go unnoticed.
   */
  static ProtoMessage model(Onnx.Model model) {
    var message = new ProtoMessage().integer(1, model.irVersion()).text(2, "dfsnet");
    model.opsets().forEach((domain, version) -> message.message(8, opset(domain, version)));
    model.metadata().forEach((key, value) -> message.message(14, entry(key, value)));
    return message.message(7, graph(model.graph()));
  }

  private static ProtoMessage opset(String domain, long version) {
    return new ProtoMessage().text(1, domain).integer(2, version);
  }

  private static ProtoMessage entry(String key, String value) {
    return new ProtoMessage().text(1, key).text(2, value);
  }

  private static ProtoMessage graph(Onnx.Graph graph) {
    var message = new ProtoMessage();
    graph.nodes().forEach(node -> message.message(1, node(node)));
    message.text(2, graph.name());
    graph.initializers().forEach(tensor -> message.message(5, tensor(tensor)));
    graph.inputs().forEach(input -> message.message(11, valueInfo(input)));
    graph.outputs().forEach(output -> message.message(12, valueInfo(output)));
    return message;
  }

  private static ProtoMessage node(Onnx.Node node) {
    var message = new ProtoMessage();
    node.inputs().forEach(input -> message.text(1, input));
    node.outputs().forEach(output -> message.text(2, output));
    message.text(3, node.name()).text(4, node.opType());
    for (Map.Entry<String, Onnx.Attribute> attribute : node.attributes().entrySet()) {
      message.message(5, attribute(attribute.getKey(), attribute.getValue()));
    }
    return node.domain().isEmpty() ? message : message.text(7, node.domain());
  }

  private static ProtoMessage attribute(String name, Onnx.Attribute attribute) {
    var message = new ProtoMessage().text(1, name);
    int type =
        switch (attribute) {
          case Onnx.Attribute.Real(float value) -> {
            message.real(2, value);
            yield Onnx.AttributeType.FLOAT;
          }
          case Onnx.Attribute.Int(long value) -> {
            message.integer(3, value);
            yield Onnx.AttributeType.INT;
          }
          case Onnx.Attribute.Text(String value) -> {
            message.text(4, value);
            yield Onnx.AttributeType.STRING;
          }
          case Onnx.Attribute.Constant(Onnx.Tensor value) -> {
            message.message(5, tensor(value));
            yield Onnx.AttributeType.TENSOR;
          }
          case Onnx.Attribute.Ints(long[] values) -> {
            for (long value : values) {
              message.integer(8, value);
            }
            yield Onnx.AttributeType.INTS;
          }
          case Onnx.Attribute.Other other ->
              throw new IllegalArgumentException(
                  "attribute '" + name + "': is read only, " + other);
        };
    return message.integer(20, type);
  }

  private static ProtoMessage tensor(Onnx.Tensor tensor) {
    var message = new ProtoMessage();
    for (long size : tensor.dims()) {
      message.integer(1, size);
    }
    return switch (tensor.elements()) {
      case Onnx.Elements.Floats(var values) ->
          message.integer(2, Onnx.DataType.FLOAT).text(8, tensor.name()).bytes(9, values);
      case Onnx.Elements.Longs(long[] values) ->
          message.integer(2, Onnx.DataType.INT64).text(8, tensor.name()).bytes(9, little(values));
      case Onnx.Elements.Other other ->
          throw new IllegalArgumentException(
              "tensor '" + tensor.name() + "': is read only, " + other);
    };
  }

  private static ProtoMessage valueInfo(Onnx.ValueInfo value) {
    var shape = new ProtoMessage();
    for (Onnx.Dimension dimension : value.shape()) {
      shape.message(
          1,
          switch (dimension) {
            case Onnx.Dimension.Fixed(long size) -> new ProtoMessage().integer(1, size);
            case Onnx.Dimension.Symbolic(String name) -> new ProtoMessage().text(2, name);
          });
    }
    var tensor = new ProtoMessage().integer(1, value.elementType()).message(2, shape);
    return new ProtoMessage()
        .text(1, value.name())
        .message(2, new ProtoMessage().message(1, tensor));
  }

  private static byte[] little(long[] values) {
    var bytes = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return bytes.array();
  }
}
