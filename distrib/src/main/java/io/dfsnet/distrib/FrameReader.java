package io.dfsnet.distrib;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Reads frames from a stream: {@link #next}, then the payload in pieces, then {@link #end}. It owns
 * one buffer of fixed size and allocates nothing that the wire asks for; tensors go straight into
 * arrays of the caller.
 *
 * <p>The end of the stream is a failure wherever it comes. Not for several threads.
 */
final class FrameReader {
  private static final int BUFFER = 64 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private final ByteBuffer bigEndian = ByteBuffer.wrap(buffer);
  private final ByteBuffer littleEndian = ByteBuffer.wrap(buffer).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();
  private int position;
  private int limit;

  private Frame frame;
  private boolean inside;
  private int payloadLeft;

  FrameReader(InputStream in) {
    this.in = in;
  }

  /**
   * Waits for the next header.
   *
   * @throws EOFException if the stream ends
   * @throws DistributedException if the bytes are no frame
   */
  Frame next() throws IOException {
    require(Frame.HEADER_BYTES);
    frame = Frame.decode(bigEndian, position);
    position += Frame.HEADER_BYTES;
    inside = true;
    payloadLeft = frame.length();
    crc.reset();
    return frame;
  }

  /** The whole payload; only for frames whose type bounds it. */
  byte[] bytes() throws IOException {
    byte[] payload = new byte[payloadLeft];
    bytes(payload, 0, payload.length);
    return payload;
  }

  /** The next {@code count} bytes of payload. */
  void bytes(byte[] target, int offset, int count) throws IOException {
    requirePayload(count);
    int done = 0;
    while (done < count) {
      int piece = Math.min(count - done, available(1));
      System.arraycopy(buffer, position, target, offset + done, piece);
      consume(piece);
      done += piece;
    }
  }

  /** The next {@code 4 * count} bytes of payload as fp32, little-endian. */
  void floats(float[] target, int offset, int count) throws IOException {
    requirePayload(4L * count);
    int done = 0;
    while (done < count) {
      int piece = Math.min(count - done, available(Float.BYTES) / Float.BYTES);
      littleEndian.position(position);
      littleEndian.asFloatBuffer().get(target, offset + done, piece);
      consume(piece * Float.BYTES);
      done += piece;
    }
  }

  /** Passes over what is left of the payload. */
  void skip() throws IOException {
    while (payloadLeft > 0) {
      consume(Math.min(payloadLeft, available(1)));
    }
  }

  /** Reads and forgets everything until the stream ends. */
  void drain() throws IOException {
    while (in.read(buffer, 0, BUFFER) >= 0) {
      // What a peer says after it has been refused is of no interest.
    }
  }

  /**
   * Ends the frame: the payload must have been read whole, and its checksum must be right. Until
   * then nothing that was read may be believed.
   */
  void end() throws IOException {
    if (payloadLeft != 0) {
      throw Frame.violation(
          frame.type() + ": " + payloadLeft + " bytes of payload more than this message has");
    }
    if (frame.length() > 0) {
      requireChecksum();
    }
    inside = false;
  }

  private void requireChecksum() throws IOException {
    require(Frame.TRAILER_BYTES);
    int found = bigEndian.getInt(position);
    position += Frame.TRAILER_BYTES;
    if (found != (int) crc.getValue()) {
      throw Frame.violation(
          frame.type()
              + ": the payload's checksum is "
              + Frame.hex((int) crc.getValue())
              + ", found "
              + Frame.hex(found));
    }
  }

  private void requirePayload(long count) {
    if (count > payloadLeft) {
      throw Frame.violation(
          frame.type() + ": " + (count - payloadLeft) + " bytes of payload are missing");
    }
  }

  private void consume(int count) {
    crc.update(buffer, position, count);
    position += count;
    payloadLeft -= count;
  }

  /** Waits for {@code count} bytes; returns how many are there. */
  private int available(int count) throws IOException {
    require(count);
    return limit - position;
  }

  private void require(int count) throws IOException {
    if (limit - position >= count) {
      return;
    }
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    while (limit < count) {
      int read = in.read(buffer, limit, BUFFER - limit);
      if (read < 0) {
        throw new EOFException(
            limit == 0 && !inside
                ? "the connection ended"
                : "the connection ended in the middle of a frame");
      }
      limit += read;
    }
  }
}
