package io.dfsnet.bench.peers;

import java.util.Locale;

/** The largest difference among several tensors, and whose it is. */
final class Worst {
  private final String what;
  private Difference difference = new Difference(0, 0);
  private String name = "none";

  /**
   * @param what the tensors are
   */
  Worst(String what) {
    this.what = what;
  }

  void add(String tensor, Difference found) {
    // Not finite is worse than anything.
    if (!(found.relative() <= difference.relative())) {
      difference = found;
      name = tensor;
    }
  }

  double relative() {
    return difference.relative();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s: %.1e, an element by %.1e (%s)",
        what,
        difference.relative(),
        difference.largest(),
        name);
  }
}
