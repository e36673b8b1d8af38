package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;

/** How a convolution or pooling moves over a map, from the attributes that they have in common. */
record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padHeight,
    int padWidth,
    int dilationHeight,
    int dilationWidth) {

  private static final int AXES = 2;

  /** The window of a call over maps of this shape. */
  static Window of(OperatorCall call, Shape map) {
    long[] kernel =
        call.integers("kernel_shape").orElseThrow(() -> new Unsupported("has no kernel_shape"));
    return of(call, map, kernel);
  }

  /** The same for a kernel that is known otherwise. */
  static Window of(OperatorCall call, Shape map, long[] kernel) {
    int[] kernels = pair("kernel_shape", kernel, 1);
    int[] strides = pair("strides", call.integers("strides").orElse(new long[] {1, 1}), 1);
    int[] dilations = pair("dilations", call.integers("dilations").orElse(new long[] {1, 1}), 1);
    int[] pads = new int[AXES];
    for (int axis = 0; axis < AXES; axis++) {
      pads[axis] =
          pad(call, axis, map.size(1 + axis), kernels[axis], strides[axis], dilations[axis]);
    }
    return new Window(
        kernels[0],
        kernels[1],
        strides[0],
        strides[1],
        pads[0],
        pads[1],
        dilations[0],
        dilations[1]);
  }

  /** The kernel of a window that is the same on both axes and not dilated, as pooling needs it. */
  void requireSquare() {
    if (kernelHeight != kernelWidth
        || strideHeight != strideWidth
        || padHeight != padWidth
        || dilationHeight != 1
        || dilationWidth != 1) {
      throw new Unsupported(
          "its window differs between height and width or is dilated; pooling needs squares");
    }
  }

  /**
   * Refuses rounding up of the output's size where it makes a difference.
   *
   * @param ceil whether it is asked for
   */
  void requireRoundsDown(boolean ceil, Shape map) {
    if (ceil
        && ((map.size(1) + 2 * padHeight - kernelHeight) % strideHeight != 0
            || (map.size(2) + 2 * padWidth - kernelWidth) % strideWidth != 0)) {
      throw new Unsupported("rounds the size of its output up (ceil_mode 1), only down is read");
    }
  }

  /** The padding on both sides of an axis. */
  private static int pad(
      OperatorCall call, int axis, int size, int kernel, int stride, int dilation) {
    String mode = call.text("auto_pad", "NOTSET");
    switch (mode) {
      case "NOTSET" -> {
        long[] pads = call.integers("pads").orElse(new long[2 * AXES]);
        if (pads.length != 2 * AXES || pads[axis] != pads[AXES + axis]) {
          throw new Unsupported("pads must be four and the same on both sides of an axis");
        }
        return OperatorCall.size("pads", pads[axis], 0);
      }
      case "VALID" -> {
        return 0;
      }
      case "SAME_UPPER", "SAME_LOWER" -> {
        // As much as it takes for ceil(size / stride) outputs.
        long extent = (long) dilation * (kernel - 1) + 1;
        long total = Math.max(0, (long) (Math.ceilDiv(size, stride) - 1) * stride + extent - size);
        if (total % 2 != 0) {
          throw new Unsupported(
              "auto_pad " + mode + " pads one side of an axis more than the other");
        }
        return OperatorCall.size("pads", total / 2, 0);
      }
      default -> throw new Unsupported("auto_pad is unknown");
    }
  }

  private static int[] pair(String what, long[] values, int least) {
    if (values.length != AXES) {
      throw new Unsupported(what + " has " + values.length + " sizes, maps have two");
    }
    return new int[] {
      OperatorCall.size(what, values[0], least), OperatorCall.size(what, values[1], least)
    };
  }
}
