package io.dfsnet.cli.download;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file that is being fetched: {@code NAME.part}, locked, and beside it {@code NAME.part.etag}
 * with what the server calls this version, so that another run can go on where this one stopped.
 * Only when it is whole and right it takes its name.
 */
final class PartialFile implements AutoCloseable {
  private static final int MAX_TAG_BYTES = 1024;

  private final Path target;
  private final Path part;
  private final Path tagFile;
  private final FileChannel channel;

  private PartialFile(Path target, Path part, FileChannel channel) {
    this.target = target;
    this.part = part;
    this.tagFile = part.resolveSibling(part.getFileName() + ".etag");
    this.channel = channel;
  }

  /** Opens or continues the part of {@code target}. Links are not followed: they lead elsewhere. */
  static PartialFile open(Path target) throws IOException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    FileChannel channel =
        FileChannel.open(
            part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new PartialFile(target, part, channel);
      }
    } catch (OverlappingFileLockException thisProcess) {
      // Told below, as for any other process.
    } catch (IOException cause) {
      channel.close();
      throw cause;
    }
    channel.close();
    throw new DownloadException(part + ": is being written by another dfs; wait for that one");
  }

  long size() throws IOException {
    return channel.size();
  }

  /** What the server calls the version that the bytes are of; empty if that is not known. */
  String tag() throws IOException {
    if (size() == 0 || !Files.isRegularFile(tagFile, LinkOption.NOFOLLOW_LINKS)) {
      return "";
    }
    try (InputStream in = Files.newInputStream(tagFile, LinkOption.NOFOLLOW_LINKS)) {
      String tag = new String(in.readNBytes(MAX_TAG_BYTES), StandardCharsets.US_ASCII);
      return isStrong(tag) ? tag : "";
    }
  }

  /**
   * Begins again, with a version of that tag.
   *
   * @throws DownloadException if that cannot be written
   */
  void restart(String tag) {
    try {
      channel.truncate(0);
      Files.deleteIfExists(tagFile);
      if (isStrong(tag)) {
        Files.writeString(tagFile, tag, StandardCharsets.US_ASCII, StandardOpenOption.CREATE_NEW);
      }
    } catch (IOException cause) {
      throw unwritable(cause);
    }
  }

  /** A quoted entity tag; weak ones do not promise the same bytes (RFC 9110, section 8.8.3). */
  private static boolean isStrong(String tag) {
    return tag.length() <= MAX_TAG_BYTES && tag.matches("\"[!#-~]*\"");
  }

  /**
   * Adds what has arrived.
   *
   * @throws DownloadException if it cannot be written; what was written before stays
   */
  void append(ByteBuffer bytes) {
    try {
      long at = channel.size();
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    } catch (IOException cause) {
      throw unwritable(cause);
    }
  }

  /** No {@link IOException}: those are the server's, and asking it again would mend nothing. */
  private DownloadException unwritable(IOException cause) {
    return new DownloadException(
        part
            + ": cannot be written ("
            + cause.getMessage()
            + "); make room on its disk and call again to go on from there",
        cause);
  }

  String sha256() throws IOException {
    return sha256(part);
  }

  static String sha256(Path file) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The file is whole and right. */
  void finish() throws IOException {
    channel.force(true);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    Files.deleteIfExists(tagFile);
  }

  /** Deletes what was fetched. */
  void discard() throws IOException {
    channel.truncate(0);
    Files.deleteIfExists(part);
    Files.deleteIfExists(tagFile);
  }

  /** Leaves what was fetched for another run. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
