package io.dfsnet.nas;

import io.dfsnet.nn.Seeds;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Draws the fused positions of every training step of a supernet, so that every position is fused
 * equally often ("strict fairness" of FairNAS, Chu et al., 2021, under a budget).
 *
 * <p>A round permutes the positions that the budget allows at all, and cuts them into disjoint
 * sets: each takes, in the permuted order, every position that still fits. So in one round every
 * position is fused exactly once. The set that the end of a round leaves unfilled goes on with the
 * next round's, those that it has already excepted; so 27 positions in pairs make 27 full pairs in
 * two rounds, and no pair has a position twice.
 *
 * <pre>
 * round 0:  4 1 | 0 3 | 2        budget count=2, 5 positions
 * round 1:              4 | 2 0 | 1 3
 * </pre>
 *
 * The sets are a function of the seed and the number of the step. Not for use by several threads at
 * once.
 */
public final class FairSampler {
  private final SearchSpace space;
  private final long seed;

  /** Where the last call ended: the steps before {@code step} have taken all but {@code open}. */
  private int step;

  private int round;
  private final List<Integer> open = new ArrayList<>();

  public FairSampler(SearchSpace space, long seed) {
    this.space = space;
    this.seed = seed;
  }

  /**
   * The positions to fuse in a step. Steps are cheap in order; an earlier one than the last begins
   * again from 0.
   *
   * @param number from 0
   */
  public SortedSet<Integer> positions(int number) {
    if (number < 0) {
      throw new IllegalArgumentException("sampler: steps are counted from 0, found " + number);
    }
    if (number < step) {
      step = 0;
      round = 0;
      open.clear();
    }
    while (step < number) {
      next();
    }
    return next();
  }

  private SortedSet<Integer> next() {
    step++;
    SortedSet<Integer> fused = new TreeSet<>();
    long left = takeFitting(fused, space.budget().total());
    if (open.isEmpty()) {
      open.addAll(
          SearchSpace.shuffled(space.affordable(), Seeds.random(seed, "fair sampler", round++)));
      takeFitting(fused, left);
    }
    return fused;
  }

  /** Moves what fits from the open positions to {@code fused}; returns what is left. */
  private long takeFitting(SortedSet<Integer> fused, long left) {
    Iterator<Integer> positions = open.iterator();
    while (positions.hasNext()) {
      int position = positions.next();
      if (space.price(position) <= left && fused.add(position)) {
        left -= space.price(position);
        positions.remove();
      }
    }
    return left;
  }
}
