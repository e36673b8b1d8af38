package io.dfsnet.cli.bench;

import io.dfsnet.engine.ShapeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The suites that come with the command line, one text resource each, {@code
 * io/dfsnet/cli/suites/NAME.txt}. A line is a {@link Problem}, in the suite of a network with the
 * number of times that it occurs before it; {@code #} begins a comment:
 *
 * <pre>
 * 6x n1 g1 ic16 ih32 oc16 kh3 ph1      # layer1.0.conv1
 * 1x n1 g1 ic16 ih32 oc32 kh3 sh2 ph1  # layer2.0.conv1
 * </pre>
 */
public final class Suites {
  /** Suites of one kind of work each. */
  private static final List<String> KINDS =
      List.of("grouped", "dense", "depthwise", "pointwise", "gemm", "backward");

  /** Suites of the convolutions of one network each. */
  private static final List<String> NETWORKS =
      List.of("resnet20", "resnet56", "mobilenetv2", "vgg16", "resnext50", "shufflenetv2");

  private static final Pattern TIMES = Pattern.compile("([1-9]\\d{0,5})x\\s+");

  private Suites() {}

  /** The suites that {@link #read} knows. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(KINDS);
    names.addAll(NETWORKS);
    return List.copyOf(names);
  }

  /**
   * Reads a suite.
   *
   * @param name one of {@link #names}
   * @throws IllegalArgumentException if there is no such suite
   */
  public static Suite read(String name) {
    if (!names().contains(name)) {
      throw new IllegalArgumentException(
          "suite '" + name + "': is unknown; known are " + String.join(", ", names()));
    }
    String file = "/io/dfsnet/cli/suites/" + name + ".txt";
    try (InputStream resource = Suites.class.getResourceAsStream(file)) {
      return parse(name, new String(resource.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException cause) {
      throw new UncheckedIOException(cause);
    }
  }

  /**
   * Reads a suite from its text.
   *
   * @throws ShapeException naming the suite and the line that is no problem
   */
  static Suite parse(String name, String text) {
    List<Suite.Row> rows = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String content = line.replaceFirst("#.*", "").strip();
      if (!content.isEmpty()) {
        rows.add(row(name + " line " + number, content));
      }
    }
    return new Suite(name, rows);
  }

  private static Suite.Row row(String where, String content) {
    Matcher prefix = TIMES.matcher(content);
    boolean counted = prefix.lookingAt();
    int times = counted ? Integer.parseInt(prefix.group(1)) : 1;
    try {
      return new Suite.Row(Problem.parse(content.substring(counted ? prefix.end() : 0)), times);
    } catch (ShapeException refused) {
      throw new ShapeException("suite " + where, refused.getMessage());
    }
  }
}
