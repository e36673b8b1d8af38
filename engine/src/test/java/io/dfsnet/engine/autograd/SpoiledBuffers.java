package io.dfsnet.engine.autograd;

import java.util.Arrays;

/**
 * Buffers full of NaN, when handed out and when taken back: an operation that leaves an element
 * unwritten, reads one before it wrote it, or reads an array that it has given back, shows.
 */
final class SpoiledBuffers extends Buffers {
  private int allocations;

  /** How many arrays have been made so far. */
  int allocations() {
    return allocations;
  }

  @Override
  float[] allocate(int length) {
    allocations++;
    return super.allocate(length);
  }

  @Override
  void prepare(float[] data) {
    Arrays.fill(data, Float.NaN);
  }
}
