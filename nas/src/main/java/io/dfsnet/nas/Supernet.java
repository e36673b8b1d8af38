package io.dfsnet.nas;

import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.engine.BlockDiagonal;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nas.EntangledLayout.Source;
import io.dfsnet.nn.Initialization;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.train.Lesson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * All ways to fuse one network, over one set of weights. At every position there are two choices,
 * grouped and fused, with entangled weights:
 *
 * <table>
 * <caption>The tensors of a position: its convolution {@code conv}, the batch norm {@code bn} behind
 *     it</caption>
 * <tr><th>tensor<th>grouped<th>fused
 * <tr><td>{@code conv.weight}, dense<td>the blocks on its diagonal<td>all of it
 * <tr><td>{@code bn#grouped.weight}, {@code .bias} and so on<td>all of it<td>-
 * <tr><td>{@code bn#fused.weight}, {@code .bias} and so on<td>-<td>all of it
 * </table>
 *
 * Each choice has batch norms of its own, because the two give maps of different statistics.
 * Everything else is shared by all candidates, under its own name.
 *
 * <p>A known bias of entangled weights: in a step that does not fuse a position, the weights off
 * its diagonal have no gradient, but weight decay and momentum move them all the same.
 */
public final class Supernet {
  private final int groups;
  private final EntangledLayout layout;
  private final Weights weights;

  /**
   * A supernet over weights that {@link #initial} began and that may have been trained and stored
   * since.
   *
   * @param weights held, not copied: training changes them
   * @throws NetworkException if a tensor is missing, unknown or misshapen
   * @throws SearchException if there is only one group, or the network has no positions
   */
  public Supernet(Network original, int groups, WidthPolicy width, Weights weights) {
    this(groups, new EntangledLayout(original, groups, width), weights);
    requireFit(layout.tensors(), weights);
  }

  private Supernet(int groups, EntangledLayout layout, Weights weights) {
    this.groups = groups;
    this.layout = layout;
    this.weights = weights;
  }

  /**
   * A supernet with fresh weights, see {@link Weights#initial(Network, long)}.
   *
   * @throws SearchException if there is only one group, or the network has no positions
   */
  public static Supernet initial(Network original, int groups, WidthPolicy width, long seed) {
    var layout = new EntangledLayout(original, groups, width);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter tensor : layout.tensors()) {
      tensors.put(tensor.name(), Weights.initial(tensor, Initialization.HE, seed));
    }
    return new Supernet(groups, layout, new Weights(tensors));
  }

  /** The weights of all candidates, not a copy: what a trainer of {@link #candidate} changes. */
  public Weights weights() {
    return weights;
  }

  /** The network of a candidate. */
  public Network network(SortedSet<Integer> fused) {
    return layout.network(fused);
  }

  /** A candidate to be trained for a step: its network, bound to the shared weights. */
  public Lesson candidate(SortedSet<Integer> fused) {
    Network network = layout.network(fused);
    return new Lesson(
        network, new EntangledBinding(weights, layout.sources(network, fused), groups));
  }

  /** The weights of a candidate as plain weights of its network, in copies. */
  public Weights weights(SortedSet<Integer> fused) {
    return model(fused).weights();
  }

  /** A candidate apart from the supernet: its network with copies of its weights. */
  public Model model(SortedSet<Integer> fused) {
    Network network = layout.network(fused);
    Map<String, Source> sources = layout.sources(network, fused);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : network.parameters()) {
      Source source = sources.get(parameter.name());
      Tensor tensor = weights.get(source.tensor());
      tensors.put(parameter.name(), source.diagonal() ? diagonalBlocks(tensor) : tensor.copy());
    }
    return new Model(network, new Weights(tensors));
  }

  private Tensor diagonalBlocks(Tensor dense) {
    var blocks = new BlockDiagonal(dense.shape(), groups);
    Tensor grouped = Tensor.zeros(blocks.groupedShape());
    blocks.extract(dense.data(), grouped.data());
    return grouped;
  }

  private static void requireFit(List<Parameter> tensors, Weights weights) {
    for (Parameter tensor : tensors) {
      if (!weights.get(tensor.name()).shape().equals(tensor.shape())) {
        throw new NetworkException(
            "supernet: '"
                + tensor.name()
                + "' is "
                + weights.get(tensor.name()).shape()
                + " instead of "
                + tensor.shape());
      }
    }
    if (weights.tensors().size() != tensors.size()) {
      throw new NetworkException(
          "supernet: has " + tensors.size() + " tensors, found " + weights.tensors().size());
    }
  }
}
