package io.dfsnet.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one step of a session computes: a chain, or two of which the first is read by the second
 * alone and never stored whole, because the planned convolutions run as one ({@link
 * PlannedConvolutions#pair}).
 *
 * @param chains one or two
 */
record Stretch(List<Chain> chains) {

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
    // From behind, because a chain is taken by its reader; three in a row make a pair and a chain.
    for (Chain chain : chains.reversed()) {
      if (taken.add(chain)) {
        Chain before = byLast.get(chain.head().inputs().stream().findFirst().orElse(""));
        boolean pairs =
            before != null
                && before.addend().isEmpty()
                && network.consumers(before.last()).size() == 1
                && before.last() != network.output()
                && convolutions.pair(before.head(), chain.head()).isPresent();
        if (pairs) {
          taken.add(before);
        }
        stretches.addFirst(pairs ? new Stretch(List.of(before, chain)) : of(chain));
      }
    }
    return List.copyOf(stretches);
  }

  Chain first() {
    return chains.getFirst();
  }

  boolean isPair() {
    return chains.size() == 2;
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
    return isPair()
        ? Stream.concat(first().inputs().stream(), chains.getLast().addend().stream()).toList()
        : first().inputs();
  }
}
