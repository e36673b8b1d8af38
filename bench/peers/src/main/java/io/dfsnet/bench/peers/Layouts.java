package io.dfsnet.bench.peers;

import io.dfsnet.engine.Shape;

/** Changes of the order of axes, for libraries that want channels last. */
final class Layouts {
  private Layouts() {}

  /**
   * The values with other axes outermost to innermost: axis {@code i} of the result is axis {@code
   * order[i]} of {@code shape}.
   */
  static float[] permute(float[] values, Shape shape, int... order) {
    int rank = shape.rank();
    int[] strides = new int[rank];
    int stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.size(axis);
    }
    float[] permuted = new float[values.length];
    int[] index = new int[rank];
    for (int to = 0; to < permuted.length; to++) {
      int from = 0;
      for (int axis = 0; axis < rank; axis++) {
        from += index[axis] * strides[order[axis]];
      }
      permuted[to] = values[from];
      for (int axis = rank - 1; axis >= 0 && ++index[axis] == shape.size(order[axis]); axis--) {
        index[axis] = 0;
      }
    }
    return permuted;
  }

  /** {@code [n, c, h, w]} to {@code [n, h, w, c]}. */
  static float[] channelsLast(float[] values, Shape nchw) {
    return permute(values, nchw, 0, 2, 3, 1);
  }

  /** {@code [n, h, w, c]} back to {@code [n, c, h, w]}, whose shape is given. */
  static float[] channelsFirst(float[] values, Shape nchw) {
    Shape nhwc = Shape.of(nchw.size(0), nchw.size(2), nchw.size(3), nchw.size(1));
    return permute(values, nhwc, 0, 3, 1, 2);
  }
}
