package io.dfsnet.nn.pytorch;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * What {@code torch.save} wrote before PyTorch 1.6, and writes today on request: five pickles and
 * the storages, one after another ({@code torch/serialization.py}, {@code _legacy_save}).
 *
 * <pre>
 *  +--------------+----------+-------------+--------+------------------+----------+----------+---
 *  | magic number | protocol | system      | object | keys of storages | storage  | storage  | ...
 *  | 0x1950a86... | 1001     | information |        | in their order   |          |          |
 *  +--------------+----------+-------------+--------+------------------+----------+----------+---
 *    each a pickle                                                      \ elements (u64), then they
 * </pre>
 *
 * Storages are little-endian, whatever machine wrote them.
 */
final class StreamFormat {
  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long PROTOCOL = 1001;

  private final ByteSource source;
  private final PickleInput in;

  private StreamFormat(ByteSource source) {
    this.source = source;
    this.in = new PickleInput(source, 0, source.length());
  }

  static Archive open(ByteSource source) throws IOException {
    return new StreamFormat(source).open();
  }

  private Archive open() throws IOException {
    if (!(next() instanceof Pickled.Wide(BigInteger magic)) || !magic.equals(MAGIC)) {
      throw source.refuse("is a pickle, but none of PyTorch: its magic number is not there");
    }
    if (!(next() instanceof Pickled.Int(long protocol)) || protocol != PROTOCOL) {
      throw source.refuse(
          "is a checkpoint of another version than "
              + PROTOCOL
              + "; load it in PyTorch and save it again");
    }
    next(); // System information: the sizes of numbers where it was written.
    var rebuild = new Rebuild(source);
    Pickled object = new Unpickler(in, rebuild).load();
    if (!(next() instanceof Pickled.Sequence keys)) {
      throw source.refuse("holds no list of its storages");
    }
    return new Archive(
        object, locate(keys, rebuild.storages(), in.position()), ByteOrder.LITTLE_ENDIAN);
  }

  private Pickled next() throws IOException {
    return new Unpickler(in, new Rebuild(source)).load();
  }

  /**
   * @param begin where the first storage begins
   */
  private Map<String, Long> locate(
      Pickled.Sequence keys, Map<String, Pickled.Storage> storages, long begin) throws IOException {
    Map<String, Long> located = new HashMap<>();
    ByteBuffer count = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long at = begin;
    for (Pickled each : keys.elements()) {
      Pickled.Storage storage = each instanceof Pickled.Text(String key) ? storages.get(key) : null;
      if (storage == null || located.containsKey(storage.key())) {
        throw source.refuse("lists a storage twice, or one that its object does not have");
      }
      long elements = source.read(at, count.clear()).getLong();
      if (elements != storage.elements()) {
        throw source.refuse(
            "the storage at byte "
                + at
                + " has "
                + elements
                + " elements, its object says "
                + storage.elements()
                + "; it is damaged");
      }
      at += Long.BYTES;
      located.put(storage.key(), at);
      // Checked against the length of the file where the object was read.
      at += elements * storage.type().bytes();
    }
    requireAll(storages, located);
    if (at > source.length()) {
      throw source.refuse(
          "is truncated: its storages end at byte "
              + at
              + ", it has "
              + source.length()
              + "; copy or download it again");
    }
    return located;
  }

  private void requireAll(Map<String, Pickled.Storage> storages, Map<String, Long> located) {
    if (located.size() < storages.size()) {
      throw source.refuse(
          "has " + located.size() + " storages, its object refers to " + storages.size());
    }
  }
}
