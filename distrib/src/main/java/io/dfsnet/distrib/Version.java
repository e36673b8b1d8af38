package io.dfsnet.distrib;

import io.dfsnet.distrib.DistributedException.Code;

/**
 * A version of the protocol. A new minor version adds what an older reader never gets to see; a new
 * major version changes what is there.
 */
record Version(int major, int minor) implements Comparable<Version> {

  /** All versions that this implementation speaks. */
  static final Range SUPPORTED = new Range(new Version(1, 0), new Version(1, 0));

  @Override
  public int compareTo(Version other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }

  /** All versions from {@code lowest} to {@code highest}. */
  record Range(Version lowest, Version highest) {

    boolean contains(Version version) {
      return lowest.compareTo(version) <= 0 && version.compareTo(highest) <= 0;
    }

    /**
     * The highest version that both sides speak.
     *
     * @throws DistributedException that names both ranges if there is none
     */
    Version common(Range other) {
      Version candidate = highest.compareTo(other.highest) < 0 ? highest : other.highest;
      if (!contains(candidate) || !other.contains(candidate)) {
        throw new DistributedException(
            Code.VERSION_MISMATCH,
            "this side speaks protocol "
                + this
                + ", the other "
                + other
                + "; run the same release on both");
      }
      return candidate;
    }

    @Override
    public String toString() {
      return lowest.equals(highest) ? lowest.toString() : lowest + " to " + highest;
    }
  }
}
