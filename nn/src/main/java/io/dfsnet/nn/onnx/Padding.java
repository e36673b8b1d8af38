package io.dfsnet.nn.onnx;

import java.util.Optional;

/** What a Pad operator adds in front of and behind one axis: zeros, and nothing elsewhere. */
record Padding(long below, long above) {

  /**
   * The padding of a call, or nothing if it pads another axis, or other values than zeros.
   *
   * @param rank of what it pads, the batch included
   * @param axis that may be padded
   */
  static Optional<Padding> of(OperatorCall call, int rank, int axis) {
    if (!call.text("mode", "constant").equals("constant") || call.real(2, "value", 0) != 0) {
      return Optional.empty();
    }
    long[] pads = call.integers(1, "pads").orElseThrow(() -> new Unsupported("has no pads"));
    long[] axes = call.integers(3, "axes").orElse(null);
    int padded = axes == null ? rank : axes.length;
    if (pads.length != 2 * padded) {
      throw new Unsupported("has " + pads.length + " pads for " + padded + " axes");
    }
    long below = 0;
    long above = 0;
    for (int i = 0; i < padded; i++) {
      if ((axes == null ? i : call.axis(axes[i], rank)) == axis) {
        below = pads[i];
        above = pads[padded + i];
      } else if (pads[i] != 0 || pads[padded + i] != 0) {
        return Optional.empty();
      }
    }
    return Optional.of(new Padding(below, above));
  }

  /** The padding of a later call, if it is one that leaves what it pads in the middle. */
  static Optional<Padding> ahead(OperatorCall call, int rank, int axis) {
    return OperatorCall.ahead(() -> of(call, rank, axis))
        .flatMap(found -> found)
        .filter(Padding::isInTheMiddle);
  }

  /** Whether what is padded comes to lie in the middle, the odd one of the zeros behind it. */
  boolean isInTheMiddle() {
    return below >= 0 && below <= Integer.MAX_VALUE && (above == below || above == below + 1);
  }

  long sum() {
    return below + above;
  }
}
