package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dfsnet.engine.Shape;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path temporary;

  private final String options = ",size=20,resize=23";

  @Test
  void classesAndFilesAreSorted() throws IOException {
    image("train/dog/b.png", "grey.png");
    image("train/dog/a.JPG", "colour.jpg");
    image("train/Cat/z.jpeg", "colour.png");
    image("test/dog/1.png", "palette.png");
    Files.writeString(path("train/dog/readme.txt"), "not an image");
    Files.writeString(path("train/dog/._a.jpg"), "what macOS leaves behind");
    Files.writeString(path("train/list.csv"), "neither");
    DataSource source = open();

    assertThat(source.name()).isEqualTo("folder");
    assertThat(source.train()).hasToString("folder train: 3 images [3, 20, 20] of 2 classes");
    assertThat(source.train().labels()).containsExactly(0, 1, 1);
    assertThat(source.test().labels()).containsExactly(1);
    assertSquare(source.train(), 0, "colour.png");
    assertSquare(source.train(), 1, "colour.jpg");
    assertSquare(source.train(), 2, "grey.png");
    assertSquare(source.test().select(new int[] {0, 0}), 1, "palette.png");
  }

  /** The first ones would all be of one class. */
  @Test
  void aFewImagesAreSpreadOverTheClasses() throws IOException {
    for (String name : new String[] {"a/1", "a/2", "b/1", "b/2", "c/1", "c/2", "c/3"}) {
      image("train/" + name + ".png", name.endsWith("1") ? "grey.png" : "colour.png");
    }
    ImageSet all = open().train();
    assertThat(all.limited(3).labels()).containsExactly(0, 1, 2);
    assertSquare(all.limited(3), 0, "grey.png");
    // Numbers 0, 2 and 4 of seven.
    assertSquare(all.limited(3), 2, "grey.png");
    assertThat(all.limited(6).labels()).containsExactly(0, 0, 1, 1, 2, 2);
    assertThat(all.limited(7)).isSameAs(all);
    assertThat(all.limited(8)).isSameAs(all);
  }

  @Test
  void valIsPreferredAndServesAlone() throws IOException {
    image("val/b/1.png", "grey.png");
    image("test/a/1.png", "grey.png");
    assertThat(open().test().name()).isEqualTo("folder val");
    assertThat(open().test().classes()).isEqualTo(1);
    assertThatThrownBy(open()::train)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(path("train") + ": does not exist");
  }

  @Test
  void normalisationIsThatOfImageNet() throws IOException {
    image("train/a/1.png", "colour.png");
    ImageSet set = open().train();
    float[] levels = new float[3 * 20 * 20];
    set.normalized(0, levels, 0);
    assertThat(levels[400]).isEqualTo((set.pixel(0, 1, 0, 0) / 255f - 0.456f) / 0.224f);
  }

  @Test
  void sizesHaveDefaultsAndLimits() throws IOException {
    image("train/a/1.png", "colour.png");
    String folder = "folder:" + temporary;
    assertThat(DataSources.open(folder).train().width()).isEqualTo(224);
    assertThat(DataSources.open(folder + ",size=7").train().width()).isEqualTo(7);
    assertRefused(folder + ",size=0", "size is from 1 to 2048, found 0");
    assertRefused(folder + ",size=9,resize=8", "resize is from 9 to 2048, found 8");
    assertRefused(folder + ",side=9", "'side=9' is unknown; the options are size=N, resize=N");
    assertRefused("folder", "needs a folder; write folder:FOLDER");
  }

  @Test
  void aTextFileNamedJpgIsNamed() throws IOException {
    image("train/a/1.png", "colour.png");
    Files.writeString(path("train/a/2.jpg"), "Hello");
    ImageSet set = open().train();
    assertThat(set.pixel(0, 0, 0, 0)).isNotNegative();
    assertThatThrownBy(() -> set.normalized(1, new float[1200], 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(path("train/a/2.jpg") + ": is neither JPEG nor PNG");
  }

  @Test
  void whatWouldBeLeftOutIsRefused() throws IOException {
    image("train/a/1.png", "colour.png");
    Files.createDirectories(path("train/b"));
    assertTrainRefused(path("train/b") + ": has no JPEG or PNG images");
    Files.createDirectories(path("train/b/c"));
    assertTrainRefused(path("train/b/c") + ": is a folder in a class's folder");
    Files.delete(path("train/b/c"));
    Files.createFile(path("train/b/1.webp"));
    assertTrainRefused(path("train/b/1.webp") + ": only JPEG and PNG are read");
    Files.delete(path("train/b/1.webp"));
    Files.delete(path("train/b"));
    image("val/c/1.png", "colour.png");
    assertThatThrownBy(open()::test)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(path("val/c") + ": is no class of train");
  }

  @Test
  void linksAreFollowedInsideTheFolderOnly() throws IOException {
    image("train/a/1.png", "colour.png");
    image("outside/1.png", "grey.png");
    Path outside = temporary.resolve("outside");
    Path data = Files.createDirectory(temporary.resolve("data"));
    Files.move(path("train"), data.resolve("train"));
    link(data.resolve("train/a/2.png"), Path.of("1.png"));
    link(data.resolve("train/a/3.png"), outside.resolve("1.png"));
    ImageSet set = DataSources.open("folder:" + data + options).train();
    assertSquare(set, 1, "colour.png");
    assertThatThrownBy(() -> set.pixel(2, 0, 0, 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("3.png: is a link that leaves");
    link(data.resolve("train/b"), outside);
    assertThatThrownBy(DataSources.open("folder:" + data + options)::train)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b: is a link that leaves");
  }

  /** A pipe without a writer would block its reader for ever. */
  @Test
  @Timeout(20)
  void pipesAreNotOpened() throws IOException, InterruptedException {
    image("train/a/1.png", "colour.png");
    Process mkfifo = new ProcessBuilder("mkfifo", path("train/a/2.png").toString()).start();
    assumeTrue(mkfifo.waitFor(10, TimeUnit.SECONDS) && mkfifo.exitValue() == 0, "needs mkfifo");
    ImageSet set = open().train();
    assertThatThrownBy(() -> set.pixel(1, 0, 0, 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2.png: is no regular file");
  }

  @Test
  void filesThatVanishAreNamed() throws IOException {
    image("train/a/1.png", "colour.png");
    ImageSet set = open().train();
    Files.delete(path("train/a/1.png"));
    assertThatThrownBy(() -> set.pixel(0, 0, 0, 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(path("train/a/1.png") + ": does not exist");
  }

  /**
   * An embedder's runtime need not have the module; the other data sets need no more than before.
   */
  @Test
  void withoutTheModuleThatDecodesTheErrorNamesIt() throws Exception {
    Path classes = location(DataSources.class.getProtectionDomain().getCodeSource().getLocation());
    Path engine = location(Shape.class.getProtectionDomain().getCodeSource().getLocation());
    Path program = location(WithoutDesktop.class.getResource("WithoutDesktop.class"));
    Path tests = program.getParent().resolve("../../../..").normalize();
    Path said = temporary.resolve("said");
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--limit-modules",
                "java.base,io.dfsnet.engine",
                "--module-path",
                engine + File.pathSeparator + classes,
                "--patch-module",
                "io.dfsnet.nn=" + tests,
                "-m",
                "io.dfsnet.nn/io.dfsnet.nn.data.WithoutDesktop",
                temporary.toString())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(java.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      java.destroyForcibly();
    }
    assertThat(said)
        .content()
        .contains("synthetic train: 1 images")
        .contains("data 'folder': JPEG and PNG are decoded by the module java.desktop")
        .contains("--add-modules java.desktop");
  }

  private static Path location(URL url) throws URISyntaxException {
    return Path.of(url.toURI());
  }

  private static void link(Path link, Path target) throws IOException {
    try {
      Files.createSymbolicLink(link, target);
    } catch (FileSystemException | UnsupportedOperationException notHere) {
      assumeTrue(false, "needs symbolic links: " + notHere);
    }
  }

  private static void assertSquare(ImageSet set, int index, String file) throws IOException {
    byte[] square =
        new CenterCrop(23, 20).apply(ImageDecoder.decode(file, ImageDecoderTest.file(file)));
    for (int i = 0; i < square.length; i++) {
      assertThat(set.pixel(index, i / 400, i / 20 % 20, i % 20)).isEqualTo(square[i] & 0xff);
    }
  }

  private void assertTrainRefused(String rule) {
    assertThatThrownBy(open()::train).isInstanceOf(DataException.class).hasMessageContaining(rule);
  }

  private static void assertRefused(String specification, String rule) {
    assertThatThrownBy(() -> DataSources.open(specification))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(rule);
  }

  private DataSource open() {
    return DataSources.open("folder:" + temporary + options);
  }

  private Path path(String name) {
    return temporary.resolve(name);
  }

  private void image(String name, String file) throws IOException {
    Files.createDirectories(path(name).getParent());
    Files.write(path(name), ImageDecoderTest.file(file));
  }
}
