package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
  private static final int PIXELS = 28 * 28;
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;

  @TempDir Path folder;

  @Test
  void plainAndGzippedFilesAreRead() throws IOException {
    write("train-images-idx3-ubyte", images(3));
    write("train-labels-idx1-ubyte.gz", gzip(labels(3, 0, 9)));
    write("t10k-images-idx3-ubyte.gz", gzip(images(1)));
    write("t10k-labels-idx1-ubyte", labels(7));
    DataSource source = DataSources.open("mnist:" + folder);

    assertThat(source.train()).hasToString("mnist train: 3 images [1, 28, 28] of 10 classes");
    assertThat(source.train().labels()).containsExactly(3, 0, 9);
    assertThat(source.train().pixel(2, 0, 27, 26)).isEqualTo((3 * PIXELS - 2) % 251);
    assertThat(source.test().labels()).containsExactly(7);
  }

  @Test
  void normalisationIsThatOfTheDataSet() throws IOException {
    test(images(1), labels(0));
    assertThat(firstLevel("mnist:")).isEqualTo((0 - 0.1307f) / 0.3081f);
    assertThat(firstLevel("fashion-mnist:")).isEqualTo((0 - 0.2860f) / 0.3530f);
  }

  @Test
  void aMissingPartIsNamedAndTheOtherServes() throws IOException {
    test(images(1), labels(0));
    DataSource source = DataSources.open("fashion-mnist:" + folder);
    assertThat(source.test().size()).isEqualTo(1);
    assertThatThrownBy(source::train)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder.resolve("train-images-idx3-ubyte") + ": does not exist")
        .hasMessageContaining("nor does train-images-idx3-ubyte.gz")
        .hasMessageContaining("fashion-mnist");
  }

  @Test
  void imagesAndLabelsInEachOthersPlaceAreRefused() throws IOException {
    test(labels(1), labels(1));
    assertRefused("t10k-images-idx3-ubyte: begins with 00000801", "begins with 00000803");
    test(images(1), images(1));
    assertRefused("t10k-labels-idx1-ubyte: begins with 00000803");
  }

  @Test
  void foreignFilesAreRefused() throws IOException {
    test("these are no images at all".getBytes(), labels(1));
    assertRefused("t10k-images-idx3-ubyte: begins with 74686573");
    test(new byte[0], labels(1));
    assertRefused("t10k-images-idx3-ubyte: ends in the middle");
    test(new byte[] {0x1f, (byte) 0x8b, 8, 0}, labels(1));
    assertRefused("t10k-images-idx3-ubyte: ends in the middle");
    // Numbers of four bytes, type 0c, are IDX too, but no images.
    test(idx(0xc03, new byte[4 * PIXELS], 1, 28, 28), labels(1));
    assertRefused("begins with 00000c03");
  }

  @Test
  void wrongCountsAreRefusedBeforeAnythingIsAllocated() throws IOException {
    for (int count : new int[] {0, -1, 120_001, Integer.MAX_VALUE}) {
      test(idx(IMAGES, new byte[PIXELS], count, 28, 28), labels(1));
      assertRefused("has 1 to 120000 items, announces " + count);
    }
    test(idx(IMAGES, new byte[PIXELS], 100_000, 28, 28), labels(1));
    assertRefused("announces 78400000 bytes of data, holds 784");
    test(idx(IMAGES, new byte[PIXELS + 1], 1, 28, 28), labels(1));
    assertRefused("announces 784 bytes of data, holds more");
    test(idx(IMAGES, new byte[PIXELS], 1, 56, 14), labels(1));
    assertRefused("has items [28, 28], announces [56, 14]");
    test(images(2), labels(1, 2, 3));
    assertRefused("has 2 images, but ", "has 3 labels", "do not belong together");
    test(images(2), labels(1, 10));
    assertRefused("labels are from 0 to 9, image 1 has 10");
  }

  @Test
  void truncatedAndChangedGzipFilesAreRefused() throws IOException {
    byte[] packed = gzip(images(4));
    for (int length = 0; length < packed.length; length += 7) {
      test(Arrays.copyOf(packed, length), labels(1, 2, 3, 4));
      assertRefused("t10k-images-idx3-ubyte");
    }
    byte[] changed = packed.clone();
    changed[packed.length - 6] ^= 1; // in the checksum
    test(changed, labels(1, 2, 3, 4));
    assertRefused("t10k-images-idx3-ubyte: cannot be unpacked", "GZIP");
  }

  /** 32 MiB of zeros in 32 KiB: only what the header announces is unpacked. */
  @Test
  void bombsAreDefused() throws IOException {
    Path bomb = folder.resolve("t10k-images-idx3-ubyte.gz");
    try (OutputStream file = Files.newOutputStream(bomb);
        var packed = new GZIPOutputStream(file)) {
      packed.write(images(1));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 32; i++) {
        packed.write(zeros);
      }
    }
    write("t10k-labels-idx1-ubyte", labels(1));
    assertRefused("t10k-images-idx3-ubyte.gz: announces 784 bytes of data, holds more");
  }

  @Test
  void realMnistHasItsTestImages() {
    ImageSet set = DataSources.open("mnist:" + TestData.folder().resolve("mnist")).test();
    int[] counts = new int[10];
    for (int label : set.labels()) {
      counts[label]++;
    }
    // As published with the data set.
    assertThat(counts).containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
    double sum = 0;
    float[] image = new float[PIXELS];
    for (int i = 0; i < set.size(); i++) {
      set.normalized(i, image, 0);
      for (float level : image) {
        sum += level;
      }
    }
    assertThat(sum / set.size() / PIXELS).isBetween(-0.05, 0.05);
  }

  private float firstLevel(String name) {
    float[] image = new float[PIXELS];
    DataSources.open(name + folder).test().normalized(0, image, 0);
    return image[0];
  }

  private void assertRefused(String... words) {
    var refused = assertThatThrownBy(() -> DataSources.open("mnist:" + folder).test());
    refused.isInstanceOf(DataException.class);
    for (String word : words) {
      refused.hasMessageContaining(word);
    }
  }

  private void test(byte[] images, byte[] labels) throws IOException {
    write("t10k-images-idx3-ubyte", images);
    write("t10k-labels-idx1-ubyte", labels);
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }

  /** Images whose bytes count on from 0 to 250, again and again. */
  private static byte[] images(int count) {
    byte[] pixels = new byte[count * PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i % 251);
    }
    return idx(IMAGES, pixels, count, 28, 28);
  }

  private static byte[] labels(int... classes) {
    byte[] bytes = new byte[classes.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) classes[i];
    }
    return idx(LABELS, bytes, bytes.length);
  }

  private static byte[] idx(int magic, byte[] data, int... sizes) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * sizes.length + data.length).putInt(magic);
    for (int size : sizes) {
      file.putInt(size);
    }
    return file.put(data).array();
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
