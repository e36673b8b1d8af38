package io.dfsnet.nn.file;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named tensors in the safetensors format (https://github.com/huggingface/safetensors), which holds
 * data only and cannot run code when it is read:
 *
 * <pre>
 *  offset 0         8                                8 + h
 *         +---------+--------------------------------+---------------------------------+
 *         | h (u64) | header: h bytes of JSON, UTF-8 | data: the tensors without a gap |
 *         +---------+--------------------------------+---------------------------------+
 *  header = {"__metadata__": {"key": "value"},
 *            "conv1.weight": {"dtype": "F32", "shape": [16,3,3,3], "data_offsets": [0,1728]}, ...}
 * </pre>
 *
 * Little-endian throughout. Written files hold F32 and are the same, byte for byte, for the same
 * tensors and metadata. Read files may hold F16, BF16 and F64 too, which become the nearest floats;
 * PyTorch's counters {@code *.num_batches_tracked} are left out, because no operation reads them.
 *
 * @param tensors by name, in the order of their data
 * @param metadata free texts
 */
public record SafeTensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /**
   * The longest header, in bytes. The format allows 100 MB; this is enough for more than 30,000
   * tensors and keeps what a hostile header can allocate small.
   */
  static final int HEADER_LIMIT = 1 << 22;

  private static final int NAME_LIMIT = 512;

  /**
   * @throws FileFormatException if a name is empty, too long, reserved or not printable
   */
  public SafeTensors {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    tensors.keySet().forEach(name -> requireName("safetensors", name));
  }

  /**
   * Reads a file.
   *
   * @throws FileFormatException if it is no safetensors file, truncated, or holds other types
   * @throws UncheckedIOException if it cannot be read
   */
  public static SafeTensors read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      return new SafeTensorsReader(channel, channel.size(), file.toString()).read();
    } catch (NoSuchFileException missing) {
      throw new UncheckedIOException(new IOException(file + ": does not exist", missing));
    } catch (IOException cause) {
      throw new UncheckedIOException(
          new IOException(file + ": cannot be read: " + cause.getMessage(), cause));
    }
  }

  /**
   * Reads bytes, called {@code source} in errors.
   *
   * @throws FileFormatException as {@link #read(Path)}
   */
  public static SafeTensors fromBytes(byte[] bytes, String source) {
    try (var channel = Channels.newChannel(new ByteArrayInputStream(bytes))) {
      return new SafeTensorsReader(channel, bytes.length, source).read();
    } catch (IOException impossible) {
      throw new AssertionError("bytes in memory cannot fail to be read", impossible);
    }
  }

  /**
   * Writes a file atomically, see {@link AtomicFile}.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    byte[] header = header();
    AtomicFile.write(file, out -> writeTo(header, out));
  }

  /** The bytes of the file. */
  public byte[] toBytes() {
    byte[] header = header();
    long size = Long.BYTES + header.length + dataSize();
    if (size > Integer.MAX_VALUE - 8) {
      throw new FileFormatException(
          "safetensors", size + " bytes do not fit into an array; write a file instead");
    }
    var out = new ByteArrayOutputStream((int) size);
    try {
      writeTo(header, out);
    } catch (IOException impossible) {
      throw new AssertionError("bytes in memory cannot fail to be written", impossible);
    }
    return out.toByteArray();
  }

  static void requireName(String source, String name) {
    if (name.isEmpty()
        || name.length() > NAME_LIMIT
        || name.equals(METADATA)
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new FileFormatException(
          source,
          "a tensor's name has 1 to "
              + NAME_LIMIT
              + " printable characters, found "
              + Json.excerpt(name));
    }
  }

  private long dataSize() {
    return tensors.values().stream()
        .mapToLong(tensor -> (long) tensor.data().length * Float.BYTES)
        .sum();
  }

  /** The header, padded with spaces so that the data begin at a multiple of 8. */
  private byte[] header() {
    Json.Builder header = Json.object();
    if (!metadata.isEmpty()) {
      Json.Builder texts = Json.object();
      metadata.forEach(texts::put);
      header.put(METADATA, texts.build());
    }
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      long end = offset + (long) tensor.data().length * Float.BYTES;
      header.put(
          entry.getKey(),
          Json.object()
              .put("dtype", ElementType.F32.name())
              .put("shape", Json.integers(tensor.shape().toArray()))
              .put("data_offsets", Json.integers(offset, end))
              .build());
      offset = end;
    }
    String json = header.build().toString();
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    byte[] padded = (json + " ".repeat(-length & 7)).getBytes(StandardCharsets.UTF_8);
    if (padded.length > HEADER_LIMIT) {
      throw new FileFormatException(
          "safetensors", "a header has at most " + HEADER_LIMIT + " bytes, found " + padded.length);
    }
    return padded;
  }

  private void writeTo(byte[] header, OutputStream out) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    out.write(chunk.putLong(header.length).array(), 0, Long.BYTES);
    out.write(header);
    for (Tensor tensor : tensors.values()) {
      chunk.clear();
      for (float value : tensor.data()) {
        if (!chunk.hasRemaining()) {
          out.write(chunk.array(), 0, chunk.position());
          chunk.clear();
        }
        chunk.putFloat(value);
      }
      out.write(chunk.array(), 0, chunk.position());
    }
  }
}
