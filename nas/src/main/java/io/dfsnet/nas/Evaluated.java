package io.dfsnet.nas;

import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A candidate and what it is worth. The natural order puts the better one first: higher fitness,
 * then fewer bytes, then the lexicographically smaller positions.
 *
 * @param fused its fused positions
 * @param bytes what its fusions cost, see {@link SearchSpace#bytes}
 * @param fitness higher is better
 */
public record Evaluated(SortedSet<Integer> fused, long bytes, double fitness)
    implements Comparable<Evaluated> {
  private static final Comparator<Evaluated> BEST_FIRST =
      Comparator.comparingDouble(Evaluated::fitness)
          .reversed()
          .thenComparingLong(Evaluated::bytes)
          .thenComparing(Evaluated::fused, Evaluated::compareLexicographically);

  public Evaluated {
    fused = Collections.unmodifiableSortedSet(new TreeSet<>(fused));
  }

  @Override
  public int compareTo(Evaluated other) {
    return BEST_FIRST.compare(this, other);
  }

  private static int compareLexicographically(SortedSet<Integer> a, SortedSet<Integer> b) {
    Iterator<Integer> left = a.iterator();
    Iterator<Integer> right = b.iterator();
    while (left.hasNext() && right.hasNext()) {
      int order = Integer.compare(left.next(), right.next());
      if (order != 0) {
        return order;
      }
    }
    return Boolean.compare(left.hasNext(), right.hasNext());
  }
}
