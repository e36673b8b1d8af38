package io.dfsnet.bench.peers;

import io.dfsnet.engine.Conv2dGeometry;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * ONNX models of one operation, in protocol buffers written by hand. The numbers are the field
 * numbers of the public {@code onnx.proto}; a message is written as its fields, and a field as its
 * number and wire type in one varint, then its value.
 */
final class OnnxModel {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;
  private static final int ATTRIBUTE_INT = 2;
  private static final int ATTRIBUTE_INTS = 7;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private OnnxModel() {}

  /** {@code output = Conv(input, weights)} without bias, the weights a part of the model. */
  static byte[] convolution(Conv2dGeometry g, float[] weights) {
    return model(
        graph -> {
          graph.message(
              1,
              node -> {
                node.text(1, "input").text(1, "weights").text(2, "output").text(4, "Conv");
                node.integers("kernel_shape", g.kernelHeight(), g.kernelWidth());
                node.integers("strides", g.strideHeight(), g.strideWidth());
                node.integers("dilations", g.dilationHeight(), g.dilationWidth());
                node.integers("pads", g.padHeight(), g.padWidth(), g.padHeight(), g.padWidth());
                node.message(
                    5,
                    group ->
                        group.text(1, "group").integer(20, ATTRIBUTE_INT).integer(3, g.groups()));
              });
          graph.text(2, "convolution");
          graph.initializer("weights", weights, g.weightShape().toArray());
          graph.value(11, "input", g.inShape().toArray());
          graph.value(12, "output", g.outShape().toArray());
        });
  }

  /**
   * {@code output = MatMul(left, right)}.
   *
   * @param right the right matrix as a part of the model, or null for a second input
   */
  static byte[] product(Work.Product sizes, float[] right) {
    return model(
        graph -> {
          graph.message(
              1, node -> node.text(1, "left").text(1, "right").text(2, "output").text(4, "MatMul"));
          graph.text(2, "product");
          if (right != null) {
            graph.initializer("right", right, sizes.k(), sizes.n());
          }
          graph.value(11, "left", sizes.m(), sizes.k());
          if (right == null) {
            graph.value(11, "right", sizes.k(), sizes.n());
          }
          graph.value(12, "output", sizes.m(), sizes.n());
        });
  }

  private static byte[] model(Consumer<OnnxModel> graph) {
    return new OnnxModel()
        .integer(1, IR_VERSION)
        .message(8, opset -> opset.text(1, "").integer(2, OPSET))
        .message(7, graph)
        .bytes
        .toByteArray();
  }

  private void initializer(String name, float[] values, int... sizes) {
    message(
        5,
        tensor -> {
          for (int size : sizes) {
            tensor.integer(1, size);
          }
          ByteBuffer raw =
              ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
          raw.asFloatBuffer().put(values);
          tensor.integer(2, FLOAT).text(8, name).field(9, raw.array());
        });
  }

  private void value(int field, String name, int... sizes) {
    message(
        field,
        info ->
            info.text(1, name)
                .message(
                    2,
                    type ->
                        type.message(
                            1,
                            tensor ->
                                tensor
                                    .integer(1, FLOAT)
                                    .message(
                                        2,
                                        shape -> {
                                          for (int size : sizes) {
                                            shape.message(1, axis -> axis.integer(1, size));
                                          }
                                        }))));
  }

  private void integers(String name, int... values) {
    message(
        5,
        attribute -> {
          attribute.text(1, name).integer(20, ATTRIBUTE_INTS);
          for (int value : values) {
            attribute.integer(8, value);
          }
        });
  }

  private OnnxModel integer(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  private OnnxModel text(int field, String value) {
    return field(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private OnnxModel message(int field, Consumer<OnnxModel> content) {
    var inner = new OnnxModel();
    content.accept(inner);
    return field(field, inner.bytes.toByteArray());
  }

  private OnnxModel field(int field, byte[] value) {
    varint((long) field << 3 | 2);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  private void varint(long value) {
    long left = value;
    while (left >= 0x80) {
      bytes.write((int) (left & 0x7f | 0x80));
      left >>>= 7;
    }
    bytes.write((int) left);
  }
}
