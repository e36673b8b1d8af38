package io.dfsnet.cli.tensorboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads event files from what TensorFlow's format says alone, with nothing of the writer: the
 * checksum bit by bit, and fields of messages by number.
 */
public final class EventReader {
  private EventReader() {}

  /**
   * An event.
   *
   * @param version null if the event tells none
   * @param start whether it tells that the run starts, or starts again
   */
  public record Event(
      double wallTime, long step, String version, boolean start, Map<String, Float> scalars) {}

  /** The events of a file; a last record that is torn is left out, as TensorBoard does. */
  public static List<Event> events(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.remaining() >= 12) {
      int begin = bytes.position();
      long length = bytes.getLong();
      requireCheck(file, bytes.array(), begin, 8, bytes.getInt());
      if (bytes.remaining() < length + 4) {
        break;
      }
      int data = bytes.position();
      bytes.position(data + (int) length);
      requireCheck(file, bytes.array(), data, (int) length, bytes.getInt());
      events.add(event(fields(bytes.slice(data, (int) length))));
    }
    return events;
  }

  /** What TensorBoard draws of a folder: by tag and step, what restarts make void left out. */
  public static Map<String, TreeMap<Long, Float>> curves(Path folder) throws IOException {
    Map<String, TreeMap<Long, Float>> curves = new LinkedHashMap<>();
    for (Path file : files(folder)) {
      for (Event event : events(file)) {
        if (event.start()) {
          curves.values().forEach(curve -> curve.tailMap(event.step(), true).clear());
        }
        event
            .scalars()
            .forEach(
                (tag, value) -> {
                  Float old =
                      curves.computeIfAbsent(tag, _ -> new TreeMap<>()).put(event.step(), value);
                  if (old != null) {
                    throw new AssertionError(tag + " is told twice of step " + event.step());
                  }
                });
      }
    }
    return curves;
  }

  /** The event files of a folder, in TensorBoard's order. */
  public static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().contains("tfevents"))
          .sorted()
          .toList();
    }
  }

  private static Event event(Map<Integer, List<Object>> fields) {
    Map<String, Float> scalars = new LinkedHashMap<>();
    for (Object summary : fields.getOrDefault(5, List.of())) {
      for (Object value : fields((ByteBuffer) summary).getOrDefault(1, List.of())) {
        Map<Integer, List<Object>> scalar = fields((ByteBuffer) value);
        scalars.put(text(scalar.get(1).getFirst()), (Float) scalar.get(2).getFirst());
      }
    }
    boolean start =
        fields.getOrDefault(7, List.of()).stream()
            .anyMatch(log -> fields((ByteBuffer) log).get(1).getFirst().equals(1L));
    return new Event(
        (Double) fields.get(1).getFirst(),
        (Long) fields.getOrDefault(2, List.of(0L)).getFirst(),
        fields.containsKey(3) ? text(fields.get(3).getFirst()) : null,
        start,
        scalars);
  }

  private static Map<Integer, List<Object>> fields(ByteBuffer message) {
    ByteBuffer bytes = message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, List<Object>> fields = new TreeMap<>();
    while (bytes.hasRemaining()) {
      long key = varint(bytes);
      Object value =
          switch ((int) (key & 7)) {
            case 0 -> varint(bytes);
            case 1 -> bytes.getDouble();
            case 2 -> {
              int length = Math.toIntExact(varint(bytes));
              ByteBuffer content = bytes.slice(bytes.position(), length);
              bytes.position(bytes.position() + length);
              yield content;
            }
            case 5 -> bytes.getFloat();
            default -> throw new AssertionError("wire type of key " + key);
          };
      fields.computeIfAbsent((int) (key >>> 3), _ -> new ArrayList<>()).add(value);
    }
    return fields;
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static String text(Object bytes) {
    return StandardCharsets.UTF_8.decode(((ByteBuffer) bytes).duplicate()).toString();
  }

  private static void requireCheck(Path file, byte[] bytes, int begin, int length, int found) {
    int crc = crc32c(bytes, begin, length);
    int wanted = (crc >>> 15 | crc << 17) + 0xa282ead8;
    if (found != wanted) {
      throw new AssertionError("%s: checksum %08x, not %08x".formatted(file, found, wanted));
    }
  }

  /** CRC-32C (RFC 3720, appendix B.4), reflected, a bit at a time. */
  static int crc32c(byte[] bytes, int begin, int length) {
    int crc = -1;
    for (int i = begin; i < begin + length; i++) {
      crc ^= bytes[i] & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
      }
    }
    return ~crc;
  }
}
