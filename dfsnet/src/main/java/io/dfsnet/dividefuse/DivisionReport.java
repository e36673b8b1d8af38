package io.dfsnet.dividefuse;

import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import java.util.List;
import java.util.Locale;

/**
 * A divided network in words: every position, whether it is fused and what that costs or would
 * cost; then the whole in both topologies. Bytes are those of one image in fp32 with each group on
 * its own node.
 */
public record DivisionReport(Network divided, List<Row> rows) {

  /**
   * One position.
   *
   * @param bytes what each node receives where it is fused, in {@link Topology#PARALLEL}: (G-1)/G
   *     of the map that the convolution reads
   */
  public record Row(Position position, boolean fused, long bytes) {}

  public DivisionReport {
    rows = List.copyOf(rows);
  }

  /** Reads a divided network. */
  public static DivisionReport of(Network divided) {
    return new DivisionReport(
        divided, Positions.of(divided).stream().map(position -> row(divided, position)).toList());
  }

  /** A table of the positions and one of the topologies. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    text.append(String.format(Locale.ROOT, "%s, groups %d%n%n", divided.name(), divided.groups()));
    text.append(
        String.format(
            Locale.ROOT,
            "%8s  %-32s %-6s %12s%n",
            "position",
            "convolution",
            "fused",
            "KiB if fused"));
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%8d  %-32s %-6s %12s%n",
              row.position().index(),
              row.position().convolution(),
              row.fused() ? "yes" : "-",
              kibibytes(row.bytes())));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%n%-10s %12s %14s %12s %14s %14s %10s%n",
            "topology",
            "parameters",
            "MACs",
            "busiest MACs",
            "received KiB",
            "on wire KiB",
            "exchanges"));
    for (Topology topology : Topology.values()) {
      CostModel cost = CostModel.of(divided, topology);
      text.append(
          String.format(
              Locale.ROOT,
              "%-10s %12d %14d %12d %14s %14s %10d%n",
              topology.name().toLowerCase(Locale.ROOT),
              cost.parameters(),
              cost.macs(),
              cost.nodes().stream().mapToLong(CostModel.NodeCost::macs).max().orElseThrow(),
              kibibytes(cost.busiestReceivedBytes()),
              kibibytes(cost.wireBytes()),
              cost.exchanges().size()));
    }
    return text.toString();
  }

  private static Row row(Network divided, Position position) {
    Node node = divided.node(position.convolution());
    boolean fused = divided.groups() > 1 && ((Op.Conv2d) node.op()).groups() == 1;
    long map = divided.shape(node.inputs().getFirst()).elements();
    return new Row(position, fused, Float.BYTES * map * (divided.groups() - 1) / divided.groups());
  }

  private static String kibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.2f", bytes / 1024.0);
  }
}
