package io.dfsnet.nn.pytorch;

import io.dfsnet.nn.file.FileFormatException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The operands of a pickle's instructions, read one after another. Little-endian throughout. */
final class PickleInput {
  /** The longest text, in bytes: what is said about weights is short. */
  static final int TEXT_LIMIT = 1 << 20;

  /** The longest name of a module or function. */
  private static final int LINE_LIMIT = 512;

  private static final int WINDOW = 1 << 13;

  private final ByteSource source;
  private final long end;

  /** What is next, read ahead; what is behind it begins at {@link #next}. */
  private final ByteBuffer window =
      ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN).limit(0);

  private long next;

  /**
   * @param from where the pickle begins
   * @param end where it ends at the latest
   */
  PickleInput(ByteSource source, long from, long end) {
    this.source = source;
    this.next = from;
    this.end = end;
  }

  /** Where in the file the next byte stands. */
  long position() {
    return next - window.remaining();
  }

  int unsigned8() throws IOException {
    return need(Byte.BYTES).get() & 0xff;
  }

  int unsigned16() throws IOException {
    return need(Short.BYTES).getShort() & 0xffff;
  }

  int int32() throws IOException {
    return need(Integer.BYTES).getInt();
  }

  long int64() throws IOException {
    return need(Long.BYTES).getLong();
  }

  /** Big-endian, as the one number of a pickle. */
  double real() throws IOException {
    return Double.longBitsToDouble(Long.reverseBytes(int64()));
  }

  /** Two's complement in this many bytes, the lowest first. */
  BigInteger integer(int length) throws IOException {
    byte[] bytes = new byte[length];
    for (int i = length - 1; i >= 0; i--) {
      bytes[i] = (byte) unsigned8();
    }
    return length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
  }

  /**
   * A text of this many bytes.
   *
   * @throws FileFormatException if they are too many, not there, or no UTF-8
   */
  String text(long length) throws IOException {
    if (length < 0 || length > TEXT_LIMIT) {
      throw refuse("a text has at most " + TEXT_LIMIT + " bytes, found " + length);
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) requireThere(length));
    while (bytes.hasRemaining()) {
      int count = Math.min(bytes.remaining(), WINDOW);
      ByteBuffer from = need(count);
      bytes.put(from.slice().limit(count));
      from.position(from.position() + count);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
    } catch (CharacterCodingException cause) {
      throw refuse("a text of " + length + " bytes is not UTF-8");
    }
  }

  /** Passes over bytes that nothing reads. */
  void skip(long length) throws IOException {
    requireThere(length);
    long from = position() + length;
    window.limit(0);
    next = from;
  }

  /** What stands before the next line feed, which is passed over. */
  String line() throws IOException {
    var line = new StringBuilder();
    for (int c = unsigned8(); c != '\n'; c = unsigned8()) {
      if (line.length() == LINE_LIMIT) {
        throw refuse("a name has at most " + LINE_LIMIT + " characters");
      }
      line.append(c > ' ' && c < 0x7f ? (char) c : '?');
    }
    return line.toString();
  }

  FileFormatException refuse(String rule) {
    return source.refuse("the pickle before byte " + position() + ": " + rule);
  }

  private long requireThere(long length) {
    if (length < 0 || length > end - position()) {
      throw refuse(
          "wants "
              + length
              + " more bytes, "
              + (end - position())
              + " are there; it is truncated or damaged");
    }
    return length;
  }

  /** The window with at least this many bytes in it. */
  private ByteBuffer need(int bytes) throws IOException {
    if (window.remaining() < bytes) {
      requireThere(bytes);
      long from = position();
      window.clear().limit((int) Math.min(WINDOW, end - from));
      source.read(from, window);
      next = from + window.limit();
    }
    return window;
  }
}
