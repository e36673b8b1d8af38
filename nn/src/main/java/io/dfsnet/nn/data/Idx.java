package io.dfsnet.nn.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An array of unsigned bytes in the IDX format of LeCun, Cortes and Burges' MNIST database, plain
 * or gzipped, which the first bytes tell whatever the file's name is:
 *
 * <pre>
 *   0        2      3      4          8              4 + 4 rank
 *   +--------+------+------+----------+--- ... ------+--------- ... ---------+
 *   | 00 00  | type | rank | size 0   | sizes 1 ...  | elements, last size   |
 *   |        |  08  |      | int32 BE | int32 BE     | fastest, one byte each|
 *   +--------+------+------+----------+--- ... ------+--------- ... ---------+
 * </pre>
 *
 * @param count how many items there are, the first size
 * @param bytes all items, one after another
 */
record Idx(int count, byte[] bytes) {
  private static final int UNSIGNED_BYTE = 0x08;
  private static final int GZIP_MAGIC = 0x1f8b;
  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * Reads a whole file. Memory is bounded by {@code maxCount} items, whatever the header claims and
   * however much a gzipped file unpacks to, and is taken only as bytes arrive.
   *
   * @param item the sizes of one item; empty if an item is one byte
   * @throws DataException naming the file if it is not what its reader expects
   */
  static Idx read(Path file, int maxCount, int... item) {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        var in = new DataInputStream(unpacked(raw))) {
      int count = header(file, in, maxCount, item);
      int length = Math.multiplyExact(count, Arrays.stream(item).reduce(1, Math::multiplyExact));
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw damaged(file, "announces " + length + " bytes of data, holds " + bytes.length);
      }
      // For a gzipped file this is also where its checksum is compared.
      if (in.read() >= 0) {
        throw damaged(file, "announces " + length + " bytes of data, holds more");
      }
      return new Idx(count, bytes);
    } catch (EOFException truncated) {
      throw damaged(file, "ends in the middle", truncated);
    } catch (ZipException wrong) {
      throw damaged(file, "cannot be unpacked (" + wrong.getMessage() + ")", wrong);
    } catch (IOException cause) {
      throw DataException.unreadable(file, cause);
    }
  }

  /** Looks at the first two bytes: an IDX file begins with zeros, a gzipped one with its magic. */
  private static InputStream unpacked(InputStream in) throws IOException {
    in.mark(2);
    int magic = in.read() << 8 | in.read();
    in.reset();
    return magic == GZIP_MAGIC ? new GZIPInputStream(in, BUFFER_BYTES) : in;
  }

  /** Reads and checks everything before the elements; gives the first size. */
  private static int header(Path file, DataInputStream in, int maxCount, int[] item)
      throws IOException {
    int magic = in.readInt();
    int expected = UNSIGNED_BYTE << 8 | item.length + 1;
    if (magic != expected) {
      throw new DataException(
          file
              + ": begins with "
              + HexFormat.of().toHexDigits(magic)
              + " where an IDX file of unsigned bytes in "
              + (item.length + 1)
              + " dimensions begins with "
              + HexFormat.of().toHexDigits(expected)
              + "; it is another file, put the right one there");
    }
    int count = in.readInt();
    if (count < 1 || count > maxCount) {
      throw damaged(file, "has 1 to " + maxCount + " items, announces " + count);
    }
    int[] sizes = new int[item.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = in.readInt();
    }
    if (!Arrays.equals(sizes, item)) {
      throw damaged(
          file, "has items " + Arrays.toString(item) + ", announces " + Arrays.toString(sizes));
    }
    return count;
  }

  private static DataException damaged(Path file, String rule) {
    return damaged(file, rule, null);
  }

  private static DataException damaged(Path file, String rule, Throwable cause) {
    return new DataException(
        file + ": " + rule + "; it is damaged or another file, download it again", cause);
  }
}
