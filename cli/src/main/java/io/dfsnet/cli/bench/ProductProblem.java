package io.dfsnet.cli.bench;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.ShapeException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A matrix product {@code c = a b}: {@code a} is {@code [m, k]}, {@code b} is {@code [k, n]},
 * {@code c} is {@code [m, n]}, all by rows.
 */
public record ProductProblem(int m, int n, int k) implements Problem {
  private static final Pattern GRAMMAR =
      Pattern.compile("m(\\d{1,9})\\s+n(\\d{1,9})\\s+k(\\d{1,9})");

  /**
   * @throws ShapeException if a size is 0, or a matrix has more elements than an array can hold
   */
  public ProductProblem {
    Shape.of(m, k);
    Shape.of(k, n);
    Shape.of(m, n);
  }

  /**
   * Reads {@code m256 n256 k256}.
   *
   * @throws ShapeException if the string is not of this form
   */
  public static ProductProblem parse(String text) {
    Matcher sizes = GRAMMAR.matcher(text.strip());
    if (!sizes.matches()) {
      throw new ShapeException(
          "matrix product",
          "'" + text + "' is no problem; write m, n and k with their sizes, as in m256 n256 k256");
    }
    return new ProductProblem(
        Integer.parseInt(sizes.group(1)),
        Integer.parseInt(sizes.group(2)),
        Integer.parseInt(sizes.group(3)));
  }

  @Override
  public long flops() {
    return 2L * m * n * k;
  }

  @Override
  public String toString() {
    return "m" + m + " n" + n + " k" + k;
  }
}
