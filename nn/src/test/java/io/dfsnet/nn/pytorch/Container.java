package io.dfsnet.nn.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The two formats of a checkpoint, written by hand; the zip file by the JDK. */
enum Container {
  ZIP {
    @Override
    byte[] write(byte[] object, Map<String, Storage> storages) {
      Map<String, byte[]> entries = new LinkedHashMap<>();
      entries.put("net/data.pkl", object);
      entries.put("net/byteorder", "little".getBytes());
      storages.forEach((key, storage) -> entries.put("net/data/" + key, storage.bytes()));
      entries.put("net/version", "3\n".getBytes());
      return zip(entries);
    }
  },
  STREAM {
    @Override
    byte[] write(byte[] object, Map<String, Storage> storages) {
      var out = new ByteArrayOutputStream();
      out.writeBytes(Pickle.of(p -> p.wide(new BigInteger("1950a86a20f9469cfc6c", 16))));
      out.writeBytes(Pickle.of(p -> p.number(1001)));
      out.writeBytes(Pickle.of(p -> p.dictionary(d -> d.text("little_endian").op(Opcode.NEWTRUE))));
      out.writeBytes(object);
      out.writeBytes(
          Pickle.of(
              p -> {
                p.op(Opcode.EMPTY_LIST).op(Opcode.MARK);
                storages.keySet().forEach(p::text);
                p.op(Opcode.APPENDS);
              }));
      storages.forEach(
          (key, storage) -> {
            out.writeBytes(
                ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(storage.elements())
                    .array());
            out.writeBytes(storage.bytes());
          });
      return out.toByteArray();
    }
  };

  /** The bytes of a storage. */
  record Storage(long elements, byte[] bytes) {}

  abstract byte[] write(byte[] object, Map<String, Storage> storages);

  /** One storage of floats, called {@code "0"}. */
  byte[] write(byte[] object, float... values) {
    return write(object, Map.of("0", floats(values)));
  }

  static Storage floats(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return new Storage(values.length, bytes.array());
  }

  /** A zip file of entries that are stored as they are. */
  static byte[] zip(Map<String, byte[]> entries) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> each : entries.entrySet()) {
        var entry = new ZipEntry(each.getKey());
        var checksum = new CRC32();
        checksum.update(each.getValue());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(each.getValue().length);
        entry.setCrc(checksum.getValue());
        out.putNextEntry(entry);
        out.write(each.getValue());
        out.closeEntry();
      }
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    return bytes.toByteArray();
  }
}
