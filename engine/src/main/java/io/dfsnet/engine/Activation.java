package io.dfsnet.engine;

/** The function that a fused kernel applies to each output element last. */
public enum Activation {
  /** The value as it is. */
  NONE,
  /** {@code max(x, 0)}. */
  RELU,
  /** {@code min(max(x, 0), 6)}. */
  RELU6
}
