package io.dfsnet.dividefuse;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How a network is divided.
 *
 * @param groups into how many channel groups, 1 to {@value #MAX_GROUPS}
 * @param fused the positions ({@link Positions}) whose convolution stays dense, so that it reads
 *     the channels of all groups
 * @param width what becomes of the channel counts
 */
public record Division(int groups, SortedSet<Integer> fused, WidthPolicy width) {

  /** Far more groups than machines that could sensibly share a network: a bound for files. */
  public static final int MAX_GROUPS = 256;

  public Division {
    requireGroups(groups);
    fused = Collections.unmodifiableSortedSet(new TreeSet<>(fused));
  }

  /** A division of equal width. */
  public static Division keep(int groups, Collection<Integer> fused) {
    return new Division(groups, new TreeSet<>(fused), WidthPolicy.KEEP);
  }

  static void requireGroups(int groups) {
    if (groups < 1 || groups > MAX_GROUPS) {
      throw new DivisionException(
          "division: groups must be 1 to " + MAX_GROUPS + ", found " + groups);
    }
  }
}
