package io.dfsnet.nn.onnx;

import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.protobuf.ProtoMessage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * Reads the fields of a protobuf message one after another, see {@link ProtoMessage} for the
 * format. {@link #next} moves to a field; then exactly one of the methods that read a value takes
 * it.
 *
 * <p>The bytes may come from anyone. A length is checked against what is left of the message before
 * anything is made of it, nested messages and bytes are views, and messages, texts and numbers are
 * counted: a file can make the program hold a bounded number of objects, whatever its size.
 */
final class ProtoReader {
  /** How deep messages nest; those of {@code onnx.proto} that are read here need 6. */
  private static final int DEPTH_LIMIT = 16;

  /**
   * How many texts and numbers are read from one file, a message being as much as four, and a long
   * text as much as one more for every {@value #TEXT_UNIT} bytes.
   */
  static final int VALUE_LIMIT = 1 << 20;

  private static final int MESSAGE = 4;
  private static final int TEXT_UNIT = 16;

  private static final int MAX_NUMBER = (1 << 29) - 1;
  private static final int MAX_VARINT = 10;

  private final String source;
  private final ByteBuffer bytes;
  private final int origin;
  private final int depth;
  private final Count count;
  private int keyPosition;
  private int number;
  private int wireType;

  /** What all readers of one file have read together. */
  private static final class Count {
    private int values;
  }

  /**
   * @param origin where {@code bytes} begin in the file
   */
  private ProtoReader(String source, ByteBuffer bytes, int origin, int depth, Count count) {
    this.source = source;
    this.bytes = bytes;
    this.origin = origin;
    this.depth = depth;
    this.count = count;
  }

  /**
   * A reader of a whole file.
   *
   * @param source what errors call it
   */
  static ProtoReader of(String source, ByteBuffer bytes) {
    return new ProtoReader(source, bytes.slice().order(ByteOrder.LITTLE_ENDIAN), 0, 0, new Count());
  }

  /** Moves to the next field; false at the end of the message. */
  boolean next() {
    if (!bytes.hasRemaining()) {
      return false;
    }
    keyPosition = bytes.position();
    number = 0;
    long key = varint();
    long found = key >>> 3;
    if (found < 1 || found > MAX_NUMBER) {
      throw refuse("fields have numbers from 1 to " + MAX_NUMBER + "; is it an ONNX file?");
    }
    number = (int) found;
    wireType = (int) (key & 7);
    return true;
  }

  /** The number of the field. */
  int number() {
    return number;
  }

  /** Whether the field is bytes, as an array is that is packed. */
  boolean isBytes() {
    return wireType == ProtoMessage.LENGTH;
  }

  /** The field as an integer. */
  long integer() {
    require(ProtoMessage.VARINT);
    take(1);
    return varint();
  }

  /** The field as a float. */
  float real() {
    require(ProtoMessage.FIXED32);
    take(1);
    return view(Float.BYTES).getFloat();
  }

  /** The field as bytes: a little-endian view of the file. */
  ByteBuffer bytes() {
    require(ProtoMessage.LENGTH);
    long length = varint();
    // A negative length is one of 2^63 or more.
    if (length < 0 || length > bytes.remaining()) {
      throw refuse(
          "has a length of "
              + Long.toUnsignedString(length)
              + ", "
              + bytes.remaining()
              + " bytes are left; the file is truncated or no ONNX file");
    }
    return view((int) length);
  }

  /** The field as a text. */
  String text() {
    ByteBuffer text = bytes();
    take(1 + text.remaining() / TEXT_UNIT);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
    } catch (CharacterCodingException cause) {
      throw new FileFormatException(source, place() + "is no text in UTF-8", cause);
    }
  }

  /** The field as a nested message. */
  ProtoReader message() {
    take(MESSAGE);
    if (depth == DEPTH_LIMIT) {
      throw refuse("nests deeper than " + DEPTH_LIMIT + " messages");
    }
    return nested(depth + 1);
  }

  /** The field as integers: one of those that it repeats, or several that are packed. */
  void integers(LongConsumer target) {
    if (wireType == ProtoMessage.VARINT) {
      target.accept(integer());
      return;
    }
    ProtoReader packed = nested(depth);
    while (packed.bytes.hasRemaining()) {
      take(1);
      target.accept(packed.varint());
    }
  }

  /** Passes over the field. */
  void skip() {
    switch (wireType) {
      case ProtoMessage.VARINT -> varint();
      case ProtoMessage.FIXED64 -> view(Long.BYTES);
      case ProtoMessage.FIXED32 -> view(Float.BYTES);
      case ProtoMessage.LENGTH -> bytes();
      default -> throw refuse("has wire type " + wireType + ", which is not in use");
    }
  }

  /** An error about the field that was read last. */
  FileFormatException refuse(String rule) {
    return new FileFormatException(source, place() + rule);
  }

  /** A reader of the field's bytes. */
  private ProtoReader nested(int depthInside) {
    ByteBuffer inside = bytes();
    int begin = origin + bytes.position() - inside.remaining();
    return new ProtoReader(source, inside, begin, depthInside, count);
  }

  private String place() {
    String place = "byte " + (origin + keyPosition);
    return number == 0 ? place + ": " : place + ", field " + number + ": ";
  }

  private void require(int wanted) {
    if (wireType != wanted) {
      throw refuse("has wire type " + wireType + " instead of " + wanted + "; is it an ONNX file?");
    }
  }

  private void take(int values) {
    count.values += values;
    if (count.values > VALUE_LIMIT) {
      throw refuse("the file holds more than " + VALUE_LIMIT + " messages, texts and numbers");
    }
  }

  private long varint() {
    long value = 0;
    for (int i = 0; i < MAX_VARINT; i++) {
      if (!bytes.hasRemaining()) {
        throw refuse("the file is truncated or no ONNX file");
      }
      byte next = bytes.get();
      value |= (long) (next & 0x7f) << 7 * i;
      if (next >= 0) {
        return value;
      }
    }
    throw refuse("a number has more than " + MAX_VARINT + " bytes; is it an ONNX file?");
  }

  private ByteBuffer view(int length) {
    if (length > bytes.remaining()) {
      throw refuse("the file is truncated or no ONNX file");
    }
    int begin = bytes.position();
    bytes.position(begin + length);
    return bytes.slice(begin, length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
