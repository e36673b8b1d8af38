package io.dfsnet.nn.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.SmallJvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that want more than there is, each refused by name in a JVM that has little. */
class HostileSafeTensorsTest {
  private static final long GIBIBYTE = 1L << 30;

  @TempDir Path folder;

  static final class Reader implements Consumer<Path> {
    @Override
    public void accept(Path file) {
      NetworkFile.read(file);
    }
  }

  @Test
  void hostileFilesAreRefusedInLittleMemory() throws IOException, InterruptedException {
    String overlapping =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[8,24]}}";
    String huge =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483647],\"data_offsets\":[0,8589934588]}}";
    String wrapping =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}";
    List<Path> files =
        List.of(
            file("header of 2^60 bytes", 1L << 60, "{}", 0),
            file("header of 2^64 - 1 bytes", -1, "{}", 0),
            file("header as long as allowed, not there", SafeTensors.HEADER_LIMIT, "{}", 0),
            file("overlapping offsets", overlapping, 24),
            file("data of 8 GiB, not there", huge, GIBIBYTE),
            file("sizes whose product wraps around", wrapping, 0),
            file("zeros", "", GIBIBYTE),
            file("deep", "{\"a\":" + "[".repeat(SafeTensors.HEADER_LIMIT - 5), 0),
            file("many values", "{\"a\":[" + values(SafeTensors.HEADER_LIMIT - 6), 0),
            file(
                "one long text", "{\"a\":\"" + "x".repeat(SafeTensors.HEADER_LIMIT - 8) + "\"}", 0),
            file("many keys", keys(SafeTensors.HEADER_LIMIT), 0));
    assertThat(SmallJvm.open(Reader.class, files))
        .zipSatisfy(
            List.of(
                "begins with a header length of 1152921504606846976",
                "begins with a header length of 18446744073709551615",
                "it is truncated or no safetensors file",
                "tensor 'b': begins at 8, the one before ends at 16",
                "is truncated: its tensors need 8589934588 bytes",
                "sizes are at least 1 and their product below 2^31",
                "begins with a header length of 0",
                "nest at most 64 deep",
                "values are read",
                "must be an object, found a text",
                "values are read"),
            (outcome, rule) ->
                assertThat(outcome).startsWith("FileFormatException: " + folder).contains(rule));
  }

  private static String values(int length) {
    return "0,".repeat(length / 2);
  }

  /** A member every six characters, which cost the most memory. */
  private static String keys(int length) {
    StringBuilder keys = new StringBuilder("{");
    for (int i = 0; keys.length() < length - 20; i++) {
      keys.append('"').append(Integer.toString(i, 36)).append("\":0,");
    }
    return keys.append("\"\":0}").toString();
  }

  private Path file(String name, String header, long data) throws IOException {
    return file(name, header.length(), header, data);
  }

  /** A file whose data are a hole, which takes no room on the disk. */
  private Path file(String name, long length, String header, long data) throws IOException {
    Path file = folder.resolve(name.replaceAll("[^a-z0-9]+", "-") + ".safetensors");
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    try (var out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
      out.write(json);
      out.setLength(Long.BYTES + json.length + data);
    }
    return file;
  }
}
