package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dfsnet.nn.Hostile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile IDX files, plain and gzipped, are read or refused; see docs/fuzzing.md. */
class IdxFuzzTest {
  private static final int MOST = 100;

  @TempDir static Path folder;

  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] bytes) throws IOException {
    Path file = folder.resolve("idx");
    Files.write(file, bytes);
    reads(file);
    reads(file, 2, 3);
  }

  private static void reads(Path file, int... item) {
    Hostile.readOrRefused(DataException.class, () -> Idx.read(file, MOST, item))
        .ifPresent(
            idx -> {
              assertThat(idx.count()).isBetween(1, MOST);
              assertThat(idx.bytes()).hasSize(idx.count() * (item.length == 0 ? 1 : 6));
            });
  }

  static Stream<byte[]> seeds() throws IOException {
    byte[] labels = ByteBuffer.allocate(11).putInt(0x801).putInt(3).array();
    byte[] images =
        ByteBuffer.allocate(16 + 12).putInt(0x803).putInt(2).putInt(2).putInt(3).array();
    byte[] wrongCount = images.clone();
    wrongCount[4] = 0x7f;
    return Stream.of(
        labels, images, wrongCount, MnistTest.gzip(labels), MnistTest.gzip(images), new byte[0]);
  }
}
