package io.dfsnet.nn.train;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Weights;

/**
 * What one step trains: a network, and where its parameters are. All steps of an ordinary training
 * have the same lesson; a weight-sharing search gives each step another network over the same
 * weights.
 */
public record Lesson(Network network, Binding binding) {

  /**
   * The lesson that trains all of a network's own weights.
   *
   * @throws io.dfsnet.nn.NetworkException if the weights do not fit the network
   */
  public static Lesson of(Network network, Weights weights) {
    weights.requireFit(network);
    return new Lesson(network, new WeightsBinding(weights, WeightsBinding.DEFAULT_MOMENTUM));
  }
}
