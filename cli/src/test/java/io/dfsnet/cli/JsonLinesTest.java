package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("lines.jsonl");
  }

  @Test
  void whatWasAddedIsReadAndGoesOn() throws IOException {
    assertThat(read(9)).isEmpty();
    write(0, 1, 2);
    write(Files.size(file), 3);
    assertThat(read(9)).containsExactly(1L, 2L, 3L);
    assertThat(file).content().isEqualTo("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
  }

  @Test
  void linesBehindARefusedOneAreCutOff() throws IOException {
    write(0, 1, 2, 3, 4);
    long length = JsonLines.read(file, line -> line.integer("n") <= 2);
    write(length, 7);
    assertThat(read(9)).containsExactly(1L, 2L, 7L);
  }

  @Test
  void tornAndDamagedLinesEndTheFile() throws IOException {
    for (String end : List.of("{\"n\":2", "{\"n\":2}", "\0\0\0\n", "[2]\n", "x".repeat(100_000))) {
      Files.writeString(file, "{\"n\":1}\n" + end);
      assertThat(JsonLines.read(file, line -> true)).as(end).isEqualTo(8);
      write(8, 5);
      assertThat(read(9)).as(end).containsExactly(1L, 5L);
    }
  }

  @Test
  void filesThatCannotBeWrittenAreNamed() throws IOException {
    JsonLines lines = JsonLines.append(file, 0);
    lines.close();
    assertThatThrownBy(() -> lines.add(line(1)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContainingAll(file.toString(), "cannot be written");
  }

  private List<Long> read(long most) throws IOException {
    List<Long> numbers = new ArrayList<>();
    JsonLines.read(file, line -> line.integer("n") <= most && numbers.add(line.integer("n")));
    return numbers;
  }

  private void write(long length, long... numbers) throws IOException {
    try (JsonLines lines = JsonLines.append(file, length)) {
      for (long number : numbers) {
        lines.add(line(number));
      }
    }
  }

  private static Json.Object line(long number) {
    return Json.object().put("n", number).build();
  }
}
