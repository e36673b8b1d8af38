package io.dfsnet.engine;

/**
 * A planned backward pass to the weights. Its sums over the batch are cut in a way that depends on
 * the geometry alone, so that results do not depend on the thread count. A pass owns its scratch
 * memory: one call at a time.
 */
interface OuterPass {
  /** Overwrites the gradient of the weights. */
  void run(float[] input, float[] gradOutput, float[] gradWeights, Workers workers);
}
