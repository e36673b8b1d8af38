package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dfsnet.distrib.DistributedException.Code;
import io.dfsnet.nn.Seeds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FrameTest {
  private static final Frame EXAMPLE =
      new Frame(new Version(1, 0), FrameType.DATA, 0x01020304, 5, 6, 7, 8);

  /** Worked out by hand from the drawing; the checksums come from a bitwise CRC32C. */
  private static final String EXAMPLE_BYTES =
      "4446534e 01 00 0a 00 01020304 0000000000000005 0006 0007 00000008 04532ab6"
          + " 0000803f 000000c0 aa36f2c9";

  @Test
  void theBytesOfAFrameAreThoseOfTheDrawing() throws IOException {
    byte[] golden = golden();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FrameWriter writer = new FrameWriter(out);
    writer.begin(EXAMPLE);
    writer.floats(new float[] {1, -2}, 0, 2);
    writer.end();
    writer.flush();
    assertThat(out.toByteArray()).isEqualTo(golden);

    FrameReader reader = new FrameReader(new ByteArrayInputStream(golden));
    assertThat(reader.next()).isEqualTo(EXAMPLE);
    float[] values = new float[2];
    reader.floats(values, 0, 2);
    reader.end();
    assertThat(values).containsExactly(1, -2);
  }

  @ParameterizedTest
  @CsvSource({
    "0, a frame begins with 4446534e",
    "4, the header's checksum",
    "6, the header's checksum",
    "7, the header's checksum",
    "8, the header's checksum",
    "12, the header's checksum",
    "20, the header's checksum",
    "22, the header's checksum",
    "24, the header's checksum",
    "28, the header's checksum",
    "32, the payload's checksum",
    "39, the payload's checksum",
    "40, the payload's checksum"
  })
  void everyDamagedFieldIsNoticed(int offset, String message) {
    for (int bit = 0; bit < 8; bit++) {
      byte[] damaged = golden();
      damaged[offset] ^= (byte) (1 << bit);
      assertThatThrownBy(() -> readExample(damaged))
          .isInstanceOf(DistributedException.class)
          .hasMessageContaining(message)
          .extracting(failure -> ((DistributedException) failure).code())
          .isEqualTo(Code.PROTOCOL_VIOLATION);
    }
  }

  @Test
  void everyTurnedBitIsNoticed() {
    for (int bit = 0; bit < 8 * golden().length; bit++) {
      byte[] damaged = golden();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(
              catchThrowableOfType(DistributedException.class, () -> readExample(damaged)).code())
          .as("bit %d", bit)
          .isEqualTo(Code.PROTOCOL_VIOLATION);
    }
  }

  /** The checksum is right, so it is the rule that refuses. */
  @ParameterizedTest
  @CsvSource({
    "6, 0, no frame has the type 0",
    "6, 14, no frame has the type 14",
    "6, 255, no frame has the type 255",
    "7, 1, no flags exist in this version",
    "24, 128, found 2147483656"
  })
  void everyImpossibleFieldIsRefused(int offset, int value, String message) {
    byte[] frame = golden();
    frame[offset] = (byte) value;
    Wire.sealHeader(frame);
    assertThatThrownBy(() -> readExample(frame))
        .isInstanceOf(DistributedException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @EnumSource(
      value = FrameType.class,
      names = {"INFER", "DATA", "RESULT"},
      mode = EnumSource.Mode.EXCLUDE)
  void aLengthBeyondTheTypesIsRefusedBeforeAnythingIsRead(FrameType type) {
    byte[] frame = Wire.frame(type.number(), 1, 0, Frame.NONE, 0, type.limit() + 1, new byte[0]);
    FrameReader reader = new FrameReader(new ByteArrayInputStream(frame));
    assertThatThrownBy(reader::next)
        .isInstanceOf(DistributedException.class)
        .hasMessageContaining(type + ": at most " + type.limit() + " bytes");
  }

  @Test
  void theEndOfTheStreamIsAFailureEverywhere() {
    byte[] golden = golden();
    for (int length = 0; length < golden.length; length++) {
      byte[] cut = Arrays.copyOf(golden, length);
      assertThatThrownBy(() -> readExample(cut))
          .as("cut at %d", length)
          .isInstanceOf(EOFException.class)
          .hasMessage(
              length == 0
                  ? "the connection ended"
                  : "the connection ended in the middle of a frame");
    }
  }

  @Test
  void aPayloadIsReadWholeAndNotBeyond() throws IOException {
    FrameReader reader = new FrameReader(new ByteArrayInputStream(golden()));
    reader.next();
    assertThatThrownBy(() -> reader.floats(new float[3], 0, 3))
        .hasMessageContaining("4 bytes of payload are missing");
    reader.floats(new float[1], 0, 1);
    assertThatThrownBy(reader::end).hasMessageContaining("4 bytes of payload more");
    reader.skip();
    reader.end();
    assertThatThrownBy(reader::next).isInstanceOf(EOFException.class);
  }

  @Test
  void framesOfAllSizesComeBackHoweverTheStreamIsCut() throws IOException {
    RandomGenerator random = Seeds.random(TestModels.SEED, "frames");
    List<Integer> sizes = List.of(0, 1, 3, 1000, 16_384, 16_385, 100_001, 2, 0, 50_000);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    FrameWriter writer = new FrameWriter(out);
    float[][] tensors = new float[sizes.size()][];
    for (int i = 0; i < tensors.length; i++) {
      tensors[i] = new float[sizes.get(i)];
      for (int j = 0; j < tensors[i].length; j++) {
        tensors[i][j] = Float.intBitsToFloat(random.nextInt());
      }
      byte[] prefix = new byte[i];
      random.nextBytes(prefix);
      writer.begin(
          new Frame(new Version(1, 0), FrameType.DATA, 1, i, i, i, i + Float.BYTES * sizes.get(i)));
      writer.bytes(prefix, 0, i);
      writer.floats(tensors[i], 0, sizes.get(i));
      writer.end();
    }
    writer.flush();

    FrameReader reader = new FrameReader(new Dribble(out.toByteArray(), random));
    for (int i = 0; i < tensors.length; i++) {
      Frame frame = reader.next();
      assertThat(frame.request()).isEqualTo(i);
      reader.bytes(new byte[i], 0, i);
      float[] read = new float[tensors[i].length];
      reader.floats(read, 0, read.length);
      reader.end();
      for (int j = 0; j < read.length; j++) {
        // NaN payloads too: the wire carries bits, not numbers.
        assertThat(Float.floatToRawIntBits(read[j]))
            .isEqualTo(Float.floatToRawIntBits(tensors[i][j]));
      }
    }
  }

  private static void readExample(byte[] bytes) throws IOException {
    FrameReader reader = new FrameReader(new ByteArrayInputStream(bytes));
    reader.next();
    reader.floats(new float[2], 0, 2);
    reader.end();
  }

  private static byte[] golden() {
    return HexFormat.of().parseHex(EXAMPLE_BYTES.replace(" ", ""));
  }

  /** Gives a few bytes at a time, as a network may. */
  private static final class Dribble extends InputStream {
    private final ByteArrayInputStream bytes;
    private final RandomGenerator random;

    Dribble(byte[] bytes, RandomGenerator random) {
      this.bytes = new ByteArrayInputStream(bytes);
      this.random = random;
    }

    @Override
    public int read() {
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int count) {
      int most = random.nextInt(10) == 0 ? 5 : 5000;
      return bytes.read(target, offset, Math.min(count, 1 + random.nextInt(most)));
    }
  }
}
