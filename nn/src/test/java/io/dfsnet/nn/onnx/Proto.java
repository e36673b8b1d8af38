package io.dfsnet.nn.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Protobuf put together by hand, field by field: the reference for what writes and reads it. */
final class Proto {
  private Proto() {}

  static byte[] message(byte[]... fields) {
    var out = new ByteArrayOutputStream();
    for (byte[] field : fields) {
      out.writeBytes(field);
    }
    return out.toByteArray();
  }

  static byte[] varint(int number, long value) {
    return message(raw((long) number << 3), raw(value));
  }

  static byte[] fixed32(int number, float value) {
    return message(raw((long) number << 3 | 5), little(4).putFloat(value).array());
  }

  static byte[] fixed64(int number, double value) {
    return message(raw((long) number << 3 | 1), little(8).putDouble(value).array());
  }

  static byte[] text(int number, String value) {
    return bytes(number, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A field of bytes, which a nested message is too. */
  static byte[] bytes(int number, byte[]... parts) {
    byte[] content = message(parts);
    return message(length(number, content.length), content);
  }

  /** The beginning of a field of bytes. */
  static byte[] length(int number, long length) {
    return message(raw((long) number << 3 | 2), raw(length));
  }

  /** A number alone. */
  static byte[] raw(long value) {
    var out = new ByteArrayOutputStream();
    long rest = value;
    do {
      int low = (int) (rest & 127);
      rest >>>= 7;
      out.write(rest == 0 ? low : low + 128);
    } while (rest != 0);
    return out.toByteArray();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
