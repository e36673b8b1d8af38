package io.dfsnet.distrib;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Frames as bytes, without sockets. */
final class Wire {
  static final int EPOCH = 0x0badcafe;

  private Wire() {}

  /** The bytes of messages that one side sends. */
  static byte[] write(Message... messages) {
    return write(EPOCH, messages);
  }

  static byte[] write(int epoch, Message... messages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MessageWriter writer = new MessageWriter(new FrameWriter(out), new Traffic());
    writer.agree(new Terms(new Version(1, 0), epoch, 3));
    try {
      for (Message message : messages) {
        writer.write(message);
      }
      writer.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toByteArray();
  }

  /** The one message in these bytes. */
  static Message read(byte[] bytes) throws IOException {
    FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes));
    Frame frame = reader.next();
    byte[] payload = reader.bytes();
    reader.end();
    return MessageReader.decode(frame, payload);
  }

  /** A frame with this payload and right checksums, whatever it says. */
  static byte[] frame(int type, byte[] payload) {
    return frame(type, EPOCH, 0, Frame.NONE, 3, payload);
  }

  static byte[] frame(int type, int epoch, long request, int layer, int rank, byte[] payload) {
    return frame(type, epoch, request, layer, rank, payload.length, payload);
  }

  /**
   * A frame whose length need not be that of its payload. Written apart from the code under test.
   */
  static byte[] frame(
      int type, int epoch, long request, int layer, int rank, int length, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(32 + (payload.length == 0 ? 0 : payload.length + 4));
    frame.put(new byte[] {'D', 'F', 'S', 'N', 1, 0, (byte) type, 0});
    frame.putInt(epoch).putLong(request).putShort((short) layer).putShort((short) rank);
    frame.putInt(length);
    sealHeader(frame.array());
    if (payload.length > 0) {
      frame.position(32).put(payload).putInt(crc(payload, 0, payload.length));
    }
    return frame.array();
  }

  /** Sets the header's checksum to what the header says. */
  static void sealHeader(byte[] frame) {
    ByteBuffer.wrap(frame).putInt(28, crc(frame, 0, 28));
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
