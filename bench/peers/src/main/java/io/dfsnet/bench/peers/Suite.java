package io.dfsnet.bench.peers;

import io.dfsnet.cli.bench.Suites;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Works to compare, in sections. A suite is a text: a line in brackets begins a section, every
 * other line is a short name, an equals sign and a {@link Work}; what follows a {@code #} is a
 * comment.
 *
 * <pre>
 * [3x3 grouped forward, batch 1]
 * C16&#64;32 g4 = n1 g4 ic16 ih32 oc16 kh3 ph1
 * </pre>
 */
record Suite(List<Row> rows) {

  /** A work, its short name, and the section that it stands in. */
  record Row(String section, String name, Work work) {}

  /** The suite with a row for every goal of the kernels. */
  static final String MUST_REACH = "must-reach";

  /**
   * A suite by its name: {@link #MUST_REACH}, or one that {@code dfs bench} has.
   *
   * @throws PeersException if there is none of this name
   */
  static Suite named(String name) {
    if (name.equals(MUST_REACH)) {
      return mustReach();
    }
    if (!Suites.names().contains(name)) {
      throw new PeersException(
          "suite '"
              + name
              + "': is unknown, and no file; known are "
              + MUST_REACH
              + ", "
              + String.join(", ", Suites.names()));
    }
    return new Suite(
        Suites.read(name).rows().stream()
            .map(row -> Work.of(row.problem()))
            .map(work -> new Row(name, work.toString(), work))
            .toList());
  }

  private static Suite mustReach() {
    try (var text = Suite.class.getResourceAsStream(MUST_REACH + ".txt")) {
      return parse(MUST_REACH, new String(text.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Works given one by one; each is its own name. */
  static Suite of(List<String> works) {
    return new Suite(
        works.stream()
            .map(Work::parse)
            .map(work -> new Row("as asked", work.toString(), work))
            .toList());
  }

  /**
   * Reads a suite.
   *
   * @param name for messages
   */
  static Suite parse(String name, String text) {
    List<Row> rows = new ArrayList<>();
    String section = name;
    int number = 0;
    for (String line : text.split("\n")) {
      number++;
      int comment = line.indexOf('#');
      String content = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (content.isEmpty()) {
        continue;
      }
      if (content.startsWith("[") && content.endsWith("]")) {
        section = content.substring(1, content.length() - 1);
        continue;
      }
      int equals = content.indexOf('=');
      if (equals < 0) {
        throw new PeersException(
            "suite "
                + name
                + ", line "
                + number
                + ": needs 'name = work', found '"
                + content
                + "'");
      }
      rows.add(
          new Row(
              section,
              content.substring(0, equals).strip(),
              Work.parse(content.substring(equals + 1))));
    }
    return new Suite(rows);
  }
}
