package io.dfsnet.distrib;

import java.nio.ByteBuffer;

/**
 * What one image cost a node, as it travels in RESULT.
 *
 * @param computeNanos how long the slowest of its groups computed
 * @param waitNanos the rest of the time from the image's arrival to its result
 * @param sliceBytesSent payload of the slices sent to peers
 * @param sliceBytesReceived payload of the slices received from peers
 * @param overheadBytesSent everything else written to peers and the coordinator since the session
 *     began: headers, checksums, control messages
 * @param overheadBytesReceived everything else read
 */
record Effort(
    long computeNanos,
    long waitNanos,
    long sliceBytesSent,
    long sliceBytesReceived,
    long overheadBytesSent,
    long overheadBytesReceived) {
  static final int BYTES = 6 * Long.BYTES;

  static Effort get(ByteBuffer source) {
    return new Effort(
        count(source), count(source), count(source), count(source), count(source), count(source));
  }

  void put(ByteBuffer target) {
    target
        .putLong(computeNanos)
        .putLong(waitNanos)
        .putLong(sliceBytesSent)
        .putLong(sliceBytesReceived)
        .putLong(overheadBytesSent)
        .putLong(overheadBytesReceived);
  }

  private static long count(ByteBuffer source) {
    long value = source.getLong();
    if (value < 0) {
      throw Frame.violation("RESULT: times and bytes are not negative, found " + value);
    }
    return value;
  }
}
