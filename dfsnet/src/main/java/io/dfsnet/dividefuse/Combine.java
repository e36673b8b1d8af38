package io.dfsnet.dividefuse;

import java.util.List;

/**
 * How the outputs of the shards become the output of the network. The one place where partial sums
 * are added: always in the order of the groups, so that every machine gets the same bits.
 */
public enum Combine {
  /**
   * Every shard has a summand: {@code (part 0 + part 1) + part 2 ...}, as {@code Op.Linear} sums.
   */
  SUM,
  /** Every shard has its own channels or features, which stand one after another. */
  CONCAT,
  /** Every shard has the whole output; the first one's is taken. */
  SAME;

  /**
   * Combines the outputs for one image.
   *
   * @param parts the shards' outputs in the order of the groups
   * @param output overwritten; as long as each part, or as all together for {@link #CONCAT}
   * @throws DivisionException if the lengths do not fit
   */
  public void apply(List<float[]> parts, float[] output) {
    apply(1, parts, output);
  }

  /**
   * Combines the outputs for {@code n} images, {@code [n, ...]} each.
   *
   * @throws DivisionException if the lengths do not fit
   */
  public void apply(int n, List<float[]> parts, float[] output) {
    requireLengths(n, parts, output);
    switch (this) {
      case SUM -> {
        System.arraycopy(parts.getFirst(), 0, output, 0, output.length);
        for (float[] part : parts.subList(1, parts.size())) {
          for (int i = 0; i < output.length; i++) {
            output[i] += part[i];
          }
        }
      }
      case CONCAT -> {
        int at = 0;
        for (int image = 0; image < n; image++) {
          for (float[] part : parts) {
            int length = part.length / n;
            System.arraycopy(part, image * length, output, at, length);
            at += length;
          }
        }
      }
      case SAME -> System.arraycopy(parts.getFirst(), 0, output, 0, output.length);
    }
  }

  private void requireLengths(int n, List<float[]> parts, float[] output) {
    if (n < 1 || parts.isEmpty()) {
      throw new DivisionException(
          "combine "
              + this
              + ": needs at least one image and one part, found "
              + n
              + " and "
              + parts.size());
    }
    int sum = 0;
    for (float[] part : parts) {
      sum += part.length;
      if (part.length % n != 0) {
        throw refuse("a part of " + part.length, output.length + " outputs of " + n + " images");
      }
      if (this != CONCAT && part.length != output.length) {
        throw refuse("a part of " + part.length, output.length + " outputs");
      }
    }
    if (this == CONCAT && sum != output.length) {
      throw refuse("parts of " + sum, output.length + " outputs");
    }
  }

  private DivisionException refuse(String found, String wanted) {
    return new DivisionException("combine " + this + ": " + found + " for " + wanted);
  }
}
