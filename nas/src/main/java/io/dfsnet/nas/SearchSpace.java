package io.dfsnet.nas;

import io.dfsnet.dividefuse.CostModel;
import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.Position;
import io.dfsnet.dividefuse.Positions;
import io.dfsnet.dividefuse.Topology;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.nn.Network;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The candidates of a search: sets of fused positions that keep to a budget and use it up, so that
 * no further position would fit. (Fusing more keeps more of the original; what a smaller set could
 * win is not worth the larger space.) With a budget of K positions these are all sets of K.
 *
 * @param bytes what every position's fusion costs, see {@link Budget.Bytes}; a map that two
 *     positions read counts twice here
 */
public record SearchSpace(List<Long> bytes, Budget budget) {

  /**
   * @throws SearchException if the budget allows no position
   */
  public SearchSpace {
    bytes = List.copyOf(bytes);
    long cheapest =
        bytes.stream()
            .mapToLong(budget::price)
            .min()
            .orElseThrow(() -> new SearchException("search: the network has no fusion positions"));
    if (cheapest > budget.total()) {
      throw new SearchException(
          "search: budget " + budget + " allows no position, the cheapest takes " + cheapest);
    }
  }

  /** The space of a network in {@code groups} groups; {@link CostModel} tells the bytes. */
  public static SearchSpace of(Network original, int groups, WidthPolicy width, Budget budget) {
    long unfused = receivedBytes(original, new Division(groups, new TreeSet<>(), width));
    List<Long> bytes = new ArrayList<>();
    for (Position position : Positions.of(original)) {
      var fused = new TreeSet<>(List.of(position.index()));
      bytes.add(receivedBytes(original, new Division(groups, fused, width)) - unfused);
    }
    return new SearchSpace(bytes, budget);
  }

  /** How many positions there are. */
  public int positions() {
    return bytes.size();
  }

  /** What the fusions of a set cost together. */
  public long bytes(Collection<Integer> fused) {
    return fused.stream().mapToLong(bytes::get).sum();
  }

  /** Whether a set keeps to the budget. */
  public boolean allows(Collection<Integer> fused) {
    return left(fused) >= 0;
  }

  /** The positions that keep to the budget, each alone. */
  public List<Integer> affordable() {
    return IntStream.range(0, positions()).filter(this::fitsAlone).boxed().toList();
  }

  /**
   * The candidate that takes positions in this order, each that still fits.
   *
   * @param order a permutation of all positions, so that nothing is left that would fit
   */
  public SortedSet<Integer> fill(List<Integer> order) {
    long left = budget.total();
    SortedSet<Integer> fused = new TreeSet<>();
    for (int position : order) {
      if (price(position) <= left && fused.add(position)) {
        left -= price(position);
      }
    }
    return fused;
  }

  /** A random candidate. */
  public SortedSet<Integer> random(RandomGenerator random) {
    return fill(shuffled(IntStream.range(0, positions()).boxed().toList(), random));
  }

  /**
   * All candidates.
   *
   * @param limit how many there may be at most
   * @throws SearchException if there are more, or too many sets to look at
   */
  public List<SortedSet<Integer>> enumerate(int limit) {
    var enumeration = new Enumeration(this, limit);
    List<SortedSet<Integer>> candidates = enumeration.run();
    if (!enumeration.isComplete()) {
      throw new SearchException(
          "search: budget "
              + budget
              + " allows more than "
              + candidates.size()
              + " candidates, too many to list");
    }
    return candidates;
  }

  /** Whether the set keeps to the budget and nothing more would fit. */
  boolean isCandidate(Collection<Integer> fused) {
    long left = left(fused);
    return left >= 0
        && IntStream.range(0, positions())
            .allMatch(position -> fused.contains(position) || price(position) > left);
  }

  /** What a position takes of the budget. */
  long price(int position) {
    return budget.price(bytes.get(position));
  }

  static List<Integer> shuffled(Collection<Integer> positions, RandomGenerator random) {
    List<Integer> order = new ArrayList<>(positions);
    Collections.shuffle(order, random);
    return order;
  }

  private boolean fitsAlone(int position) {
    return price(position) <= budget.total();
  }

  private long left(Collection<Integer> fused) {
    return budget.total() - fused.stream().mapToLong(this::price).sum();
  }

  private static long receivedBytes(Network original, Division division) {
    Network divided = Divider.divide(original, division);
    return CostModel.of(divided, Topology.PARALLEL).busiestReceivedBytes();
  }
}
