package io.dfsnet.nas;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** One running search: what was evaluated so far, and how new candidates are found. */
final class Exploration {
  /** As in "Single Path One-Shot" (Guo et al., 2020): ten tries for each new candidate. */
  private static final int TRIES = 10;

  private final SearchSpace space;
  private final Fitness fitness;
  private final Consumer<Evaluated> listener;
  private final int limit;
  private final Map<SortedSet<Integer>, Evaluated> evaluated = new LinkedHashMap<>();

  /**
   * @param limit how many candidates may be evaluated
   */
  Exploration(SearchSpace space, Fitness fitness, Consumer<Evaluated> listener, int limit) {
    this.space = space;
    this.fitness = fitness;
    this.listener = listener;
    this.limit = limit;
  }

  boolean mayEvaluate() {
    return evaluated.size() < limit;
  }

  /**
   * Evaluates the first new candidate of a few that {@code proposals} makes.
   *
   * @return whether there was one
   */
  boolean evaluate(Supplier<SortedSet<Integer>> proposals) {
    for (int i = 0; i < TRIES; i++) {
      SortedSet<Integer> proposal = proposals.get();
      if (!evaluated.containsKey(proposal)) {
        evaluate(proposal);
        return true;
      }
    }
    return false;
  }

  /**
   * Evaluates a new candidate drawn at random.
   *
   * @return false if there is none: the space is exhausted, as far as {@link Enumeration} can tell
   */
  boolean evaluateRandom(RandomGenerator random) {
    if (evaluate(() -> space.random(random))) {
      return true;
    }
    // Most are known. One more than may be evaluated are enough to find one that is not.
    int enough = limit == Integer.MAX_VALUE ? limit : limit + 1;
    List<SortedSet<Integer>> unknown = new ArrayList<>(new Enumeration(space, enough).run());
    unknown.removeAll(evaluated.keySet());
    if (unknown.isEmpty()) {
      return false;
    }
    evaluate(unknown.get(random.nextInt(unknown.size())));
    return true;
  }

  /** The best candidates so far, the best first. */
  List<Evaluated> best(int count) {
    return evaluated.values().stream().sorted().limit(count).toList();
  }

  SearchResult result() {
    return new SearchResult(List.copyOf(evaluated.values()));
  }

  private void evaluate(SortedSet<Integer> candidate) {
    if (!space.isCandidate(candidate)) {
      throw new IllegalStateException(candidate + " is no candidate within " + space.budget());
    }
    double value = fitness.of(candidate);
    if (Double.isNaN(value)) {
      throw new SearchException(
          "search: the fitness of positions " + candidate + " is not a number");
    }
    var result = new Evaluated(candidate, space.bytes(candidate), value);
    evaluated.put(result.fused(), result);
    listener.accept(result);
  }
}
