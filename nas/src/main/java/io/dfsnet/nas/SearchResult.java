package io.dfsnet.nas;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;

/**
 * What a search found.
 *
 * @param history every candidate that was evaluated, in the order in which it was; none twice
 */
public record SearchResult(List<Evaluated> history) {
  public SearchResult {
    history = List.copyOf(history);
    if (history.isEmpty()) {
      throw new SearchException("search: no candidate was evaluated");
    }
  }

  /** The best candidate; {@link Evaluated} tells what is better. */
  public Evaluated best() {
    return Collections.min(history);
  }

  /** The best candidate's fused positions. */
  public SortedSet<Integer> positions() {
    return best().fused();
  }

  /** The best candidate's fitness. */
  public double fitness() {
    return best().fitness();
  }
}
