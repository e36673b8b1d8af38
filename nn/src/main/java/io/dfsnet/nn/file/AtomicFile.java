package io.dfsnet.nn.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * Writes files that are either the old ones or the new ones, whenever the machine stops: the bytes
 * go to a temporary file in the same folder, reach the disk, and only then take the name.
 */
public final class AtomicFile {
  private static final Pattern TEMPORARY = Pattern.compile("\\..+\\.[0-9a-f]{16}\\.tmp");

  private AtomicFile() {}

  /** What the file shall contain. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes or replaces {@code file}. If anything fails, the file is as before and the temporary one
   * is gone.
   *
   * @throws UncheckedIOException naming the file if it cannot be written
   */
  public static void write(Path file, Content content) {
    Path target = file.toAbsolutePath();
    if (target.getFileName() == null) {
      throw new UncheckedIOException(new IOException(file + ": is not the name of a file"));
    }
    String suffix = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Path temporary = target.resolveSibling("." + target.getFileName() + "." + suffix + ".tmp");
    try {
      try {
        writeThrough(temporary, content);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (NoSuchFileException noFolder) {
      throw new UncheckedIOException(
          new IOException(
              file + ": cannot be written, its folder does not exist; create it first", noFolder));
    } catch (IOException cause) {
      throw unwritable(file, cause);
    }
  }

  /** The error of a file that cannot be written, in this way or another. */
  public static UncheckedIOException unwritable(Path file, IOException cause) {
    return new UncheckedIOException(
        new IOException(file + ": cannot be written: " + cause.getMessage(), cause));
  }

  /**
   * Whether a file has the name of a temporary one. A process that was killed leaves such a file
   * behind; when no other process writes to the folder, it can be deleted.
   */
  public static boolean isTemporary(Path file) {
    Path name = file.getFileName();
    return name != null && TEMPORARY.matcher(name.toString()).matches();
  }

  private static void writeThrough(Path file, Content content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
      content.writeTo(out);
      out.flush();
      channel.force(true);
    }
  }
}
