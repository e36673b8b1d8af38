package io.dfsnet.cli.tensorboard;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Writes records one after another, as TensorFlow's TFRecord files hold them
 * (tensorflow/core/lib/io/record_writer.h); all numbers are little-endian:
 *
 * <pre>
 *  0               8          12                12 + length
 * +---------------+----------+------------------+----------+
 * | length (u64)  | check of | length bytes     | check of | next record ...
 * |               | length   | of data          | data     |
 * +---------------+----------+------------------+----------+
 *
 * check = rotate(crc32c, 15 bits to the right) + 0xa282ead8     so that a CRC of data that holds CRCs stays sound
 * </pre>
 */
final class RecordWriter implements AutoCloseable {
  private static final int MASK = 0xa282ead8;

  private final OutputStream out;

  /**
   * @param out not buffered, so that a record outlives the process as soon as it is written
   */
  RecordWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Writes a record in one piece: if the process ends within, a reader finds one that is too short.
   */
  void write(byte[] data) throws IOException {
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(data.length);
    record.putInt(check(record.array(), Long.BYTES));
    record.put(data).putInt(check(data, data.length));
    out.write(record.array());
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** The checksum of the first bytes. */
  private static int check(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }
}
