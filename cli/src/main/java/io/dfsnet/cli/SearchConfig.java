package io.dfsnet.cli;

import io.dfsnet.nas.Budget;
import io.dfsnet.nas.Evolution;
import io.dfsnet.nas.RandomSearch;
import io.dfsnet.nas.SearchStrategy;
import io.dfsnet.nn.json.Json;

/**
 * Everything that a search was asked for, defaults filled in.
 *
 * @param training of the supernet; its division has the groups and the width, and fuses nothing
 * @param evaluations how many candidates are looked at, at most
 * @param heldOut how many training images judge the candidates instead of training the supernet
 */
record SearchConfig(
    TrainConfig training, Budget budget, Kind strategy, int evaluations, int heldOut) {

  /** How candidates are picked. */
  enum Kind {
    EVOLUTION,
    RANDOM
  }

  /** The strategy with its seed and its number of evaluations. */
  SearchStrategy strategyWithSeed() {
    long seed = training.recipe().seed();
    return switch (strategy) {
      case EVOLUTION -> Evolution.standard(seed).withEvaluations(evaluations);
      case RANDOM -> new RandomSearch(evaluations, seed);
    };
  }

  /** Keys as the options of {@code dfs search}. */
  Json.Object toJson() {
    Json.Builder json = Json.object();
    training.toJson().members().forEach(json::put);
    return json.put("budget", budget.toString())
        .put("strategy", Units.lower(strategy))
        .put("evaluations", evaluations)
        .put("held-out", heldOut)
        .build();
  }
}
