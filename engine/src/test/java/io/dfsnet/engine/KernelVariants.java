package io.dfsnet.engine;

import java.util.List;

/** A convolution for every kernel that the registry admits to a geometry, the chosen one first. */
final class KernelVariants {
  private static final Kernels KERNELS = Engine.kernels();
  private static final KernelRegistry REGISTRY = new KernelRegistry(KERNELS);

  private KernelVariants() {}

  static List<Convolution> forward(Conv2dGeometry geometry) {
    var data = REGISTRY.backwardData(geometry).getFirst();
    var weights = REGISTRY.backwardWeights(geometry).getFirst();
    return REGISTRY.forward(geometry).stream()
        .map(choice -> new Convolution(geometry, KERNELS, choice, data, weights))
        .toList();
  }

  static List<Convolution> backwardData(Conv2dGeometry geometry) {
    var forward = REGISTRY.forward(geometry).getFirst();
    var weights = REGISTRY.backwardWeights(geometry).getFirst();
    return REGISTRY.backwardData(geometry).stream()
        .map(choice -> new Convolution(geometry, KERNELS, forward, choice, weights))
        .toList();
  }

  static List<Convolution> backwardWeights(Conv2dGeometry geometry) {
    var forward = REGISTRY.forward(geometry).getFirst();
    var data = REGISTRY.backwardData(geometry).getFirst();
    return REGISTRY.backwardWeights(geometry).stream()
        .map(choice -> new Convolution(geometry, KERNELS, forward, data, choice))
        .toList();
  }

  /** The convolution on the scalar kernels, whatever the engine has chosen. */
  static Convolution scalar(Conv2dGeometry geometry) {
    var kernels = new ScalarKernels();
    var registry = new KernelRegistry(kernels);
    return new Convolution(
        geometry,
        kernels,
        registry.forward(geometry).getFirst(),
        registry.backwardData(geometry).getFirst(),
        registry.backwardWeights(geometry).getFirst());
  }
}
