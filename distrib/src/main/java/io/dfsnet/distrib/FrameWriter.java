package io.dfsnet.distrib;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Writes frames to a stream: {@link #begin}, the payload in pieces, {@link #end}. Small frames that
 * follow each other leave together at {@link #flush}. Not for several threads.
 */
final class FrameWriter {
  private static final int BUFFER = 64 << 10;

  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private final ByteBuffer bigEndian = ByteBuffer.wrap(buffer);
  private final ByteBuffer littleEndian = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private int position;

  private Frame frame;
  private int payloadLeft;

  FrameWriter(OutputStream out) {
    this.out = out;
  }

  void begin(Frame next) throws IOException {
    frame = next;
    payloadLeft = next.length();
    crc.reset();
    room(Frame.HEADER_BYTES);
    next.encode(bigEndian, position);
    position += Frame.HEADER_BYTES;
  }

  void bytes(byte[] source, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int piece = Math.min(count - done, room(1));
      System.arraycopy(source, offset + done, buffer, position, piece);
      produce(piece);
      done += piece;
    }
  }

  /** {@code count} values as fp32, little-endian. */
  void floats(float[] source, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int piece = Math.min(count - done, room(Float.BYTES) / Float.BYTES);
      littleEndian.position(position);
      littleEndian.asFloatBuffer().put(source, offset + done, piece);
      produce(piece * Float.BYTES);
      done += piece;
    }
  }

  void end() throws IOException {
    if (payloadLeft != 0) {
      throw new IllegalStateException(
          frame.type() + ": " + payloadLeft + " bytes were not written");
    }
    if (frame.length() > 0) {
      room(Frame.TRAILER_BYTES);
      bigEndian.putInt(position, (int) crc.getValue());
      position += Frame.TRAILER_BYTES;
    }
  }

  void flush() throws IOException {
    out.write(buffer, 0, position);
    position = 0;
    out.flush();
  }

  private void produce(int count) {
    crc.update(buffer, position, count);
    position += count;
    payloadLeft -= count;
  }

  /** Makes room for {@code count} bytes; returns how much there is. */
  private int room(int count) throws IOException {
    if (BUFFER - position < count) {
      flush();
    }
    return BUFFER - position;
  }
}
