package io.dfsnet.nn.models;

/**
 * How a residual block's shortcut changes shape where the block does ("Deep Residual Learning", He
 * et al., 2016, section 3.3). Where the shape stays, every shortcut is the identity.
 */
public enum Shortcut {
  /** Option A: every second row and column, and new channels of zeros; no parameters. */
  PAD,
  /** Option B: a 1x1 convolution with stride 2 and a batch norm. */
  PROJECTION
}
