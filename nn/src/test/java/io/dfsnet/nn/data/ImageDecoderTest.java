package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * Against Pillow 9.4: {@code expected.txt} holds SHA-256 of the planes that {@code convert("RGB")}
 * gives, and of torchvision's Resize and CenterCrop of them, computed by Pillow.
 */
class ImageDecoderTest {
  static final List<String> NAMES =
      List.of(
          "alpha.png",
          "black.png",
          "colour.jpg",
          "colour.png",
          "full.jpg",
          "grey-alpha.png",
          "grey.jpg",
          "grey.png",
          "palette.png",
          "profile.jpg",
          "profile.png");

  @Test
  void everyKindDecodesToTheBytesThatPillowGives() throws IOException {
    String[] expected = expected();
    for (String name : NAMES) {
      RgbImage image = ImageDecoder.decode(name, file(name));
      assertThat(image.width()).as(name).isEqualTo(61);
      assertThat(image.height()).as(name).isEqualTo(47);
      assertThat(expected).as(name).contains(name + " decoded " + sha256(image.bytes()));
    }
  }

  @Test
  void resizedAndCroppedItIsWhatPillowGives() throws IOException {
    String[] expected = expected();
    int compared = 0;
    for (String line : expected) {
      String[] words = line.split(" ");
      if (words.length == 4) {
        var crop = new CenterCrop(Integer.parseInt(words[1]), Integer.parseInt(words[2]));
        byte[] square = crop.apply(ImageDecoder.decode(words[0], file(words[0])));
        assertThat(sha256(square)).as(line).isEqualTo(words[3]);
        compared++;
      }
    }
    assertThat(compared).isEqualTo(5 * NAMES.size());
  }

  @Test
  void aColourProfileChangesNothing() throws IOException {
    assertThat(ImageDecoder.decode("p", file("profile.jpg")).bytes())
        .isEqualTo(ImageDecoder.decode("c", file("colour.jpg")).bytes());
    assertThat(ImageDecoder.decode("p", file("profile.png")).bytes())
        .isEqualTo(ImageDecoder.decode("c", file("colour.png")).bytes());
  }

  @Test
  void foreignFilesAreRefused() {
    assertRefused("a text file".getBytes(StandardCharsets.UTF_8), "x.jpg: is neither JPEG nor PNG");
    assertRefused(new byte[0], "x.jpg: is neither JPEG nor PNG");
    assertRefused("GIF89a".getBytes(StandardCharsets.UTF_8), "x.jpg: is neither JPEG nor PNG");
  }

  @Test
  void fourComponentsAreRefused() throws IOException {
    assertRefused(file("cmyk.jpg"), "x.jpg: JPEG files with 1 or 3 components", "CMYK");
  }

  /** A PNG of 45 bytes that says it has 3.6 10^9 pixels. */
  @Test
  void hugeImagesAreRefusedByTheirHeader() {
    assertRefused(png(60_000, 60_000), "at most 67108864 pixels", "60000x60000");
    assertRefused(png(1 << 20, 1), "1 to 65536", "1048576x1");
    assertRefused(png(Integer.MAX_VALUE, Integer.MAX_VALUE), "x.jpg: ");
  }

  /** Within the limits, but the file is too short for so many pixels. */
  @Test
  void headersThatClaimMoreThanTheFileHoldsAreRefused() {
    assertRefused(png(5_000, 5_000), "header says 5000x5000", "at most 15480 pixels");
  }

  @Test
  void hugeJpegsAreRefusedByTheirHeader() throws IOException {
    byte[] file = file("colour.jpg");
    int frame = 0;
    while ((file[frame] & 0xff) != 0xff || (file[frame + 1] & 0xff) != 0xc0) {
      frame++;
    }
    ByteBuffer.wrap(file).putShort(frame + 5, (short) 65500).putShort(frame + 7, (short) 65500);
    assertRefused(file, "at most 67108864 pixels", "65500x65500");
  }

  /** Ten bytes for each scan: without a limit a file may have millions. */
  @Test
  void filesOfTooManyScansAreRefused() {
    assertThat(JpegSegments.essential("x.jpg", scans(1000))).hasSize(2 + 13 + 1000 * 10);
    assertRefused(scans(1001), "x.jpg: JPEG files with at most 1000 scans", "it has 1001");
  }

  /** The beginning of a progressive file in grey, and scans of its first coefficient. */
  private static byte[] scans(int count) {
    HexFormat hex = HexFormat.of();
    byte[] frame = hex.parseHex("ffc2000b080010001001011100");
    byte[] scan = hex.parseHex("ffda0008010100000000");
    ByteBuffer file = ByteBuffer.allocate(2 + frame.length + count * scan.length);
    file.putShort((short) 0xffd8).put(frame);
    for (int i = 0; i < count; i++) {
      file.put(scan);
    }
    return file.array();
  }

  /** Cut anywhere, a file is refused or, where its decoder fills what is missing, has its size. */
  @Test
  void truncatedFilesAreRefusedOrWhole() throws IOException {
    for (String name : NAMES) {
      byte[] file = file(name);
      for (int length = 0; length < file.length; length += 13) {
        try {
          RgbImage image = ImageDecoder.decode("x.jpg", Arrays.copyOf(file, length));
          assertThat(image.width()).isEqualTo(61);
        } catch (DataException refused) {
          assertThat(refused).hasMessageStartingWith("x.jpg: ");
        }
      }
    }
    assertRefused(Arrays.copyOf(file("colour.png"), 300), "x.jpg: ");
  }

  private static void assertRefused(byte[] file, String... words) {
    var refused = assertThatThrownBy(() -> ImageDecoder.decode("x.jpg", file));
    refused.isInstanceOf(DataException.class);
    for (String word : words) {
      refused.hasMessageContaining(word);
    }
  }

  /** The beginning of a PNG file: signature, header and an empty data chunk. */
  private static byte[] png(int width, int height) {
    byte[] header =
        ByteBuffer.allocate(17)
            .put("IHDR".getBytes(StandardCharsets.US_ASCII))
            .putInt(width)
            .putInt(height)
            .put(new byte[] {8, 2, 0, 0, 0})
            .array();
    byte[] data = "IDAT".getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(8 + 25 + 12)
        .putLong(0x89504e470d0a1a0aL)
        .putInt(13)
        .put(header)
        .putInt(crc(header))
        .putInt(0)
        .put(data)
        .putInt(crc(data))
        .array();
  }

  private static int crc(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static String[] expected() throws IOException {
    return new String(file("expected.txt"), StandardCharsets.US_ASCII).split("\n");
  }

  static byte[] file(String name) throws IOException {
    try (var in = ImageDecoderTest.class.getResourceAsStream("images/" + name)) {
      return in.readAllBytes();
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
