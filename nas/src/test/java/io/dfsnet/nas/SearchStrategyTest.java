package io.dfsnet.nas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SearchStrategyTest {

  static Stream<SearchStrategy> strategies() {
    return Stream.of(Evolution.standard(1), new RandomSearch(1000, 1));
  }

  @Test
  void evolutionFindsAPlantedOptimumInFewerEvaluationsThanRandomSearch() {
    SearchSpace space = SearchSpaceTest.count(27, 3);
    double evolution = 0;
    double random = 0;
    int seeds = 20;
    for (long seed = 0; seed < seeds; seed++) {
      Fitness fitness = planted(seed);
      SortedSet<Integer> optimum = optimum(space, fitness);
      evolution += evaluationsUntil(optimum, Evolution.standard(seed).search(space, fitness));
      random += evaluationsUntil(optimum, new RandomSearch(1000, seed).search(space, fitness));
    }

    assertThat(evolution / seeds).as("random search took %f", random / seeds).isLessThan(300);
    assertThat(random / seeds).isGreaterThan(2 * evolution / seeds);
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void neverLeavesTheBudgetNorAsksTwice(SearchStrategy strategy) {
    for (long seed = 0; seed < 5; seed++) {
      RandomGenerator random = Seeds.random(seed, "bytes");
      List<Long> bytes = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        bytes.add(random.nextLong(1, 50));
      }
      var space = new SearchSpace(bytes, new Budget.Bytes(120));
      Set<SortedSet<Integer>> asked = new HashSet<>();
      Fitness fitness = planted(seed);
      strategy.search(
          space,
          fused -> {
            assertThat(space.bytes(fused)).isLessThanOrEqualTo(120);
            assertThat(asked.add(fused)).isTrue();
            return fitness.of(fused);
          });
      assertThat(asked).as("seed %d", seed).hasSize(1000);
    }
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void asksInTheSameOrderForTheSameSeed(SearchStrategy strategy) {
    SearchSpace space = SearchSpaceTest.count(27, 4);

    assertThat(strategy.search(space, planted(3))).isEqualTo(strategy.search(space, planted(3)));
  }

  @Test
  void anotherSeedAsksInAnotherOrder() {
    SearchSpace space = SearchSpaceTest.count(27, 4);
    assertThat(Evolution.standard(1).search(space, planted(3)).history())
        .isNotEqualTo(Evolution.standard(2).search(space, planted(3)).history());
    assertThat(new RandomSearch(50, 1).search(space, planted(3)).history())
        .isNotEqualTo(new RandomSearch(50, 2).search(space, planted(3)).history());
  }

  @ParameterizedTest
  @MethodSource("strategies")
  void endsWhenTheSpaceIsExhausted(SearchStrategy strategy) {
    SearchSpace space = SearchSpaceTest.count(27, 2);
    SearchResult result = strategy.search(space, planted(4));

    assertThat(result.history()).hasSize(351);
    assertThat(result.positions()).isEqualTo(optimum(space, planted(4)));
    assertThat(strategy.search(SearchSpaceTest.count(3, 3), planted(4)).history()).hasSize(1);
  }

  @Test
  void endsAtTheLimitOfEvaluations() {
    SearchSpace space = SearchSpaceTest.count(27, 4);
    assertThat(Evolution.standard(1).withEvaluations(70).search(space, planted(5)).history())
        .hasSize(70);
    assertThat(new RandomSearch(70, 1).search(space, planted(5)).history()).hasSize(70);
    assertThat(new Evolution(10, 3, 2, 0.1, 1000, 1).search(space, planted(5)).history())
        .hasSize(30);
  }

  @Test
  void tellsOfEveryCandidateAsItIsEvaluated() {
    List<Evaluated> told = new ArrayList<>();
    SearchResult result =
        new RandomSearch(20, 1).search(SearchSpaceTest.count(27, 4), planted(6), told::add);

    assertThat(told).isEqualTo(result.history());
  }

  @Test
  void childrenInheritFromTheBest() {
    // Only positions 0 to 2 are worth anything, so the parents come to have them.
    SearchSpace space = SearchSpaceTest.count(27, 5);
    Fitness fitness = fused -> fused.stream().filter(position -> position < 3).count();
    List<Evaluated> history = Evolution.standard(7).search(space, fitness).history();

    assertThat(meanFitness(history.subList(0, 50))).isLessThan(1);
    assertThat(meanFitness(history.subList(150, 200))).isGreaterThan(1.5);
  }

  @Test
  void tiesGoToFewerBytesThenToSmallerPositions() {
    var space = new SearchSpace(List.of(9L, 5L, 5L, 7L), new Budget.Count(1));
    SearchResult result = new RandomSearch(10, 1).search(space, fused -> 1);

    assertThat(result.best()).isEqualTo(new Evaluated(new TreeSet<>(List.of(1)), 5, 1));
    assertThat(result.history().stream().sorted().map(each -> each.fused().first()))
        .containsExactly(1, 2, 3, 0);
    var shorter = new Evaluated(new TreeSet<>(List.of(1)), 5, 1);
    var longer = new Evaluated(new TreeSet<>(List.of(1, 2)), 5, 1);
    assertThat(shorter).isLessThan(longer).isEqualByComparingTo(shorter);
  }

  @Test
  void refusesAFitnessThatIsNotANumber() {
    assertThatThrownBy(
            () -> new RandomSearch(10, 1).search(SearchSpaceTest.count(1, 1), fused -> Double.NaN))
        .isInstanceOf(SearchException.class)
        .hasMessage("search: the fitness of positions [0] is not a number");
  }

  @Test
  void refusesSettingsThatMeanNothing() {
    assertThatThrownBy(() -> new Evolution(0, 1, 1, 0.1, 1, 1))
        .hasMessage("evolution: population must be at least 1, found 0");
    assertThatThrownBy(() -> new Evolution(1, 0, 1, 0.1, 1, 1))
        .hasMessage("evolution: generations must be at least 1, found 0");
    assertThatThrownBy(() -> new Evolution(1, 1, 0, 0.1, 1, 1))
        .hasMessage("evolution: parents must be at least 1, found 0");
    assertThatThrownBy(() -> new Evolution(1, 1, 1, Double.NaN, 1, 1))
        .hasMessage("evolution: mutation must be 0 to 1, found NaN");
    assertThatThrownBy(() -> new Evolution(1, 1, 1, 0.1, 0, 1))
        .hasMessage("evolution: evaluations must be at least 1, found 0");
    assertThatThrownBy(() -> new RandomSearch(0, 1))
        .hasMessage("random search: evaluations must be at least 1, found 0");
    assertThatThrownBy(() -> new SearchResult(List.of()))
        .hasMessage("search: no candidate was evaluated");
  }

  @Test
  void aCachedFitnessIsAskedOnceForEachCandidate() {
    List<SortedSet<Integer>> asked = new ArrayList<>();
    Fitness cached =
        ((Fitness)
                fused -> {
                  asked.add(fused);
                  return fused.first();
                })
            .cached();
    SearchSpace space = SearchSpaceTest.count(6, 2);
    new RandomSearch(100, 1).search(space, cached);
    new RandomSearch(100, 2).search(space, cached);

    assertThat(asked).hasSize(15).doesNotHaveDuplicates();
  }

  /**
   * A worth for each position and a smaller one for each pair, so that no position decides alone.
   */
  private static Fitness planted(long seed) {
    RandomGenerator random = Seeds.random(seed, "planted");
    double[][] worth = new double[27][27];
    for (int i = 0; i < 27; i++) {
      for (int j = 0; j <= i; j++) {
        worth[i][j] = random.nextGaussian() * (i == j ? 1 : 0.3);
      }
    }
    return fused -> {
      double sum = 0;
      for (int i : fused) {
        for (int j : fused.headSet(i + 1)) {
          sum += worth[i][j];
        }
      }
      return sum;
    };
  }

  private static double meanFitness(List<Evaluated> some) {
    return some.stream().mapToDouble(Evaluated::fitness).average().orElseThrow();
  }

  private static SortedSet<Integer> optimum(SearchSpace space, Fitness fitness) {
    SortedSet<Integer> best = null;
    for (SortedSet<Integer> candidate : space.enumerate(5000)) {
      if (best == null || fitness.of(candidate) > fitness.of(best)) {
        best = candidate;
      }
    }
    return best;
  }

  private static int evaluationsUntil(SortedSet<Integer> optimum, SearchResult result) {
    List<SortedSet<Integer>> order = result.history().stream().map(Evaluated::fused).toList();
    return order.contains(optimum) ? order.indexOf(optimum) + 1 : order.size();
  }
}
