package io.dfsnet.cli.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.ofEpochMilli(1_234_567_890_500L));

  @TempDir Path folder;

  /** RFC 3720, appendix B.4: the checksum of 32 bytes of zero is the bytes aa 36 91 8a. */
  @Test
  void theReadersChecksumIsTheStandards() {
    assertThat(EventReader.crc32c(new byte[32], 0, 32)).isEqualTo(0x8a9136aa);
    byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
    assertThat(EventReader.crc32c(digits, 0, 9)).isEqualTo(0xe3069283);
  }

  /**
   * The bytes, worked out by hand from the two .proto files; the checksums by a bitwise CRC32C:
   *
   * <pre>
   * python3 -c "
   * import struct
   * def crc(b):
   *     c = 0xffffffff
   *     for x in b:
   *         c ^= x
   *         for _ in range(8): c = c >> 1 ^ (0x82f63b78 if c & 1 else 0)
   *     return c ^ 0xffffffff
   * def mask(b): return struct.pack('<I', ((crc(b) >> 15 | crc(b) << 17) + 0xa282ead8) % 2**32)
   * d = b'\\x09' + struct.pack('<d', 1234567890.5) + b'\\x10\\x00\\x1a\\x0dbrain.Event:2'
   * n = struct.pack('<Q', len(d))
   * print((n + mask(n) + d + mask(d)).hex())"
   * </pre>
   */
  @Test
  void beginsWithTheVersion() throws IOException {
    EventFile.begin(folder, 1, CLOCK).close();
    byte[] bytes = Files.readAllBytes(folder.resolve("events.out.tfevents.1234567890.dfs"));
    assertThat(HexFormat.of().formatHex(bytes))
        .startsWith(
            "1a00000000000000129bd82d090000a0b48065d24110001a0d627261696e"
                + "2e4576656e743a3273bf9b80");
  }

  @Test
  void tellsScalarsThatAnIndependentReaderFinds() throws IOException {
    try (var file = EventFile.begin(folder, 1, CLOCK)) {
      file.scalars(50, Map.of("train/loss", 2.5));
      Path path = EventReader.files(folder).getFirst();
      assertThat(EventReader.events(path)).as("before it is closed").hasSize(3);
      file.scalars(1L << 40, new TreeMap<>(Map.of("test/accuracy", 0.25, "rate", Double.NaN)));
    }
    var events = EventReader.events(EventReader.files(folder).getFirst());
    assertThat(events)
        .containsExactly(
            new EventReader.Event(1_234_567_890.5, 0, "brain.Event:2", false, Map.of()),
            new EventReader.Event(1_234_567_890.5, 1, null, true, Map.of()),
            new EventReader.Event(1_234_567_890.5, 50, null, false, Map.of("train/loss", 2.5f)),
            new EventReader.Event(
                1_234_567_890.5,
                1L << 40,
                null,
                false,
                Map.of("test/accuracy", 0.25f, "rate", Float.NaN)));
  }

  @Test
  void aStartThatGoesOnMakesLaterStepsOfEarlierFilesVoid() throws IOException {
    try (var file = EventFile.begin(folder, 1, CLOCK)) {
      for (int step = 1; step <= 4; step++) {
        file.scalars(step, Map.of("loss", (double) step));
      }
    }
    Path first = EventReader.files(folder).getFirst();
    byte[] bytes = Files.readAllBytes(first);
    Files.write(first, Arrays.copyOf(bytes, bytes.length - 3));
    // A clock that was set back must not bring the new file before the old one.
    try (var file = EventFile.begin(folder, 3, InstantSource.fixed(Instant.ofEpochSecond(1)))) {
      file.scalars(3, Map.of("loss", 30.0));
    }
    assertThat(EventReader.files(folder)).hasSize(2);
    assertThat(EventReader.curves(folder))
        .isEqualTo(Map.of("loss", new TreeMap<>(Map.of(1L, 1f, 2L, 2f, 3L, 30f))));
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> EventFile.begin(folder.resolve("none"), 1, CLOCK))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContainingAll("none", "cannot be written");
  }
}
