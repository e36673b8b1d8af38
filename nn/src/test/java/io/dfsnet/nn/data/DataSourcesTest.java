package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSourcesTest {
  private static final int PIXELS = 3 * 32 * 32;

  @TempDir Path folder;

  @Test
  void cifar10HasOneLabelAndFiveTrainingFiles() throws IOException {
    for (int i = 1; i <= 5; i++) {
      write("data_batch_" + i + ".bin", record(i, new int[] {i}), record(i + 5, new int[] {0}));
    }
    write("test_batch.bin", record(1, new int[] {9}));
    DataSource source = DataSources.open("cifar10:" + folder);

    assertThat(source.name()).isEqualTo("cifar10");
    assertThat(source.train().labels()).containsExactly(1, 0, 2, 0, 3, 0, 4, 0, 5, 0);
    assertThat(source.train()).hasToString("cifar10 train: 10 images [3, 32, 32] of 10 classes");
    assertThat(source.test().labels()).containsExactly(9);
    assertThat(source.train()).isSameAs(source.train());
    assertPixels(source.train(), 3, 2 + 5);
  }

  @Test
  void cifar100UsesTheFineLabel() throws IOException {
    write("train.bin", record(7, new int[] {19, 99}), record(8, new int[] {3, 0}));
    DataSource source = DataSources.open("cifar100:" + folder);

    assertThat(source.train().labels()).containsExactly(99, 0);
    assertThat(source.train().classes()).isEqualTo(100);
    assertPixels(source.train(), 1, 8);
  }

  @Test
  void normalisationIsThatOfTheDataSet() throws IOException {
    write("test.bin", record(0, new int[] {0, 0}));
    write("test_batch.bin", record(0, new int[] {0}));
    assertThat(firstLevels("cifar100:"))
        .containsExactly((0 - 0.507f) / 0.267f, (0 - 0.487f) / 0.256f, (0 - 0.441f) / 0.276f);
    assertThat(firstLevels("cifar10:"))
        .containsExactly((0 - 0.485f) / 0.229f, (0 - 0.456f) / 0.224f, (0 - 0.406f) / 0.225f);
  }

  @Test
  void aPartIsReadOnlyWhenItIsAskedFor() throws IOException {
    write("test_batch.bin", record(1, new int[] {9}));
    DataSource source = DataSources.open("cifar10:" + folder);

    assertThat(source.test().size()).isEqualTo(1);
    assertThatThrownBy(source::train)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder.resolve("data_batch_1.bin") + ": does not exist")
        .hasMessageContaining("binary version of cifar10");
    for (int i = 1; i <= 5; i++) {
      write("data_batch_" + i + ".bin", record(i, new int[] {i}));
    }
    assertThat(source.train().size()).isEqualTo(5);
  }

  @Test
  void truncatedAndForeignFilesAreRefused() throws IOException {
    Path file = folder.resolve("test.bin");
    for (int size : new int[] {0, 1, 3073, 2 * 3074 - 1}) {
      Files.write(file, new byte[size]);
      assertThatThrownBy(() -> DataSources.open("cifar100:" + folder).test())
          .isInstanceOf(DataException.class)
          .hasMessageContaining(file + ": has " + size + " bytes")
          .hasMessageContaining("records of 3074 bytes")
          .hasMessageContaining("download it again");
    }
    write("test.bin", record(0, new int[] {0, 4}), record(0, new int[] {0, 100}));
    assertThatThrownBy(() -> DataSources.open("cifar100:" + folder).test())
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file + ": labels are from 0 to 99, record 1 has 100");
    Files.delete(file);
    Files.createDirectory(file);
    assertThatThrownBy(() -> DataSources.open("cifar100:" + folder).test())
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file.toString());
  }

  /** A sparse file: refused by its size, before anything is allocated. */
  @Test
  void hugeFilesAreRefused() throws IOException {
    Path file = folder.resolve("test_batch.bin");
    try (var channel = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      channel.setLength(3073L * 1_000_000);
    }
    assertThatThrownBy(() -> DataSources.open("cifar10:" + folder).test())
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 3073000000 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "cifar", "CIFAR10:x", "minst:x", ":", "imagenet"})
  void unknownNamesListTheKnownOnes(String specification) {
    assertThatThrownBy(() -> DataSources.open(specification))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data '" + specification + "'")
        .hasMessageContaining("cifar10:FOLDER, cifar100:FOLDER, mnist:FOLDER");
  }

  @Test
  void foldersMustBeGivenAndExist() {
    assertRefused("cifar10", "needs a folder; write cifar10:FOLDER");
    assertRefused("cifar100:", "needs a folder; write cifar100:FOLDER");
    assertRefused("cifar10:" + folder.resolve("none"), folder.resolve("none") + " is not a folder");
    assertRefused("cifar10:a\0b", "is not a path");
  }

  @Test
  void syntheticTakesOptions() {
    DataSource source = DataSources.open("synthetic:test=33,seed=-5");
    assertThat(source.name()).isEqualTo("synthetic");
    assertThat(source.test().size()).isEqualTo(33);
    assertRefused("synthetic:train=0", "train is from 1 to 500000, found 0");
    assertRefused("synthetic:test=500001", "test is from 1 to 500000, found 500001");
    assertRefused("synthetic:train=many", "'train=many' needs an integer");
    assertRefused("synthetic:train", "'train' is unknown; the options are");
    assertRefused("synthetic:size=3", "'size=3' is unknown; the options are");
    assertRefused("synthetic:train=1,", "'' is unknown; the options are");
  }

  @Test
  void realCifar100HasItsImages() {
    DataSource source = DataSources.open("cifar100:" + TestData.folder().resolve("cifar100"));
    assertClasses(source.train(), 100, 500);
    assertClasses(source.test(), 100, 100);
  }

  @Test
  void realCifar10HasItsTestImages() {
    DataSource source = DataSources.open("cifar10:" + TestData.folder().resolve("cifar10"));
    assertClasses(source.test(), 10, 1000);
  }

  /** The constants are the training set's, so that its normalised levels are about standard. */
  @Test
  void realCifar100IsNormalised() {
    ImageSet set = DataSources.open("cifar100:" + TestData.folder().resolve("cifar100")).test();
    double sum = 0;
    double squares = 0;
    float[] image = new float[PIXELS];
    for (int i = 0; i < set.size(); i++) {
      set.normalized(i, image, 0);
      for (float level : image) {
        sum += level;
        squares += (double) level * level;
      }
    }
    double count = (double) set.size() * PIXELS;
    assertThat(sum / count).isBetween(-0.05, 0.05);
    assertThat(squares / count).isBetween(0.95, 1.05);
  }

  private static void assertClasses(ImageSet set, int classes, int each) {
    int[] counts = new int[classes];
    for (int label : set.labels()) {
      counts[label]++;
    }
    assertThat(set.classes()).isEqualTo(classes);
    assertThat(counts).containsOnly(each);
  }

  private float[] firstLevels(String name) {
    float[] image = new float[PIXELS];
    DataSources.open(name + folder).test().normalized(0, image, 0);
    return new float[] {image[0], image[1024], image[2048]};
  }

  private static void assertRefused(String specification, String rule) {
    assertThatThrownBy(() -> DataSources.open(specification))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(rule);
  }

  /** A record whose pixel p of channel c is {@code number * (p % 5) + c}. */
  private static byte[] record(int number, int[] labels) {
    byte[] record = new byte[labels.length + PIXELS];
    for (int i = 0; i < labels.length; i++) {
      record[i] = (byte) labels[i];
    }
    for (int p = 0; p < PIXELS; p++) {
      record[labels.length + p] = (byte) (number == 0 ? 0 : number * (p % 1024 % 5) + p / 1024);
    }
    return record;
  }

  private static void assertPixels(ImageSet set, int index, int number) {
    for (int p = 0; p < PIXELS; p++) {
      assertThat(set.pixel(index, p / 1024, p % 1024 / 32, p % 32))
          .isEqualTo(number * (p % 1024 % 5) + p / 1024);
    }
  }

  private void write(String name, byte[]... records) throws IOException {
    int length = Arrays.stream(records).mapToInt(record -> record.length).sum();
    byte[] bytes = new byte[length];
    int at = 0;
    for (byte[] record : records) {
      System.arraycopy(record, 0, bytes, at, record.length);
      at += record.length;
    }
    Files.write(folder.resolve(name), bytes);
  }
}
