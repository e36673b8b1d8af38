package io.dfsnet.nn.pytorch;

import io.dfsnet.nn.file.FileFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes of known length that are read where they are wanted: those of a file or of an array. */
abstract class ByteSource {
  private final String name;
  private final long length;

  private ByteSource(String name, long length) {
    this.name = name;
    this.length = length;
  }

  static ByteSource of(String name, byte[] bytes) {
    return new ByteSource(name, bytes.length) {
      @Override
      int some(long position, ByteBuffer target) {
        int count = Math.min(target.remaining(), bytes.length - (int) position);
        target.put(bytes, (int) position, count);
        return count;
      }
    };
  }

  /** Reads from a channel that stays open as long as this is used. */
  static ByteSource of(String name, FileChannel channel) throws IOException {
    return new ByteSource(name, channel.size()) {
      @Override
      int some(long position, ByteBuffer target) throws IOException {
        return channel.read(target, position);
      }
    };
  }

  /** Reads at least one byte, or gives something below 1 if there is none any more. */
  abstract int some(long position, ByteBuffer target) throws IOException;

  final long length() {
    return length;
  }

  /**
   * Fills the buffer, and makes it ready to be read.
   *
   * @param position of the first byte
   * @throws FileFormatException if not all of these bytes are there
   */
  final ByteBuffer read(long position, ByteBuffer target) throws IOException {
    if (position < 0 || position > length - target.remaining()) {
      throw refuse(
          "is truncated: "
              + target.remaining()
              + " bytes are wanted at byte "
              + position
              + ", it has "
              + length
              + "; copy or download it again");
    }
    long at = position;
    while (target.hasRemaining()) {
      int count = some(at, target);
      if (count < 1) {
        throw refuse("ends after " + at + " bytes, it had " + length + "; was it changed?");
      }
      at += count;
    }
    return target.flip();
  }

  final FileFormatException refuse(String rule) {
    return new FileFormatException(name, rule);
  }
}
