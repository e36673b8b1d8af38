package io.dfsnet.engine;

import java.util.Optional;

/**
 * A planned pass whose result elements are sums of products of source elements and weights: the
 * forward pass, and backward to data. Families of kernels implement it; {@link KernelRegistry} says
 * which one a geometry gets.
 *
 * <p>Forward passes sum in the canonical order that {@link Convolution} promises, whatever the
 * family. A pass owns its scratch memory: one call at a time.
 */
interface SumPass {
  /** Names the order of packed weights; passes that agree in it can share them. */
  String weightOrder();

  /** The weights in the order in which the kernel reads them, in as many arrays as it likes. */
  float[][] pack(float[] weights);

  /** As {@link #pack(float[])}, into arrays that it returned before. */
  void pack(float[] weights, float[][] packed);

  /** The same sum piece by piece, where the pass can do so. */
  default Optional<BandedSum> banded() {
    return Optional.empty();
  }

  /** Overwrites the result; allocates nothing after the first call with a thread count. */
  void run(float[] source, float[][] weights, Epilogue epilogue, float[] result, Workers workers);
}
