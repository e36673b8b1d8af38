package io.dfsnet.nas;

import java.util.function.Consumer;

/**
 * How to look for the best candidate of a space without asking for all of them. A strategy never
 * asks for a candidate twice, nor for one beyond the budget, and asks in the same order for the
 * same seed and fitness. It ends when it has asked as often as it may, or when the space is
 * exhausted.
 */
public sealed interface SearchStrategy permits Evolution, RandomSearch {

  /**
   * Searches.
   *
   * @param listener is told of every candidate as soon as it is evaluated
   * @throws SearchException if a fitness is not a number
   */
  SearchResult search(SearchSpace space, Fitness fitness, Consumer<Evaluated> listener);

  /** Searches without telling anyone. */
  default SearchResult search(SearchSpace space, Fitness fitness) {
    return search(space, fitness, evaluated -> {});
  }
}
