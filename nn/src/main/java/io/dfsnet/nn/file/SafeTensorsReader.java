package io.dfsnet.nn.file;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads safetensors from a channel whose length is known. Nothing is allocated before its size has
 * been checked against that length, so that a hostile file costs no more memory than a good one as
 * long as it.
 */
final class SafeTensorsReader {
  private static final int RANK_LIMIT = 8;
  private static final int CHUNK = 1 << 16;

  private final ReadableByteChannel channel;
  private final long size;
  private final String source;

  /** How many bytes have been read. */
  private long position;

  SafeTensorsReader(ReadableByteChannel channel, long size, String source) {
    this.channel = channel;
    this.size = size;
    this.source = source;
  }

  SafeTensors read() throws IOException {
    Json.Object header = header();
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Entry> entries = new ArrayList<>();
    try {
      for (String name : header.members().keySet()) {
        Json.Object value = header.object(name);
        if (name.equals(SafeTensors.METADATA)) {
          value.members().keySet().forEach(key -> metadata.put(key, value.text(key)));
        } else {
          entries.add(entry(name, value));
        }
      }
    } catch (JsonException cause) {
      throw refuse("header: " + cause.getMessage(), cause);
    }
    entries.sort(Comparator.comparingLong(Entry::begin));
    requireContiguous(entries, size - position);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (entry.type() == null) {
        fill(ByteBuffer.allocate(Long.BYTES));
      } else {
        tensors.put(entry.name(), new Tensor(entry.shape(), values(entry)));
      }
    }
    return new SafeTensors(tensors, metadata);
  }

  /**
   * What the header says of a tensor.
   *
   * @param type how its elements are stored, null for a counter
   */
  private record Entry(String name, ElementType type, Shape shape, long begin, long end) {
    long bytes() {
      return (long) shape.elements() * (type == null ? Long.BYTES : type.bytes());
    }
  }

  private Json.Object header() throws IOException {
    if (size < Long.BYTES) {
      throw refuse("has " + size + " bytes, a safetensors file has at least 8; it is truncated");
    }
    long length = fill(ByteBuffer.allocate(Long.BYTES)).getLong();
    if (length < 2 || length > SafeTensors.HEADER_LIMIT) {
      throw refuse(
          "begins with a header length of "
              + Long.toUnsignedString(length)
              + ", from 2 to "
              + SafeTensors.HEADER_LIMIT
              + " is read here; is it a safetensors file?");
    }
    if (length > size - position) {
      throw refuse(
          "its header of "
              + length
              + " bytes does not fit into its "
              + size
              + " bytes; it is truncated or no safetensors file");
    }
    ByteBuffer bytes = fill(ByteBuffer.allocate((int) length));
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return Json.parse(text, SafeTensors.HEADER_LIMIT).asObject("the header");
    } catch (CharacterCodingException cause) {
      throw refuse("header: is not UTF-8; is it a safetensors file?", cause);
    } catch (JsonException cause) {
      throw refuse("header: " + cause.getMessage(), cause);
    }
  }

  private Entry entry(String name, Json.Object json) {
    SafeTensors.requireName(source, name);
    long[] offsets = json.array("data_offsets").integers("data_offsets");
    if (offsets.length != 2 || offsets[0] < 0 || offsets[1] < offsets[0]) {
      throw refuse(
          "tensor '" + name + "': data_offsets are a begin and an end, found " + text(offsets));
    }
    Shape shape = shape(name, json.array("shape").integers("shape"));
    ElementType type = type(name, json.text("dtype"), shape);
    Entry entry = new Entry(name, type, shape, offsets[0], offsets[1]);
    if (offsets[1] - offsets[0] != entry.bytes()) {
      throw refuse(
          "tensor '"
              + name
              + "': shape "
              + shape
              + " of "
              + json.text("dtype")
              + " needs "
              + entry.bytes()
              + " bytes, its data_offsets "
              + text(offsets)
              + " enclose "
              + (offsets[1] - offsets[0]));
    }
    return entry;
  }

  private ElementType type(String name, String dtype, Shape shape) {
    for (ElementType type : ElementType.values()) {
      if (type.name().equals(dtype)) {
        return type;
      }
    }
    if (dtype.equals("I64") && Weights.isCounter(name) && shape.elements() == 1) {
      return null;
    }
    throw refuse(
        "tensor '"
            + name
            + "': has type "
            + Json.excerpt(dtype)
            + ", only "
            + Arrays.toString(ElementType.values())
            + " are read; convert it");
  }

  private Shape shape(String name, long[] sizes) {
    if (sizes.length > RANK_LIMIT) {
      throw refuse(
          "tensor '"
              + name
              + "': has "
              + sizes.length
              + " axes, at most "
              + RANK_LIMIT
              + " are read");
    }
    long elements = 1;
    for (long axis : sizes) {
      // Both factors are below 2^31, so the product cannot overflow.
      elements = axis < 1 || axis > Integer.MAX_VALUE ? Long.MAX_VALUE : elements * axis;
      if (elements > Integer.MAX_VALUE) {
        throw refuse(
            "tensor '"
                + name
                + "': sizes are at least 1 and their product below 2^31, found "
                + text(sizes));
      }
    }
    return Shape.of(Arrays.stream(sizes).mapToInt(axis -> (int) axis).toArray());
  }

  private void requireContiguous(List<Entry> entries, long available) {
    long end = 0;
    for (Entry entry : entries) {
      if (entry.begin() != end) {
        throw refuse(
            "tensor '"
                + entry.name()
                + "': begins at "
                + entry.begin()
                + ", the one before ends at "
                + end
                + "; tensors lie one after another, without overlap or gap");
      }
      end = entry.end();
    }
    if (end > available) {
      throw refuse(
          "is truncated: its tensors need "
              + end
              + " bytes, "
              + available
              + " are there; copy or download it again");
    }
    if (end < available) {
      throw refuse("has " + (available - end) + " bytes behind its last tensor");
    }
  }

  private float[] values(Entry entry) throws IOException {
    float[] values = new float[entry.shape().elements()];
    int elementBytes = entry.type().bytes();
    ByteBuffer chunk =
        ByteBuffer.allocate((int) Math.min(CHUNK, entry.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    int next = 0;
    while (next < values.length) {
      int count = Math.min(values.length - next, chunk.capacity() / elementBytes);
      fill(chunk.clear().limit(count * elementBytes));
      entry.type().read(chunk, values, next, next + count);
      next += count;
    }
    return values;
  }

  /** Reads as many bytes as the buffer takes and makes it ready to be read, little-endian. */
  private ByteBuffer fill(ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer);
      if (count < 0) {
        throw refuse("ends after " + position + " bytes, it had " + size + "; was it changed?");
      }
      position += count;
    }
    return buffer.flip().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Numbers from the file as they stand in messages, which stay short. */
  private static String text(long[] numbers) {
    return numbers.length > RANK_LIMIT ? numbers.length + " numbers" : Arrays.toString(numbers);
  }

  private FileFormatException refuse(String rule) {
    return new FileFormatException(source, rule);
  }

  private FileFormatException refuse(String rule, Throwable cause) {
    return new FileFormatException(source, rule, cause);
  }
}
