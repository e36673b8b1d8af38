package io.dfsnet.cli.bench;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Problems that are measured together, in order. */
public record Suite(String name, List<Row> rows) {

  /**
   * A problem of a suite.
   *
   * @param times how often the network of the suite computes it; 1 in suites of no network
   */
  public record Row(Problem problem, int times) {}

  public Suite {
    rows = List.copyOf(rows);
  }

  /** The suite of problems that someone named one by one. */
  public static Suite of(String name, List<? extends Problem> problems) {
    return new Suite(name, problems.stream().map(problem -> new Row(problem, 1)).toList());
  }

  /**
   * The convolutions of a network for {@code batch} images, forward: every geometry once, in the
   * order in which the network has them first.
   */
  public static Suite of(Network network, int batch) {
    Map<ConvolutionProblem, Integer> times = new LinkedHashMap<>();
    for (Node node : network.nodes()) {
      if (node.op() instanceof Op.Conv2d convolution) {
        Shape map = network.shape(node.inputs().getFirst());
        var geometry = convolution.geometry(batch, map.size(1), map.size(2));
        times.merge(new ConvolutionProblem(Pass.FORWARD, geometry), 1, Integer::sum);
      }
    }
    List<Row> rows = new ArrayList<>();
    times.forEach((problem, count) -> rows.add(new Row(problem, count)));
    return new Suite(network.name(), rows);
  }

  /** The convolutions of this suite in another pass; matrix products stay as they are. */
  public Suite withPass(Pass pass) {
    return new Suite(
        name,
        rows.stream()
            .map(
                row ->
                    row.problem() instanceof ConvolutionProblem convolution
                        ? new Row(convolution.withPass(pass), row.times())
                        : row)
            .toList());
  }
}
