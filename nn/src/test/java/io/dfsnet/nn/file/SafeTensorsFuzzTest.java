package io.dfsnet.nn.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dfsnet.nn.Hostile;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile safetensors are read or refused; see docs/fuzzing.md. */
class SafeTensorsFuzzTest {
  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] file) {
    Hostile.readOrRefused(FileFormatException.class, () -> SafeTensors.fromBytes(file, "fuzz"))
        .ifPresent(
            read -> {
              byte[] written = read.toBytes();
              assertThat(SafeTensors.fromBytes(written, "again").toBytes()).isEqualTo(written);
            });
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
        SafeTensorsTest.sample().toBytes(),
        file("{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4),
        file("{\"a\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[0,2]}}", 2),
        file("{\"a\":{\"dtype\":\"F64\",\"shape\":[1,1],\"data_offsets\":[0,8]}}", 8));
  }

  /** A file of this header and zeros behind it. */
  private static byte[] file(String header, int data) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    byte[] file = new byte[Long.BYTES + json.length + data];
    file[0] = (byte) json.length;
    System.arraycopy(json, 0, file, Long.BYTES, json.length);
    return file;
  }
}
