package io.dfsnet.nas;

import io.dfsnet.nn.Seeds;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Draws candidates at random: the baseline that every other strategy has to beat with the same
 * number of evaluations. With as many evaluations as there are candidates it asks for all of them.
 *
 * @param evaluations how many candidates it may evaluate, at least 1
 * @param seed of the random draws
 */
public record RandomSearch(int evaluations, long seed) implements SearchStrategy {
  public RandomSearch {
    if (evaluations < 1) {
      throw new SearchException(
          "random search: evaluations must be at least 1, found " + evaluations);
    }
  }

  @Override
  public SearchResult search(SearchSpace space, Fitness fitness, Consumer<Evaluated> listener) {
    RandomGenerator random = Seeds.random(seed, "random search");
    var exploration = new Exploration(space, fitness, listener, evaluations);
    boolean exhausted = false;
    while (exploration.mayEvaluate() && !exhausted) {
      exhausted = !exploration.evaluateRandom(random);
    }
    return exploration.result();
  }
}
