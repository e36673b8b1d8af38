package io.dfsnet.nas;

import io.dfsnet.nn.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Evolutionary search, as in "Single Path One-Shot" (Guo et al., 2020). The first generation is
 * random. Every later one is, as far as new candidates are found that way:
 *
 * <ul>
 *   <li>half crossover: what two of the best have in common, then at random of what one of them
 *       has;
 *   <li>half mutation: one of the best that gives up some positions, and others at random.
 * </ul>
 *
 * What they leave unfilled is random. "The best" are those of all generations so far. Both
 * operators give the {@link SearchSpace} an order of preference to fill the budget in, so a child
 * is always within it and uses it up.
 *
 * @param population candidates in each generation
 * @param generations how many, the first included
 * @param parents how many of the best have children
 * @param mutation with which probability a mutant gives up each position; it gives up at least one
 * @param evaluations an upper limit on all candidates
 * @param seed of all random choices
 */
public record Evolution(
    int population, int generations, int parents, double mutation, int evaluations, long seed)
    implements SearchStrategy {

  public Evolution {
    requirePositive("population", population);
    requirePositive("generations", generations);
    requirePositive("parents", parents);
    requirePositive("evaluations", evaluations);
    if (!(mutation >= 0 && mutation <= 1)) {
      throw new SearchException("evolution: mutation must be 0 to 1, found " + mutation);
    }
  }

  /** The settings of the paper: 20 generations of 50, parents 10, mutation 0.1. */
  public static Evolution standard(long seed) {
    return new Evolution(50, 20, 10, 0.1, 1000, seed);
  }

  /** The same with another limit on all candidates. */
  public Evolution withEvaluations(int limit) {
    return new Evolution(population, generations, parents, mutation, limit, seed);
  }

  @Override
  public SearchResult search(SearchSpace space, Fitness fitness, Consumer<Evaluated> listener) {
    RandomGenerator random = Seeds.random(seed, "evolution");
    var exploration = new Exploration(space, fitness, listener, evaluations);
    boolean exhausted = false;
    for (int generation = 0; generation < generations && !exhausted; generation++) {
      List<Evaluated> best = exploration.best(parents);
      for (int i = 0; i < population && !exhausted && exploration.mayEvaluate(); i++) {
        boolean crossover = i < population / 2;
        boolean found =
            !best.isEmpty()
                && exploration.evaluate(
                    () -> crossover ? cross(space, best, random) : mutate(space, best, random));
        exhausted = !found && !exploration.evaluateRandom(random);
      }
    }
    return exploration.result();
  }

  private static SortedSet<Integer> cross(
      SearchSpace space, List<Evaluated> best, RandomGenerator random) {
    Set<Integer> one = pick(best, random).fused();
    Set<Integer> other = pick(best, random).fused();
    Set<Integer> common = new TreeSet<>(one);
    common.retainAll(other);
    Set<Integer> either = new TreeSet<>(one);
    either.addAll(other);
    either.removeAll(common);
    return space.fill(order(space, random, common, either));
  }

  private SortedSet<Integer> mutate(
      SearchSpace space, List<Evaluated> best, RandomGenerator random) {
    Set<Integer> kept = new TreeSet<>(pick(best, random).fused());
    Set<Integer> lost = new TreeSet<>();
    lost.add(new ArrayList<>(kept).get(random.nextInt(kept.size())));
    for (int position : kept) {
      if (random.nextDouble() < mutation) {
        lost.add(position);
      }
    }
    kept.removeAll(lost);
    Set<Integer> others = new TreeSet<>(positions(space));
    others.removeAll(kept);
    others.removeAll(lost);
    return space.fill(order(space, random, kept, others));
  }

  /**
   * All positions: first those of the first set, then the second's, then the rest, each shuffled.
   */
  private static List<Integer> order(
      SearchSpace space, RandomGenerator random, Set<Integer> first, Set<Integer> second) {
    Set<Integer> rest = new TreeSet<>(positions(space));
    rest.removeAll(first);
    rest.removeAll(second);
    List<Integer> order = new ArrayList<>(SearchSpace.shuffled(first, random));
    order.addAll(SearchSpace.shuffled(second, random));
    order.addAll(SearchSpace.shuffled(rest, random));
    return order;
  }

  private static Evaluated pick(List<Evaluated> best, RandomGenerator random) {
    return best.get(random.nextInt(best.size()));
  }

  private static List<Integer> positions(SearchSpace space) {
    return IntStream.range(0, space.positions()).boxed().toList();
  }

  private static void requirePositive(String option, int value) {
    if (value < 1) {
      throw new SearchException("evolution: " + option + " must be at least 1, found " + value);
    }
  }
}
