package io.dfsnet.nn.pytorch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where the entries of a zip file lie, for files whose entries are stored as they are. Fields as in
 * PKWARE's APPNOTE.TXT, sections 4.3.7 to 4.3.16:
 *
 * <pre>
 *  +----------------+-------+----------------+-------+--- --+-------------------+---------------+
 *  | header, name,  | bytes | header, name,  | bytes | ...  | directory: an     | end: where    |
 *  | extra          |       | extra          |       |      | entry for each    | directory is  |
 *  +----------------+-------+----------------+-------+--- --+-------------------+---------------+
 *    ^-------------------------- offset of the entry -----------'    ^--------------'
 * </pre>
 *
 * A number that does not fit its 32 bits is all ones there, and stands in 64 bits in an extra field
 * of the entry or in a second end in front of the first (zip64).
 */
final class ZipDirectory {
  private static final int HEADER = 0x04034b50;
  private static final int HEADER_BYTES = 30;
  private static final int ENTRY = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int END = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END64_LOCATOR = 0x07064b50;
  private static final int END64_LOCATOR_BYTES = 20;
  private static final int END64 = 0x06064b50;
  private static final int END64_BYTES = 56;
  private static final int ZIP64_EXTRA = 1;
  private static final int MAX_COMMENT = 0xffff;
  private static final long IN_64_BITS = 0xffffffffL;

  private static final int STORED = 0;
  private static final int ENCRYPTED = 1;

  /** The most bytes of a directory: that of more than 40,000 storages. */
  private static final int DIRECTORY_LIMIT = 1 << 22;

  private static final int NAME_LIMIT = 512;

  /** An entry's bytes as they lie in the file. */
  record Extent(long begin, long length) {}

  private final ByteSource source;

  private ZipDirectory(ByteSource source) {
    this.source = source;
  }

  /** All entries by name, in the order of the directory. */
  static Map<String, Extent> read(ByteSource source) throws IOException {
    return new ZipDirectory(source).read();
  }

  private Map<String, Extent> read() throws IOException {
    ByteBuffer directory = directory();
    Map<String, Extent> entries = new LinkedHashMap<>();
    while (directory.hasRemaining()) {
      if (directory.remaining() < ENTRY_BYTES || directory.getInt(directory.position()) != ENTRY) {
        throw source.refuse("its zip directory is damaged");
      }
      entry(directory, entries);
    }
    return entries;
  }

  private void entry(ByteBuffer directory, Map<String, Extent> entries) throws IOException {
    int at = directory.position();
    int flags = unsigned16(directory, at + 8);
    int method = unsigned16(directory, at + 10);
    long packed = unsigned32(directory, at + 20);
    long length = unsigned32(directory, at + 24);
    int nameBytes = unsigned16(directory, at + 28);
    int extraBytes = unsigned16(directory, at + 30);
    int commentBytes = unsigned16(directory, at + 32);
    long offset = unsigned32(directory, at + 42);
    if (directory.remaining() - ENTRY_BYTES < nameBytes + extraBytes + commentBytes) {
      throw source.refuse("its zip directory is damaged");
    }
    byte[] bytes = new byte[Math.min(nameBytes, NAME_LIMIT)];
    directory.get(at + ENTRY_BYTES, bytes);
    String name = new String(bytes, StandardCharsets.UTF_8);
    ByteBuffer extra =
        directory.slice(at + ENTRY_BYTES + nameBytes, extraBytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer wide = zip64(extra);
    length = length == IN_64_BITS ? wide(wide) : length;
    packed = packed == IN_64_BITS ? wide(wide) : packed;
    offset = offset == IN_64_BITS ? wide(wide) : offset;
    if (method != STORED || packed != length || (flags & ENCRYPTED) != 0) {
      throw source.refuse(
          "its zip entry "
              + ZipFormat.quoted(name)
              + " is compressed or encrypted ("
              + packed
              + " bytes for "
              + length
              + "); PyTorch stores entries as they are: load it in PyTorch and save it again");
    }
    Extent extent = new Extent(begin(name, offset), length);
    if (length < 0 || length > source.length() - extent.begin()) {
      throw source.refuse(
          "its zip entry " + ZipFormat.quoted(name) + " reaches behind the end of the file");
    }
    if (nameBytes > NAME_LIMIT || entries.put(name, extent) != null) {
      throw source.refuse(
          "its zip entry " + ZipFormat.quoted(name) + " is there twice, or its name is too long");
    }
    directory.position(at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes);
  }

  /** Behind the entry's own header, whose name and extra field have lengths of their own. */
  private long begin(String name, long offset) throws IOException {
    ByteBuffer header = read(offset, HEADER_BYTES);
    if (header.getInt(0) != HEADER) {
      throw source.refuse(
          "its zip entry " + ZipFormat.quoted(name) + " is not where the directory says");
    }
    return offset + HEADER_BYTES + unsigned16(header, 26) + unsigned16(header, 28);
  }

  private ByteBuffer directory() throws IOException {
    long end = end();
    ByteBuffer fields = read(end, END_BYTES);
    long length = unsigned32(fields, 12);
    long offset = unsigned32(fields, 16);
    if (end >= END64_LOCATOR_BYTES) {
      ByteBuffer locator = read(end - END64_LOCATOR_BYTES, END64_LOCATOR_BYTES);
      if (locator.getInt(0) == END64_LOCATOR) {
        ByteBuffer wide = read(locator.getLong(8), END64_BYTES);
        if (wide.getInt(0) != END64) {
          throw source.refuse("its zip directory is damaged");
        }
        length = wide.getLong(40);
        offset = wide.getLong(48);
      }
    }
    if (length < 0 || length > DIRECTORY_LIMIT) {
      throw source.refuse(
          "a zip directory of at most " + DIRECTORY_LIMIT + " bytes is read, found " + length);
    }
    return read(offset, (int) length);
  }

  /** Where the end record begins: the last one whose comment reaches to the end of the file. */
  private long end() throws IOException {
    int length = (int) Math.min(source.length(), END_BYTES + MAX_COMMENT);
    ByteBuffer tail = read(source.length() - length, length);
    for (int at = length - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END && at + END_BYTES + unsigned16(tail, at + 20) == length) {
        return source.length() - length + at;
      }
    }
    throw source.refuse(
        "begins as a zip file and has no directory at its end; it is truncated, copy or download"
            + " it again");
  }

  /** The numbers of 64 bits that an entry has in its extra fields; empty if there are none. */
  private static ByteBuffer zip64(ByteBuffer extra) {
    while (extra.remaining() >= 2 * Short.BYTES) {
      int kind = extra.getShort() & 0xffff;
      int length = extra.getShort() & 0xffff;
      if (length > extra.remaining()) {
        break;
      }
      if (kind == ZIP64_EXTRA) {
        return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      }
      extra.position(extra.position() + length);
    }
    return ByteBuffer.allocate(0);
  }

  private long wide(ByteBuffer zip64) {
    if (zip64.remaining() < Long.BYTES) {
      throw source.refuse("its zip directory is damaged");
    }
    return zip64.getLong();
  }

  private ByteBuffer read(long position, int length) throws IOException {
    // Before anything is allocated.
    if (position < 0 || length > source.length() - position) {
      throw source.refuse("its zip directory is damaged or truncated; copy or download it again");
    }
    return source.read(position, ByteBuffer.allocate(length)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int unsigned16(ByteBuffer buffer, int index) {
    return buffer.getShort(index) & 0xffff;
  }

  private static long unsigned32(ByteBuffer buffer, int index) {
    return buffer.getInt(index) & 0xffffffffL;
  }
}
