package io.dfsnet.nn;

import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.FullyConnected;
import io.dfsnet.engine.PackedWeights;
import io.dfsnet.nn.Parameter.Role;
import java.util.HashMap;
import java.util.Map;

/**
 * The weights of a network as kernels read them: folded and packed once, and shared by all {@link
 * Replica}s of a session.
 */
final class PackedLayers {
  private final Weights weights;
  private final Map<String, PackedConvolution> convolutions = new HashMap<>();
  private final Map<String, FullyConnected.Packed> linears = new HashMap<>();

  /**
   * A convolution and the batch norm behind it.
   *
   * @param bias {@code [outChannels]}, or null
   */
  record PackedConvolution(PackedWeights weights, float[] bias) {}

  PackedLayers(Weights weights) {
    this.weights = weights;
  }

  /** The convolution of a chain, for the kernel of {@code plan}. */
  PackedConvolution convolution(Chain chain, Convolution plan) {
    return convolutions.computeIfAbsent(
        chain.head().name(),
        _ -> {
          var conv = (Op.Conv2d) chain.head().op();
          var folded = FoldedConvolution.of(chain.head(), conv, chain.batchNorm(), weights);
          return new PackedConvolution(plan.pack(folded.weights()), folded.bias());
        });
  }

  FullyConnected.Packed linear(Node node, FullyConnected layer) {
    return linears.computeIfAbsent(
        node.name(), _ -> layer.pack(weights.get(node.parameter(Role.WEIGHT)).data()));
  }

  /** A copy of a parameter that needs no packing. */
  float[] copy(Node node, Role role) {
    return weights.get(node.parameter(role)).data().clone();
  }
}
