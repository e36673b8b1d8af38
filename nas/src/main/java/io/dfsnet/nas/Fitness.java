package io.dfsnet.nas;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;

/** What a candidate is worth; the same for the same candidate, and higher is better. */
@FunctionalInterface
public interface Fitness {

  /**
   * @param fused the candidate's fused positions, within the budget
   */
  double of(SortedSet<Integer> fused);

  /**
   * The same fitness, which asks for each candidate only once: for several searches, one after
   * another.
   */
  default Fitness cached() {
    Map<SortedSet<Integer>, Double> known = new HashMap<>();
    return fused -> known.computeIfAbsent(fused, this::of);
  }
}
