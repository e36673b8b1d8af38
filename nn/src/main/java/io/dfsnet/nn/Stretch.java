package io.dfsnet.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one step of a session computes: a chain, or two or three of which each is read by the next
 * alone and never stored whole, because the planned convolutions run as one ({@link
 * PlannedConvolutions#fused}).
 *
 * @param chains one to three
 */
record Stretch(List<Chain> chains) {
  private static final int MOST_CHAINS = 3;

  /** A chain by itself. */
  static Stretch of(Chain chain) {
    return new Stretch(List.of(chain));
  }

  /** Cuts a network into stretches, in an order in which every one comes after its inputs. */
  static List<Stretch> of(Network network, PlannedConvolutions convolutions) {
    List<Chain> chains = Chain.of(network);
    Map<String, Chain> byLast = new HashMap<>();
    chains.forEach(chain -> byLast.put(chain.last().name(), chain));
    List<Stretch> stretches = new ArrayList<>();
    Set<Chain> taken = new HashSet<>();
    // From behind, because a chain is taken by its reader, and the most at once.
    for (Chain chain : chains.reversed()) {
      if (!taken.contains(chain)) {
        var run = new Stretch(run(chain, byLast, network));
        while (run.isFused() && convolutions.fused(run.heads()).isEmpty()) {
          run = new Stretch(run.chains.subList(1, run.chains.size()));
        }
        taken.addAll(run.chains);
        stretches.addFirst(run);
      }
    }
    return List.copyOf(stretches);
  }

  /** The chain and those in front of it that lead nowhere else. */
  private static List<Chain> run(Chain last, Map<String, Chain> byLast, Network network) {
    List<Chain> run = new ArrayList<>(List.of(last));
    while (run.size() < MOST_CHAINS) {
      var inputs = run.getFirst().head().inputs();
      Chain before = inputs.isEmpty() ? null : byLast.get(inputs.getFirst());
      boolean leadsElsewhere =
          before == null
              || before.addend().isPresent()
              || network.consumers(before.last()).size() > 1
              || before.last() == network.output();
      if (leadsElsewhere) {
        break;
      }
      run.addFirst(before);
    }
    return run;
  }

  Chain first() {
    return chains.getFirst();
  }

  /** Whether several chains run as one. */
  boolean isFused() {
    return chains.size() > 1;
  }

  /** The first node of each chain. */
  List<Node> heads() {
    return chains.stream().map(Chain::head).toList();
  }

  List<Node> nodes() {
    return chains.stream().flatMap(chain -> chain.nodes().stream()).toList();
  }

  /** The node whose output the stretch computes. */
  Node last() {
    return chains.getLast().last();
  }

  /** The nodes that the stretch reads. */
  List<String> inputs() {
    return isFused()
        ? Stream.concat(first().inputs().stream(), chains.getLast().addend().stream()).toList()
        : first().inputs();
  }
}
