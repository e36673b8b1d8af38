package io.dfsnet.nn.onnx;

import java.nio.FloatBuffer;
import java.util.Arrays;

/** Floats that come one by one or in pieces; holds at most twice as many as came. */
final class FloatList {
  private float[] values = new float[0];
  private int size;

  void add(float value) {
    reserve(1);
    values[size++] = value;
  }

  void add(FloatBuffer piece) {
    int count = piece.remaining();
    reserve(count);
    piece.get(values, size, count);
    size += count;
  }

  FloatBuffer toBuffer() {
    return FloatBuffer.wrap(values, 0, size).slice();
  }

  /** The pieces come from one array of bytes, so that their count stays far from overflow. */
  private void reserve(int more) {
    if (size + more > values.length) {
      values = Arrays.copyOf(values, Math.max(size + more, 2 * size));
    }
  }
}
