package io.dfsnet.nn;

/**
 * Carries out the exchanges of a shard: over sockets, or inside one process. What it gives must be
 * a function of all shards' inputs alone, see {@link Op.Exchange.Kind}.
 */
@FunctionalInterface
public interface Collective {

  /**
   * Gives this shard's input to the other shards and waits for what it gets from them. Every shard
   * calls this with the same sequence of indexes.
   *
   * @param exchange what is exchanged, and which shard this is
   * @param index how many exchanges this run did before
   * @param n how many images both arrays hold
   * @param input this shard's map, {@code [n, ...]}; only valid during the call
   * @param output exactly {@code n} times {@link Op.Exchange#output} elements, to be overwritten
   */
  void exchange(Op.Exchange exchange, int index, int n, float[] input, float[] output);
}
