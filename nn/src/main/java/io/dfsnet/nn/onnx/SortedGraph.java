package io.dfsnet.nn.onnx;

import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.json.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A graph that is sound: one input, one output, every value written once and before it is read.
 * Nodes that the output does not depend on are left out; the others keep their order where they
 * can.
 */
final class SortedGraph {
  private static final int SHOWN = 20;

  private final String source;
  private final Onnx.Graph graph;
  private final Map<String, Onnx.Tensor> initializers = new LinkedHashMap<>();

  /** The index of the node that writes a value. */
  private final Map<String, Integer> writers = new HashMap<>();

  private final Map<String, List<Onnx.Node>> readers = new HashMap<>();
  private final Onnx.ValueInfo input;
  private final Onnx.ValueInfo output;
  private final List<Onnx.Node> nodes;

  /**
   * @param source what errors call the file
   * @throws FileFormatException if the graph is not sound
   */
  SortedGraph(String source, Onnx.Graph graph) {
    this.source = source;
    this.graph = graph;
    for (Onnx.Tensor tensor : graph.initializers()) {
      if (initializers.putIfAbsent(tensor.name(), tensor) != null) {
        throw refuse("initializer " + Json.excerpt(tensor.name()) + " is there twice");
      }
    }
    // Before IR version 4 initializers had to stand among the inputs too.
    input =
        only("input", graph.inputs().stream().filter(each -> !isConstant(each.name())).toList());
    output = only("output", graph.outputs());
    recordWriters();
    requireWritten();
    nodes = sorted(needed());
    for (Onnx.Node node : nodes) {
      for (String value : node.inputs()) {
        readers.computeIfAbsent(value, each -> new ArrayList<>()).add(node);
      }
    }
  }

  Onnx.ValueInfo input() {
    return input;
  }

  Onnx.ValueInfo output() {
    return output;
  }

  /** All nodes that the output depends on, every one after those whose values it reads. */
  List<Onnx.Node> nodes() {
    return nodes;
  }

  /** The values that are constants, by name. */
  Map<String, Onnx.Tensor> initializers() {
    return initializers;
  }

  /** How often a value is read, by nodes and as the graph's output. */
  int reads(String value) {
    return readers.getOrDefault(value, List.of()).size() + (value.equals(output.name()) ? 1 : 0);
  }

  /** The one node that reads the value; null if there are others, or it is the graph's output. */
  Onnx.Node onlyReader(String value) {
    return reads(value) == 1 && !value.equals(output.name()) ? readers.get(value).getFirst() : null;
  }

  private Onnx.ValueInfo only(String what, List<Onnx.ValueInfo> values) {
    if (values.size() != 1) {
      throw refuse(
          "has "
              + values.size()
              + " "
              + what
              + "s, one is read"
              + names(values.stream().map(Onnx.ValueInfo::name)));
    }
    return values.getFirst();
  }

  private void recordWriters() {
    for (int node = 0; node < graph.nodes().size(); node++) {
      for (String value : graph.nodes().get(node).outputs()) {
        // An empty name is an output that nobody wants.
        if (!value.isEmpty()
            && (isConstant(value)
                || value.equals(input.name())
                || writers.putIfAbsent(value, node) != null)) {
          throw refuse("value " + Json.excerpt(value) + " is written twice");
        }
      }
    }
  }

  private void requireWritten() {
    Set<String> dangling = new LinkedHashSet<>();
    for (Onnx.Node node : graph.nodes()) {
      for (String value : node.inputs()) {
        if (!value.isEmpty() && !isWritten(value)) {
          dangling.add(value);
        }
      }
    }
    if (!isWritten(output.name())) {
      dangling.add(output.name());
    }
    if (!dangling.isEmpty()) {
      throw refuse("nothing writes the values that are read" + names(dangling.stream()));
    }
  }

  private boolean isWritten(String value) {
    return isConstant(value) || value.equals(input.name()) || writers.containsKey(value);
  }

  private boolean isConstant(String value) {
    return initializers.containsKey(value);
  }

  /** The indexes of the nodes that the output depends on. */
  private BitSet needed() {
    var needed = new BitSet();
    var open = new ArrayDeque<>(List.of(output.name()));
    while (!open.isEmpty()) {
      Integer writer = writers.get(open.pop());
      if (writer != null && !needed.get(writer)) {
        needed.set(writer);
        open.addAll(graph.nodes().get(writer).inputs());
      }
    }
    return needed;
  }

  /** Kahn's algorithm; of the nodes that may come next it takes the first in the file. */
  private List<Onnx.Node> sorted(BitSet needed) {
    int[] waitingFor = new int[graph.nodes().size()];
    Map<Integer, List<Integer>> followers = new HashMap<>();
    var next = new PriorityQueue<Integer>();
    needed.stream()
        .forEach(
            node -> {
              for (int writer : writersOf(node)) {
                waitingFor[node]++;
                followers.computeIfAbsent(writer, each -> new ArrayList<>()).add(node);
              }
              if (waitingFor[node] == 0) {
                next.add(node);
              }
            });
    List<Onnx.Node> sorted = new ArrayList<>();
    while (!next.isEmpty()) {
      int node = next.poll();
      sorted.add(graph.nodes().get(node));
      needed.clear(node);
      for (int follower : followers.getOrDefault(node, List.of())) {
        if (--waitingFor[follower] == 0) {
          next.add(follower);
        }
      }
    }
    if (!needed.isEmpty()) {
      throw refuse("its nodes wait for each other" + names(cycle(needed)));
    }
    return List.copyOf(sorted);
  }

  /** A cycle among nodes of which each waits for another of them. */
  private Stream<String> cycle(BitSet waiting) {
    var path = new LinkedHashSet<Integer>();
    int node = waiting.nextSetBit(0);
    while (path.add(node)) {
      node = writersOf(node).stream().filter(waiting::get).findFirst().orElseThrow();
    }
    int first = node;
    return path.stream()
        .dropWhile(each -> each != first)
        .map(each -> graph.nodes().get(each).outputs().getFirst());
  }

  /** The indexes of the nodes whose values a node reads. */
  private List<Integer> writersOf(int node) {
    return graph.nodes().get(node).inputs().stream()
        .map(writers::get)
        .filter(Objects::nonNull)
        .toList();
  }

  /** The first names of many, behind a colon. */
  private static String names(Stream<String> names) {
    List<String> all = names.map(Json::excerpt).toList();
    String shown = String.join(", ", all.subList(0, Math.min(SHOWN, all.size())));
    String more = all.size() > SHOWN ? ", and " + (all.size() - SHOWN) + " more" : "";
    return all.isEmpty() ? "" : ": " + shown + more;
  }

  private FileFormatException refuse(String rule) {
    return new FileFormatException(source, rule);
  }
}
