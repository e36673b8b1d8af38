package io.dfsnet.nn;

/**
 * A network with weights that fit it.
 *
 * @param network the graph
 * @param weights every tensor that the graph needs, in its shape, and no other
 */
public record Model(Network network, Weights weights) {

  /**
   * @throws NetworkException if the weights do not fit
   */
  public Model {
    weights.requireFit(network);
  }

  /** A network with fresh weights, see {@link Weights#initial(Network, long)}. */
  public static Model initial(Network network, long seed) {
    return initial(network, Initialization.HE, seed);
  }

  /** A network with fresh weights that are drawn so. */
  public static Model initial(Network network, Initialization initialization, long seed) {
    return new Model(network, Weights.initial(network, initialization, seed));
  }
}
