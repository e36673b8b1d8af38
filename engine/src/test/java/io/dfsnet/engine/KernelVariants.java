package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.List;

/** Convolutions on kernels that the registry admits but would not take. */
final class KernelVariants {
  private KernelVariants() {}

  /**
   * Convolutions that together run every kernel that the registry admits to a geometry, on the
   * kernels that the engine has chosen; the first one is {@link Convolution#of}.
   */
  static List<Convolution> all(Conv2dGeometry geometry) {
    return all(geometry, Engine.kernels());
  }

  /** The same on scalar kernels, whatever the engine has chosen. */
  static List<Convolution> scalar(Conv2dGeometry geometry) {
    return all(geometry, new ScalarKernels());
  }

  /** True if a kernel sums by {@link Winograd}'s filtering. */
  static boolean isWinograd(String kernel) {
    return kernel.contains("_winograd_");
  }

  private static List<Convolution> all(Conv2dGeometry geometry, Kernels kernels) {
    var registry = new KernelRegistry(kernels);
    var forward = registry.forward(geometry);
    var backwardData = registry.backwardData(geometry);
    var backwardWeights = registry.backwardWeights(geometry);
    int most = Math.max(forward.size(), Math.max(backwardData.size(), backwardWeights.size()));
    List<Convolution> all = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      all.add(
          new Convolution(
              geometry,
              forward.get(i % forward.size()),
              backwardData.get(i % backwardData.size()),
              backwardWeights.get(i % backwardWeights.size())));
    }
    return all;
  }
}
