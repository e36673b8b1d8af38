package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The header of a frame: 32 bytes, big-endian, the same for every message. A payload of {@code
 * length} bytes follows and, if that is not 0, the CRC32C of the payload.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                         magic "DFSN"                          |   0
 *  +---------------+---------------+---------------+---------------+
 *  |     major     |     minor     |     type      |   flags = 0   |   4
 *  +---------------+---------------+---------------+---------------+
 *  |                             epoch                             |   8
 *  +---------------------------------------------------------------+
 *  |                                                               |  12
 *  +                            request                            +
 *  |                                                               |  16
 *  +-------------------------------+-------------------------------+
 *  |             layer             |             rank              |  20
 *  +-------------------------------+-------------------------------+
 *  |                            length                             |  24
 *  +---------------------------------------------------------------+
 *  |                  CRC32C of the bytes 0 to 27                  |  28
 *  +---------------------------------------------------------------+
 *  |                     payload, length bytes                     |  32
 *  +---------------------------------------------------------------+
 *  |          CRC32C of the payload, unless length is 0            |  32 + length
 *  +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Nothing in it is believed before the header's own checksum is right, the length least of all.
 *
 * @param version the protocol version in use; in a greeting the highest that the sender speaks
 * @param epoch the plan under which the frame was sent, as an unsigned number
 * @param request which image, counted from 1; 0 outside of one
 * @param layer which exchange of the network, or which piece of a shard; {@link #NONE} elsewhere
 * @param rank the sender's rank; in DATA and SHARD_DATA the group that the payload belongs to; in
 *     ERROR the node that is the cause
 * @param length the bytes of payload, not counting its checksum
 */
record Frame(
    Version version, FrameType type, int epoch, long request, int layer, int rank, int length) {
  static final int MAGIC = 0x4446534e;

  static final int MAGIC_OFFSET = 0;
  static final int MAJOR_OFFSET = 4;
  static final int MINOR_OFFSET = 5;
  static final int TYPE_OFFSET = 6;
  static final int FLAGS_OFFSET = 7;
  static final int EPOCH_OFFSET = 8;
  static final int REQUEST_OFFSET = 12;
  static final int LAYER_OFFSET = 20;
  static final int RANK_OFFSET = 22;
  static final int LENGTH_OFFSET = 24;
  static final int CHECKSUM_OFFSET = 28;
  static final int HEADER_BYTES = 32;

  /** The bytes of checksum behind a payload. */
  static final int TRAILER_BYTES = 4;

  /** A layer or rank that names nothing. */
  static final int NONE = 0xffff;

  /** Header, payload and trailer. */
  long bytes() {
    return HEADER_BYTES + (length == 0 ? 0L : (long) length + TRAILER_BYTES);
  }

  /** Puts the header at {@code offset} of a big-endian buffer, which has a backing array. */
  void encode(ByteBuffer buffer, int offset) {
    buffer.putInt(offset + MAGIC_OFFSET, MAGIC);
    buffer.put(offset + MAJOR_OFFSET, (byte) version.major());
    buffer.put(offset + MINOR_OFFSET, (byte) version.minor());
    buffer.put(offset + TYPE_OFFSET, (byte) type.number());
    buffer.put(offset + FLAGS_OFFSET, (byte) 0);
    buffer.putInt(offset + EPOCH_OFFSET, epoch);
    buffer.putLong(offset + REQUEST_OFFSET, request);
    buffer.putShort(offset + LAYER_OFFSET, (short) layer);
    buffer.putShort(offset + RANK_OFFSET, (short) rank);
    buffer.putInt(offset + LENGTH_OFFSET, length);
    buffer.putInt(offset + CHECKSUM_OFFSET, checksum(buffer, offset));
  }

  /**
   * Reads the header at {@code offset} of a big-endian buffer, which has a backing array.
   *
   * @throws DistributedException with {@link Code#PROTOCOL_VIOLATION}, naming the field, if it is
   *     no header or asks for more than its type may have
   */
  static Frame decode(ByteBuffer buffer, int offset) {
    int magic = buffer.getInt(offset + MAGIC_OFFSET);
    if (magic != MAGIC) {
      throw violation(
          "a frame begins with "
              + hex(MAGIC)
              + ", found "
              + hex(magic)
              + "; is this a DFSNet peer?");
    }
    int computed = checksum(buffer, offset);
    int found = buffer.getInt(offset + CHECKSUM_OFFSET);
    if (computed != found) {
      throw violation("the header's checksum is " + hex(computed) + ", found " + hex(found));
    }
    Version version =
        new Version(
            Byte.toUnsignedInt(buffer.get(offset + MAJOR_OFFSET)),
            Byte.toUnsignedInt(buffer.get(offset + MINOR_OFFSET)));
    FrameType type = FrameType.of(Byte.toUnsignedInt(buffer.get(offset + TYPE_OFFSET)));
    int flags = Byte.toUnsignedInt(buffer.get(offset + FLAGS_OFFSET));
    if (flags != 0) {
      throw violation(type + ": no flags exist in this version, found " + flags);
    }
    int length = buffer.getInt(offset + LENGTH_OFFSET);
    if (length < 0 || length > type.limit()) {
      throw violation(
          type
              + ": at most "
              + type.limit()
              + " bytes of payload, found "
              + Integer.toUnsignedString(length));
    }
    return new Frame(
        version,
        type,
        buffer.getInt(offset + EPOCH_OFFSET),
        buffer.getLong(offset + REQUEST_OFFSET),
        Short.toUnsignedInt(buffer.getShort(offset + LAYER_OFFSET)),
        Short.toUnsignedInt(buffer.getShort(offset + RANK_OFFSET)),
        length);
  }

  private static int checksum(ByteBuffer buffer, int offset) {
    CRC32C crc = new CRC32C();
    crc.update(buffer.array(), buffer.arrayOffset() + offset, CHECKSUM_OFFSET);
    return (int) crc.getValue();
  }

  static String hex(int value) {
    return HexFormat.of().toHexDigits(value);
  }

  static DistributedException violation(String detail) {
    return new DistributedException(Code.PROTOCOL_VIOLATION, detail);
  }
}
