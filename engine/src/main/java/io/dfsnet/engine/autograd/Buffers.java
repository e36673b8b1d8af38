package io.dfsnet.engine.autograd;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Recycles float arrays by length. A training step takes the same arrays as the step before, so
 * from the second step on nothing is allocated, and the garbage collector has nothing to clear.
 */
class Buffers {
  private final Map<Integer, ArrayDeque<Buffer>> idle = new HashMap<>();

  /** An array of exactly this length with one holder; what it holds is undefined. */
  final Buffer take(int length) {
    Buffer buffer = idle.computeIfAbsent(length, any -> new ArrayDeque<>()).poll();
    if (buffer == null) {
      buffer = new Buffer(this, allocate(length));
    }
    prepare(buffer.data());
    return buffer.hold();
  }

  /** Called by a buffer that nobody holds any more. */
  final void comeBack(Buffer buffer) {
    prepare(buffer.data());
    idle.get(buffer.data().length).push(buffer);
  }

  /** A new array, where no idle one fits. */
  float[] allocate(int length) {
    return new float[length];
  }

  /** Sees every array that is handed out or comes back; tests spoil what nobody may rely on. */
  void prepare(float[] data) {}
}
