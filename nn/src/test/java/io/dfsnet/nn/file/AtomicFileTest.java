package io.dfsnet.nn.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  @Test
  void writesAndReplaces() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, out -> out.write("old and longer".getBytes()));
    AtomicFile.write(file, out -> out.write("new".getBytes()));

    assertThat(file).hasContent("new");
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, out -> out.write("old".getBytes()));

    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("no space left");
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a.txt: cannot be written: no space left");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      throw new IllegalStateException("a fault");
                    }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(file).hasContent("old");
    assertThat(folder.toFile().list()).hasSize(1);
  }

  @Test
  void aMissingFolderIsNamed() {
    assertThatThrownBy(() -> AtomicFile.write(folder.resolve("no/a.txt"), out -> {}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("a.txt: cannot be written, its folder does not exist");
    assertThatThrownBy(() -> AtomicFile.write(Path.of("/"), out -> {}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("is not the name of a file");
  }

  @Test
  void aFolderIsNotReplaced() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("inner"));
    Files.createFile(inner.resolve("content"));
    assertThatThrownBy(() -> AtomicFile.write(inner, out -> out.write(1)))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(folder.toFile().list()).containsExactly("inner");
  }
}
