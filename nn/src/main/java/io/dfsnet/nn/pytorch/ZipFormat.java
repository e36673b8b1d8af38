package io.dfsnet.nn.pytorch;

import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code torch.save} writes since PyTorch 1.6: a zip file whose entries are not compressed.
 *
 * <pre>
 *  NAME/data.pkl     the pickle
 *  NAME/byteorder    "little" or "big"; little where it is missing
 *  NAME/data/KEY     the elements of a storage
 *  NAME/version      of the format, and others that nothing here reads
 * </pre>
 */
final class ZipFormat {
  private static final byte[] SIGNATURE = {'P', 'K', 3, 4};
  private static final String PICKLE = "/data.pkl";

  /** "little" is the longest. */
  private static final int ORDER_LIMIT = 16;

  private final ByteSource source;
  private final Map<String, ZipDirectory.Extent> entries;

  private ZipFormat(ByteSource source, Map<String, ZipDirectory.Extent> entries) {
    this.source = source;
    this.entries = entries;
  }

  /** Whether the bytes begin as those of a zip file. */
  static boolean matches(ByteSource source) throws IOException {
    return source.length() >= SIGNATURE.length
        && ByteBuffer.wrap(SIGNATURE).equals(source.read(0, ByteBuffer.allocate(SIGNATURE.length)));
  }

  static Archive open(ByteSource source) throws IOException {
    return new ZipFormat(source, ZipDirectory.read(source)).open();
  }

  /** A name from a file as it stands in messages: short, on one line. */
  static String quoted(String name) {
    return Json.excerpt(name);
  }

  private Archive open() throws IOException {
    String folder = folder();
    ZipDirectory.Extent pickle = entries.get(folder + PICKLE);
    var rebuild = new Rebuild(source);
    var in = new PickleInput(source, pickle.begin(), pickle.begin() + pickle.length());
    Pickled object = new Unpickler(in, rebuild).load();
    Map<String, Long> located = new HashMap<>();
    for (Pickled.Storage storage : rebuild.storages().values()) {
      located.put(storage.key(), locate(folder, storage));
    }
    return new Archive(object, located, order(folder));
  }

  private String folder() {
    List<String> pickles =
        entries.keySet().stream()
            .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.lastIndexOf('/'))
            .toList();
    if (pickles.size() != 1) {
      throw source.refuse(
          "is a zip file with "
              + pickles.size()
              + " entries NAME"
              + PICKLE
              + ", a checkpoint of PyTorch has one");
    }
    String pickle = pickles.getFirst();
    return pickle.substring(0, pickle.length() - PICKLE.length());
  }

  private long locate(String folder, Pickled.Storage storage) {
    ZipDirectory.Extent extent = entries.get(folder + "/data/" + storage.key());
    long wanted = storage.elements() * storage.type().bytes();
    if (extent == null || extent.length() != wanted) {
      throw source.refuse(
          "storage "
              + quoted(storage.key())
              + " needs an entry of "
              + wanted
              + " bytes, "
              + (extent == null ? "none is there" : "it has " + extent.length())
              + "; it is damaged");
    }
    return extent.begin();
  }

  private ByteOrder order(String folder) throws IOException {
    ZipDirectory.Extent extent = entries.get(folder + "/byteorder");
    if (extent == null) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    int length = (int) Math.min(ORDER_LIMIT, extent.length());
    byte[] bytes = source.read(extent.begin(), ByteBuffer.allocate(length)).array();
    return switch (new String(bytes, StandardCharsets.US_ASCII).strip()) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      case String other ->
          throw source.refuse("its bytes are little or big, found " + quoted(other));
    };
  }
}
