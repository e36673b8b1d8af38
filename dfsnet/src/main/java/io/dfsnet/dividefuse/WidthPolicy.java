package io.dfsnet.dividefuse;

/**
 * What happens to the channel counts when a network is divided. Dividing alone removes weights, so
 * a divided network of equal width is a smaller one; the other policies give the weights back.
 *
 * <p>A convolution in G groups of C channels has C * C / G weights per tap. So widths times sqrt(G)
 * restore the original's total, and widths times G restore it on every node.
 */
public enum WidthPolicy {
  /** Equal widths, w: about 1/G of the original's parameters and MACs in total. */
  KEEP,
  /** Widths w * sqrt(G): about the original's parameters and MACs in total. */
  ISO,
  /** Widths w * G: about the original's parameters and MACs on every node. */
  FULL;

  /**
   * The channels that {@code channels} become. {@link #ISO} rounds to the nearest multiple of the
   * groups, up if both are as near, and never to 0.
   *
   * @throws DivisionException if there would be more than an int holds
   */
  public int channels(int channels, int groups) {
    long wide =
        switch (this) {
          case KEEP -> channels;
          case ISO -> groups * Math.max(1, Math.round(channels * Math.sqrt(groups) / groups));
          case FULL -> (long) channels * groups;
        };
    if (wide > Integer.MAX_VALUE) {
      throw new DivisionException(
          "width policy "
              + this
              + ": "
              + channels
              + " channels in "
              + groups
              + " groups are too many");
    }
    return (int) wide;
  }
}
