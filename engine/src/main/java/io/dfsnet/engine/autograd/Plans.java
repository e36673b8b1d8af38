package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.BatchNormalization;
import io.dfsnet.engine.ChannelSums;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.FullyConnected;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Workers;
import java.util.HashMap;
import java.util.Map;

/** The plans of a tape's layers: made once per geometry, used in every step. */
final class Plans {
  private final Map<Conv2dGeometry, Convolution> convolutions = new HashMap<>();
  private final Map<Shape, ChannelSums> channelSums = new HashMap<>();
  private final Map<BatchNormSize, BatchNormalization> normalizations = new HashMap<>();
  private final Map<LinearSize, LinearPlan> linears = new HashMap<>();

  Convolution convolution(Conv2dGeometry geometry) {
    return convolutions.computeIfAbsent(geometry, Convolution::of);
  }

  /** For the gradient of a convolution's bias. */
  ChannelSums channelSums(Shape output) {
    return channelSums.computeIfAbsent(output, ChannelSums::of);
  }

  BatchNormalization batchNorm(Shape shape, float epsilon) {
    return normalizations.computeIfAbsent(
        new BatchNormSize(shape, epsilon), size -> BatchNormalization.of(shape, epsilon));
  }

  LinearPlan linear(int n, int inFeatures, int outFeatures, int parts) {
    return linears.computeIfAbsent(
        new LinearSize(n, inFeatures, outFeatures, parts), LinearPlan::new);
  }

  private record BatchNormSize(Shape shape, float epsilon) {}

  private record LinearSize(int n, int inFeatures, int outFeatures, int parts) {}

  /** A layer and room for its packed weights, which every step packs anew. */
  static final class LinearPlan {
    private final FullyConnected layer;
    private final FullyConnected.Packed packed;

    private LinearPlan(LinearSize size) {
      layer = FullyConnected.of(size.n, size.inFeatures, size.outFeatures, size.parts);
      packed = layer.pack(new float[size.outFeatures * size.inFeatures]);
    }

    FullyConnected layer() {
      return layer;
    }

    void forward(float[] weight, float[] input, float[] bias, float[] output, Workers workers) {
      layer.pack(weight, packed);
      layer.forward(input, packed, bias, Activation.NONE, output, workers);
    }
  }
}
