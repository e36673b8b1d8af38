package io.dfsnet.bench.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A matrix product as an ONNX model, which no network of ours can be: both operands are inputs. In
 * protocol buffers written by hand; the numbers are the field numbers of the public {@code
 * onnx.proto}. A message is its fields, a field its number and wire type in one varint, then its
 * value.
 */
final class OnnxModel {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 17;
  private static final int FLOAT = 1;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private OnnxModel() {}

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
