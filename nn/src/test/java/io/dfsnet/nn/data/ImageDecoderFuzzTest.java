package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dfsnet.nn.Hostile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.params.provider.MethodSource;

/** Hostile JPEG and PNG files are decoded or refused; see docs/fuzzing.md. */
class ImageDecoderFuzzTest {

  @MethodSource("seeds")
  @FuzzTest
  void decodesOrRefuses(byte[] bytes) {
    Hostile.readOrRefused(DataException.class, () -> ImageDecoder.decode("fuzz", bytes))
        .ifPresent(
            image ->
                assertThat(new CenterCrop(8, 7).apply(image)).hasSize(RgbImage.CHANNELS * 7 * 7));
  }

  static Stream<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (int type :
        new int[] {
          BufferedImage.TYPE_3BYTE_BGR,
          BufferedImage.TYPE_BYTE_GRAY,
          BufferedImage.TYPE_BYTE_INDEXED,
          BufferedImage.TYPE_4BYTE_ABGR,
          BufferedImage.TYPE_USHORT_GRAY,
          BufferedImage.TYPE_BYTE_BINARY
        }) {
      var image = new BufferedImage(9, 5, type);
      image.setRGB(3, 2, 0xff4080c0);
      for (String format : List.of("png", "jpeg")) {
        var bytes = new ByteArrayOutputStream();
        if (ImageIO.write(image, format, bytes)) {
          seeds.add(bytes.toByteArray());
        }
      }
    }
    seeds.add("a text file named .jpg".getBytes(StandardCharsets.US_ASCII));
    return seeds.stream();
  }
}
