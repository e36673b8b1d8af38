package io.dfsnet.cli;

import io.dfsnet.nn.file.AtomicFile;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A file of JSON objects, one a line, that grows at its end: a line costs what it is long, however
 * many there are. What ends a process can tear its last line only; who goes on reads the file as
 * far as it is sound and cuts the rest off.
 */
final class JsonLines implements AutoCloseable {
  /** Bounds the memory that a damaged file takes. */
  private static final int MAX_LINE = 1 << 16;

  private final Path path;
  private final FileChannel channel;

  private JsonLines(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Opens a file to append to.
   *
   * @param length what is kept of it in bytes; the rest is cut off
   */
  static JsonLines append(Path path, long length) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      channel.truncate(length).position(length);
    } catch (IOException cause) {
      channel.close();
      throw cause;
    }
    return new JsonLines(path, channel);
  }

  /**
   * Reads a file from its beginning, up to a line that is refused, torn or no JSON object. A file
   * that is not there has no lines.
   *
   * @param accept takes a line, or refuses it and all behind it
   * @return the length in bytes of what was taken
   */
  static long read(Path path, Predicate<Json.Object> accept) throws IOException {
    long length = 0;
    if (!Files.exists(path)) {
      return length;
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
      for (byte[] line = line(in); line != null; line = line(in)) {
        Optional<Json.Object> object = object(line);
        if (object.isEmpty() || !accept.test(object.get())) {
          break;
        }
        length += line.length + 1;
      }
    }
    return length;
  }

  /**
   * Adds a line.
   *
   * @throws UncheckedIOException naming the file if it cannot be written; no part of the line stays
   */
  void add(Json.Object line) {
    try {
      long before = channel.position();
      try {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      } catch (IOException cause) {
        channel.truncate(before);
        throw cause;
      }
    } catch (IOException cause) {
      throw AtomicFile.unwritable(path, cause);
    }
  }

  /**
   * Waits until all lines are on the disk.
   *
   * @throws UncheckedIOException naming the file if it cannot be written
   */
  void force() {
    try {
      channel.force(true);
    } catch (IOException cause) {
      throw AtomicFile.unwritable(path, cause);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The next line without its end; null if the file ends before the line does. */
  private static byte[] line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && line.size() < MAX_LINE; next = in.read()) {
      if (next == '\n') {
        return line.toByteArray();
      }
      line.write(next);
    }
    return null;
  }

  private static Optional<Json.Object> object(byte[] line) {
    try {
      return Optional.of(Json.parse(new String(line, StandardCharsets.UTF_8)).asObject("line"));
    } catch (JsonException damaged) {
      return Optional.empty();
    }
  }
}
