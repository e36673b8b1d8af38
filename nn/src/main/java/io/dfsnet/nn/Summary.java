package io.dfsnet.nn;

import io.dfsnet.engine.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The reader that tells, node by node and in total, what a network holds and costs. */
public final class Summary {
  private static final List<String> HEADINGS =
      List.of("node", "op", "output", "groups", "parameters", "MACs", "bytes");

  private final Network network;
  private final List<Row> rows;

  private Summary(Network network) {
    this.network = network;
    this.rows = network.nodes().stream().map(node -> row(network, node)).toList();
  }

  public static Summary of(Network network) {
    return new Summary(network);
  }

  /**
   * One node, for one image.
   *
   * @param op the operation and its sizes, for example {@code Conv2d 3x3/2}
   * @param groups into how many groups the operation itself is divided, 1 for most
   * @param parameters how many values are trained
   * @param activationBytes the size of the output as floats
   */
  public record Row(
      String node,
      String op,
      Shape output,
      int groups,
      long parameters,
      long macs,
      long activationBytes) {}

  /** All nodes, in order. */
  public List<Row> rows() {
    return rows;
  }

  /** How many values are trained in all. */
  public long parameters() {
    return rows.stream().mapToLong(Row::parameters).sum();
  }

  /** Multiply-accumulates for one image in all. */
  public long macs() {
    return rows.stream().mapToLong(Row::macs).sum();
  }

  /** The outputs of all nodes for one image together, as floats. */
  public long activationBytes() {
    return rows.stream().mapToLong(Row::activationBytes).sum();
  }

  /** A table with a heading, a line for each node and one for the totals; numbers to the right. */
  public String toText() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEADINGS);
    for (Row row : rows) {
      lines.add(
          line(
              row.node(),
              row.op(),
              row.output().toString(),
              row.groups(),
              row.parameters(),
              row.macs(),
              row.activationBytes()));
    }
    lines.add(
        line(
            network.name(),
            rows.size() + " nodes",
            network.shape(network.output()).toString(),
            network.groups(),
            parameters(),
            macs(),
            activationBytes()));
    return table(lines);
  }

  private static Row row(Network network, Node node) {
    Shape output = network.shape(node);
    return new Row(
        node.name(),
        describe(node.op()),
        output,
        groups(node.op()),
        Costs.parameters(node),
        Costs.macs(network, node),
        (long) output.elements() * Float.BYTES);
  }

  private static String describe(Op op) {
    String name = op.getClass().getSimpleName();
    return switch (op) {
      case Op.Conv2d conv ->
          name
              + window(conv.kernelHeight(), conv.kernelWidth())
              + stride(conv.strideHeight(), conv.strideWidth());
      case Op.MaxPool pool ->
          name + window(pool.kernel(), pool.kernel()) + stride(pool.stride(), pool.stride());
      case Op.AveragePool pool ->
          name + window(pool.kernel(), pool.kernel()) + stride(pool.stride(), pool.stride());
      case Op.ChannelSlice slice ->
          name + " " + slice.first() + "-" + (slice.first() + slice.channels() - 1);
      case Op.PadShortcut pad -> name + stride(pad.stride(), pad.stride());
      case Op.Exchange exchange -> name + " " + exchange.kind().name().toLowerCase(Locale.ROOT);
      case Op.Input _,
          Op.BatchNorm _,
          Op.Relu _,
          Op.Relu6 _,
          Op.Add _,
          Op.GlobalAveragePool _,
          Op.Linear _,
          Op.Concat _,
          Op.ChannelShuffle _,
          Op.Flatten _ ->
          name;
    };
  }

  private static String window(int height, int width) {
    return " " + height + "x" + width;
  }

  private static String stride(int vertical, int horizontal) {
    if (vertical == horizontal) {
      return vertical == 1 ? "" : "/" + vertical;
    }
    return "/" + vertical + "x" + horizontal;
  }

  private static int groups(Op op) {
    return switch (op) {
      case Op.Conv2d conv -> conv.groups();
      case Op.Linear linear -> linear.parts();
      case Op.ChannelShuffle shuffle -> shuffle.groups();
      case Op.PadShortcut pad -> pad.groups();
      case Op.Exchange exchange -> exchange.groups();
      case Op.Input _,
          Op.BatchNorm _,
          Op.Relu _,
          Op.Relu6 _,
          Op.Add _,
          Op.MaxPool _,
          Op.AveragePool _,
          Op.GlobalAveragePool _,
          Op.Concat _,
          Op.ChannelSlice _,
          Op.Flatten _ ->
          1;
    };
  }

  private static List<String> line(
      String node, String op, String output, int groups, long parameters, long macs, long bytes) {
    return List.of(
        node, op, output, grouped(groups), grouped(parameters), grouped(macs), grouped(bytes));
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Lines of equally many cells: texts to the left, from {@code groups} on to the right. */
  private static String table(List<List<String>> lines) {
    int firstNumber = HEADINGS.indexOf("groups");
    int columns = HEADINGS.size();
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      for (int column = 0; column < columns; column++) {
        String padding = " ".repeat(widths[column] - line.get(column).length());
        text.append(column == 0 ? "" : "  ")
            .append(column < firstNumber ? line.get(column) + padding : padding + line.get(column));
      }
      text.append('\n');
    }
    return text.toString();
  }
}
