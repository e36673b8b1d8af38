package io.dfsnet.cli.download;

import io.dfsnet.nn.file.AtomicFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/**
 * Takes named files out of a tar.gz archive. No name in the archive ever becomes a path: an entry
 * whose full name, kind and length are expected is written under its expected name, everything else
 * is passed over.
 */
final class Unpacking {
  private static final int BUFFER_BYTES = 1 << 16;

  /** For what is passed over, beside the expected files. */
  private static final long MAX_OTHER_BYTES = 1 << 24;

  private Unpacking() {}

  /** Whether all members are in the folder with their lengths. */
  static boolean isDone(PublishedData set, Path folder) throws IOException {
    for (Map.Entry<String, Long> member : set.members().entrySet()) {
      Path file = folder.resolve(member.getKey());
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          || Files.size(file) != member.getValue()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Writes the members of a set into a folder, each whole or not at all.
   *
   * @throws DownloadException if the archive is not what it should be
   */
  static void unpack(PublishedData set, Path archive, Path folder) {
    var missing = new TreeSet<>(set.members().keySet());
    long most = MAX_OTHER_BYTES;
    for (long bytes : set.members().values()) {
      most += bytes;
    }
    try (InputStream file = Files.newInputStream(archive);
        InputStream in =
            new Bounded(
                new GZIPInputStream(new BufferedInputStream(file, BUFFER_BYTES), BUFFER_BYTES),
                most)) {
      var tar = new TarReader(in);
      for (var entry = tar.next(); entry != null; entry = tar.next()) {
        String member = member(set, entry);
        if (missing.remove(member)) {
          write(tar, entry, set.members().get(member), folder.resolve(member));
        }
      }
    } catch (IOException damaged) {
      throw new DownloadException(
          archive + ": cannot be unpacked: " + damaged.getMessage(), damaged);
    }
    if (!missing.isEmpty()) {
      throw new DownloadException(archive + ": lacks " + String.join(", ", missing));
    }
  }

  /** The name without the archive's folder; empty if it is not in there. */
  private static String member(PublishedData set, TarReader.Entry entry) {
    String name = entry.name().startsWith("./") ? entry.name().substring(2) : entry.name();
    return name.startsWith(set.archiveFolder()) ? name.substring(set.archiveFolder().length()) : "";
  }

  private static void write(TarReader tar, TarReader.Entry entry, long bytes, Path target)
      throws IOException {
    if (!entry.isFile() || entry.size() != bytes) {
      throw new IOException(
          "entry "
              + entry.name()
              + " is no file of "
              + bytes
              + " bytes (type "
              + (int) entry.type()
              + ", "
              + entry.size()
              + " bytes)");
    }
    try {
      AtomicFile.write(target, out -> copy(tar, bytes, out));
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    }
  }

  private static void copy(TarReader tar, long bytes, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (long left = bytes; left > 0; ) {
      int got = tar.read(buffer, (int) Math.min(left, buffer.length));
      out.write(buffer, 0, got);
      left -= got;
    }
  }

  /** Ends with an error where more comes than may. */
  private static final class Bounded extends java.io.FilterInputStream {
    private long left;

    Bounded(InputStream in, long most) {
      super(in);
      left = most;
    }

    @Override
    public int read() throws IOException {
      int value = super.read();
      count(value < 0 ? 0 : 1);
      return value;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int got = super.read(buffer, offset, length);
      count(Math.max(got, 0));
      return got;
    }

    @Override
    public long skip(long wanted) throws IOException {
      long skipped = super.skip(wanted);
      count(skipped);
      return skipped;
    }

    private void count(long bytes) throws IOException {
      left -= bytes;
      if (left < 0) {
        throw new IOException("unpacks to far more than it should");
      }
    }
  }
}
