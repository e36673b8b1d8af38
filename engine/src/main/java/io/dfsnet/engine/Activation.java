package io.dfsnet.engine;

/** The function that a fused kernel applies to each output element last. */
public enum Activation {
  /** The value as it is. */
  NONE,
  /** {@code max(x, 0)}. */
  RELU,
  /** {@code min(max(x, 0), 6)}. */
  RELU6;

  /** Below which values are cut off. */
  float floor() {
    return this == NONE ? Float.NEGATIVE_INFINITY : 0;
  }

  /** Above which values are cut off. */
  float ceiling() {
    return this == RELU6 ? 6 : Float.POSITIVE_INFINITY;
  }

  /**
   * {@link #floor} for floats that are taken as ints. Of the floats that are no NaN and not
   * negative the greater one is the greater int, and all that are negative are negative ints. So
   * {@code max(x, floorBits)} and then {@code min(x, ceilingBits)} cut off what floor and ceiling
   * do. A NaN may be lost: who does so finds out beforehand, or adds up all values and starts anew
   * where the sum is NaN.
   *
   * <p>With AVX-512 the result of comparing vectors is a register of another kind, and comparing
   * and blending once takes as long as two and a half multiply-adds; minima and maxima of ints are
   * next to nothing.
   */
  int floorBits() {
    return this == NONE ? Integer.MIN_VALUE : 0;
  }

  /** {@link #ceiling} for floats that are taken as ints, see {@link #floorBits}. */
  int ceilingBits() {
    return this == RELU6 ? Float.floatToRawIntBits(6) : Integer.MAX_VALUE;
  }
}
