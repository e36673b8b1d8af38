package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dfsnet.nn.Hostile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile CIFAR files are read or refused; see docs/fuzzing.md. */
class CifarFuzzTest {
  private static final int IMAGE = 3 * 32 * 32;

  @TempDir static Path folder;

  @MethodSource("seeds")
  @FuzzTest
  void readsOrRefuses(byte[] bytes) throws IOException {
    reads(Cifar.CIFAR10, bytes);
    reads(Cifar.CIFAR100, bytes);
  }

  private static void reads(Cifar cifar, byte[] bytes) throws IOException {
    Path file = folder.resolve(cifar.testFiles().getFirst());
    Files.write(file, bytes);
    Hostile.readOrRefused(DataException.class, () -> cifar.in(folder).test())
        .ifPresent(
            set -> {
              int record = cifar.labelBytes() + IMAGE;
              assertThat(set.size() * record).isEqualTo(bytes.length);
              for (int i = 0; i < set.size(); i++) {
                assertThat(set.label(i))
                    .isEqualTo(bytes[i * record + cifar.labelBytes() - 1] & 0xff);
              }
            });
  }

  static Stream<byte[]> seeds() {
    byte[] three = new byte[3 * (IMAGE + 2)];
    Arrays.fill(three, (byte) 9);
    return Stream.of(new byte[IMAGE + 1], new byte[IMAGE + 2], three);
  }
}
