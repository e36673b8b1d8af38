package io.dfsnet.cli.download;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The entries of a tar archive in order (POSIX.1-1988 ustar and what was before it), each a block
 * of 512 bytes and its content, filled up to whole blocks:
 *
 * <pre>
 *   0      100   108   116   124    136    148       156    157    257    345      500   512
 *   | name | mode | uid | gid | size | time | checksum | type | link | ...  | prefix |     |
 * </pre>
 *
 * <p>Numbers are octal text. The names of extended headers are not needed and not understood: such
 * entries have types of their own and are seen as those.
 */
final class TarReader {
  private static final int BLOCK = 512;
  private static final int MAX_ENTRIES = 10_000;

  /** A header. */
  record Entry(String name, long size, char type) {
    boolean isFile() {
      return type == '0' || type == 0;
    }
  }

  private final InputStream in;
  private long unread;
  private int entries;

  TarReader(InputStream in) {
    this.in = in;
  }

  /**
   * The next entry, or null at the end; skips what was not read of the last one.
   *
   * @throws IOException if the archive is damaged or has too many entries
   */
  Entry next() throws IOException {
    in.skipNBytes(unread);
    unread = 0;
    byte[] header = in.readNBytes(BLOCK);
    if (header.length == 0 || header.length == BLOCK && isZero(header)) {
      return null;
    }
    if (header.length < BLOCK) {
      throw new EOFException("ends in the middle of a header");
    }
    if (++entries > MAX_ENTRIES) {
      throw new IOException("has more than " + MAX_ENTRIES + " entries");
    }
    if (octal(header, 148, 8) != checksum(header)) {
      throw new IOException("has a header with a wrong checksum");
    }
    long size = octal(header, 124, 12);
    unread = (size + BLOCK - 1) / BLOCK * BLOCK;
    boolean ustar = text(header, 257, 5).equals("ustar");
    String prefix = ustar && header[262] == 0 ? text(header, 345, 155) : "";
    String name = text(header, 0, 100);
    return new Entry(
        prefix.isEmpty() ? name : prefix + '/' + name, size, (char) (header[156] & 0xff));
  }

  /** Reads content of the current entry; 0 at its end. */
  int read(byte[] buffer, int wanted) throws IOException {
    int got = in.readNBytes(buffer, 0, wanted);
    if (got < wanted) {
      throw new EOFException("ends in the middle of an entry");
    }
    unread -= got;
    return got;
  }

  /** The sum of all bytes, those of the checksum counted as blanks. */
  private static long checksum(byte[] header) {
    long sum = 0;
    for (int i = 0; i < BLOCK; i++) {
      sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xff;
    }
    return sum;
  }

  private static long octal(byte[] header, int at, int length) throws IOException {
    String digits = text(header, at, length).strip();
    if (!digits.matches("[0-7]{1,11}")) {
      throw new IOException("has a header with '" + digits + "' for a number");
    }
    return Long.parseLong(digits, 8);
  }

  private static String text(byte[] header, int at, int length) {
    int end = at;
    while (end < at + length && header[end] != 0) {
      end++;
    }
    return new String(header, at, end - at, StandardCharsets.ISO_8859_1);
  }

  private static boolean isZero(byte[] block) {
    for (byte value : block) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }
}
