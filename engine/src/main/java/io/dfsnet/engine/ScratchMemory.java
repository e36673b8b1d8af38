package io.dfsnet.engine;

import java.util.Arrays;

/**
 * Memory that plans share which run one after another, as the layers of a network do, in any order
 * but never two at once. It stays in the cache from one plan to the next, and takes room there for
 * the largest need, not for the sum: with memory of their own, the blocks of MobileNetV2 took 4 MB
 * more, and weights had to come from memory in every run that the third-level cache has room for.
 *
 * <p>Each thread of a plan has an array of its own.
 */
public final class ScratchMemory {
  private int floats;
  private float[][] byHand = {};

  /** Makes memory that no plan has a need of yet. */
  public ScratchMemory() {}

  /** Says, when a plan is made, what one of its threads will need. */
  void require(int floats) {
    this.floats = Math.max(this.floats, floats);
  }

  /**
   * The array of a thread, as long as the largest need so far. A plan keeps it; when a larger need
   * has come up since, plans that ask later get another one.
   *
   * @param hand the number of the thread
   */
  float[] of(int hand) {
    if (hand >= byHand.length) {
      byHand = Arrays.copyOf(byHand, hand + 1);
    }
    if (byHand[hand] == null || byHand[hand].length < floats) {
      byHand[hand] = new float[floats];
    }
    return byHand[hand];
  }
}
