package io.dfsnet.cli;

import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.nn.Network;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** How a network is divided. */
final class DivisionOptions {
  @Option(
      names = "--groups",
      paramLabel = "G",
      description = "Divide every convolution into G channel groups.")
  Integer groups;

  @Option(
      names = "--fuse",
      paramLabel = "P",
      split = ",",
      description = "Positions, counted from 0, whose convolution still sees all groups: 3,6.")
  SortedSet<Integer> fuse;

  @Option(
      names = "--width",
      paramLabel = "POLICY",
      description =
          "keep: the channels as they are (default). iso: times sqrt(G), about the original's"
              + " parameters in all. full: times G, the original's on every node.")
  WidthPolicy width;

  /** The division asked for, if any. */
  Optional<Division> division() {
    if (groups == null) {
      if (fuse != null || width != null) {
        throw new UsageException(
            (fuse == null ? "--width" : "--fuse")
                + ": says how to divide, but not into how many groups; add --groups 4, for"
                + " example");
      }
      return Optional.empty();
    }
    return Optional.of(
        new Division(
            groups,
            fuse == null ? new TreeSet<>() : fuse,
            width == null ? WidthPolicy.KEEP : width));
  }

  /** The network divided as asked, or as it is. */
  Network apply(Network original) {
    return division().map(division -> Divider.divide(original, division)).orElse(original);
  }
}
