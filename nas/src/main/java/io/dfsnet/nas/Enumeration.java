package io.dfsnet.nas;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Lists candidates of a space, depth first: each position in turn is taken, if it fits, and then
 * left out. A branch ends where what is left of the budget after all later positions would still
 * hold one that was left out.
 */
final class Enumeration {
  /** Byte budgets can have long searches without a find; this ends them within a second. */
  private static final int MAX_STEPS = 2_000_000;

  private final SearchSpace space;
  private final int limit;

  /** What all positions from an index on take together. */
  private final long[] rest;

  private final List<SortedSet<Integer>> found = new ArrayList<>();
  private final TreeSet<Integer> taken = new TreeSet<>();
  private int steps;
  private boolean cutShort;

  Enumeration(SearchSpace space, int limit) {
    this.space = space;
    this.limit = limit;
    this.rest = new long[space.positions() + 1];
    for (int position = space.positions() - 1; position >= 0; position--) {
      rest[position] = rest[position + 1] + space.price(position);
    }
  }

  /** Candidates, all or as many as the limit and the number of steps allow. */
  List<SortedSet<Integer>> run() {
    visit(0, space.budget().total(), Long.MAX_VALUE);
    return List.copyOf(found);
  }

  /** Whether the run found all candidates. */
  boolean isComplete() {
    return !cutShort;
  }

  /**
   * @param position the next to decide on
   * @param left of the budget
   * @param cheapest of the positions that were left out
   */
  private void visit(int position, long left, long cheapest) {
    if (cutShort || left - rest[position] >= cheapest) {
      return;
    }
    boolean isCandidate = position == space.positions();
    if (++steps > MAX_STEPS || isCandidate && found.size() == limit) {
      cutShort = true;
      return;
    }
    if (isCandidate) {
      found.add(Collections.unmodifiableSortedSet(new TreeSet<>(taken)));
      return;
    }
    long price = space.price(position);
    if (price <= left) {
      taken.add(position);
      visit(position + 1, left - price, cheapest);
      taken.remove(position);
    }
    visit(position + 1, left, Math.min(cheapest, price));
  }
}
