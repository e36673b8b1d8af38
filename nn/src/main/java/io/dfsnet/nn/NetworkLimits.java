package io.dfsnet.nn;

/**
 * How large a network may be that comes from a file, of whatever format: one place, so that every
 * network that was read can be written and read again. Far above what networks have, and low enough
 * that no file makes a reader allocate or loop without end.
 */
public final class NetworkLimits {
  /** The largest number of channels, rows, columns, groups or steps. */
  public static final int SIZE = 1 << 20;

  /** The most values that all nodes together give for one image. */
  public static final long ACTIVATIONS = 1L << 28;

  /** The most nodes that one node reads. */
  public static final int INPUTS = 1024;

  /** The most characters of a name. */
  public static final int NAME = 200;

  private NetworkLimits() {}
}
