package io.dfsnet.dividefuse;

/** Who computes a fused convolution. */
public enum Topology {
  /** Every group gets the channels of all groups and computes its own filters. No group idles. */
  PARALLEL,
  /** Group 0 gathers the channels, computes alone, and scatters the result. The others wait. */
  CENTRAL
}
