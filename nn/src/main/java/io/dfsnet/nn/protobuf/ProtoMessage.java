package io.dfsnet.nn.protobuf;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A protobuf message to be written (https://protobuf.dev/programming-guides/encoding):
 *
 * <pre>
 * message = field field ...
 * field   = key value                       key = varint of (number << 3 | wire type)
 *
 * wire type 0   value = varint              seven bits a byte, the lowest first; bit 7: more follow
 *           1   value = 8 bytes             little-endian
 *           5   value = 4 bytes             little-endian
 *           2   value = length bytes        length is a varint; texts, arrays, nested messages
 * </pre>
 *
 * A nested message stands behind its length. So sizes are known from the moment a field is added,
 * and large arrays go to the stream from where they are.
 */
public final class ProtoMessage {
  /** Wire type of integers. */
  public static final int VARINT = 0;

  /** Wire type of doubles. */
  public static final int FIXED64 = 1;

  /** Wire type of texts, arrays and nested messages. */
  public static final int LENGTH = 2;

  /** Wire type of floats. */
  public static final int FIXED32 = 5;

  private static final int CHUNK = 1 << 16;

  /** Writes one field. */
  @FunctionalInterface
  private interface Field {
    void writeTo(OutputStream out) throws IOException;
  }

  private final List<Field> fields = new ArrayList<>();
  private long size;

  /** A message without fields. */
  public ProtoMessage() {}

  /** How many bytes the message has. */
  public long size() {
    return size;
  }

  /** An integer; a negative one takes ten bytes. */
  public ProtoMessage integer(int number, long value) {
    return add(number, VARINT, varintSize(value), out -> writeVarint(out, value));
  }

  /** A double. */
  public ProtoMessage real(int number, double value) {
    byte[] bytes = little(Double.BYTES).putDouble(value).array();
    return add(number, FIXED64, bytes.length, out -> out.write(bytes));
  }

  /** A float. */
  public ProtoMessage real(int number, float value) {
    byte[] bytes = little(Float.BYTES).putFloat(value).array();
    return add(number, FIXED32, bytes.length, out -> out.write(bytes));
  }

  /** A text, in UTF-8. */
  public ProtoMessage text(int number, String value) {
    return bytes(number, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes. Not copied: they must not change before the message is written. */
  public ProtoMessage bytes(int number, byte[] value) {
    return delimited(number, value.length, out -> out.write(value));
  }

  /** Floats as bytes. Not copied: they must not change before the message is written. */
  public ProtoMessage bytes(int number, FloatBuffer values) {
    long length = (long) Float.BYTES * values.remaining();
    return delimited(number, length, out -> writeFloats(out, values.duplicate()));
  }

  /** A nested message, complete by now. */
  public ProtoMessage message(int number, ProtoMessage value) {
    return delimited(number, value.size, value::writeTo);
  }

  /**
   * Writes the message, without its length.
   *
   * @throws IOException as {@code out} does
   */
  public void writeTo(OutputStream out) throws IOException {
    for (Field field : fields) {
      field.writeTo(out);
    }
  }

  private ProtoMessage delimited(int number, long length, Field content) {
    return add(
        number,
        LENGTH,
        varintSize(length) + length,
        out -> {
          writeVarint(out, length);
          content.writeTo(out);
        });
  }

  private ProtoMessage add(int number, int wireType, long valueSize, Field value) {
    long key = (long) number << 3 | wireType;
    fields.add(
        out -> {
          writeVarint(out, key);
          value.writeTo(out);
        });
    size += varintSize(key) + valueSize;
    return this;
  }

  private static void writeFloats(OutputStream out, FloatBuffer values) throws IOException {
    ByteBuffer chunk = little((int) Math.min(CHUNK, (long) Float.BYTES * values.remaining()));
    while (values.hasRemaining()) {
      chunk.clear();
      while (values.hasRemaining() && chunk.hasRemaining()) {
        chunk.putFloat(values.get());
      }
      out.write(chunk.array(), 0, chunk.position());
    }
  }

  private static void writeVarint(OutputStream out, long value) throws IOException {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private static int varintSize(long value) {
    return Math.ceilDiv(Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(value)), 7);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
