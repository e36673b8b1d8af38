package io.dfsnet.nn;

import io.dfsnet.engine.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An immutable graph of operations. Nodes stand in an order in which every node comes after its
 * inputs; the first is the input, the last is the output. Shapes are those of one image.
 *
 * <p>Everything else reads it: summaries, training, inference, files, dividing, sharding, costs. So
 * dividing is a function from network to network, a candidate of the search is a network, and a
 * node's share is a network.
 */
public final class Network {
  private final String name;
  private final int groups;
  private final List<Node> nodes;
  private final Map<String, Node> byName;
  private final Map<String, Shape> shapes;
  private final Map<String, List<Node>> consumers;

  private Network(Builder builder) {
    if (builder.byName.isEmpty()) {
      throw new NetworkException("network '" + builder.name + "': has no nodes");
    }
    name = builder.name;
    groups = builder.groups;
    nodes = List.copyOf(builder.byName.values());
    byName = new LinkedHashMap<>(builder.byName);
    shapes = new LinkedHashMap<>(builder.shapes);
    consumers = new LinkedHashMap<>();
    for (Node node : nodes) {
      consumers.put(node.name(), new ArrayList<>());
      for (String input : node.inputs()) {
        consumers.get(input).add(node);
      }
    }
    consumers.replaceAll((producer, readers) -> List.copyOf(readers));
    for (Node node : nodes) {
      if (node != output() && consumers(node).isEmpty()) {
        throw new NetworkException(
            "network '"
                + name
                + "': nothing reads '"
                + node.name()
                + "', only the last node may end");
      }
    }
  }

  /** Begins an undivided network of this name. */
  public static Builder builder(String name) {
    return new Builder(name, 1);
  }

  /** Begins a network divided into {@code groups} channel groups. */
  public static Builder builder(String name, int groups) {
    return new Builder(name, groups);
  }

  /** The name of the model, for example {@code resnet20}. */
  public String name() {
    return name;
  }

  /**
   * Into how many channel groups the network is divided, 1 if it is not. Channel c of C belongs to
   * group {@code floor(c * groups / C)}.
   */
  public int groups() {
    return groups;
  }

  /** All nodes, every one after its inputs. */
  public List<Node> nodes() {
    return nodes;
  }

  /** The node of this name. */
  public Node node(String node) {
    Node found = byName.get(node);
    if (found == null) {
      throw new NetworkException("network '" + name + "': has no node '" + node + "'");
    }
    return found;
  }

  /**
   * The nodes that read this node's output, in order; a node that reads it twice is there twice.
   */
  public List<Node> consumers(Node node) {
    return consumers.get(node.name());
  }

  /** The shape of a node's output for one image. */
  public Shape shape(Node node) {
    return shape(node.name());
  }

  /** The shape of a node's output for one image. */
  public Shape shape(String node) {
    return shapes.get(node(node).name());
  }

  /** The first node. */
  public Node input() {
    return nodes.getFirst();
  }

  /** The last node. */
  public Node output() {
    return nodes.getLast();
  }

  /** The tensors that the network needs, in the order of its nodes. */
  public List<Parameter> parameters() {
    return nodes.stream().flatMap(node -> node.parameters().stream()).toList();
  }

  /** Equal names, groups and nodes. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Network that
        && name.equals(that.name)
        && groups == that.groups
        && nodes.equals(that.nodes);
  }

  @Override
  public int hashCode() {
    return nodes.hashCode();
  }

  @Override
  public String toString() {
    return name + (groups == 1 ? "" : " in " + groups + " groups") + ", " + nodes.size() + " nodes";
  }

  /**
   * Adds nodes in order. Every method but {@link #build} returns the name of the node it added, to
   * be the input of later ones, and refuses what does not fit at once.
   */
  public static final class Builder {
    private final String name;
    private final int groups;
    private final Map<String, Node> byName = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private Builder(String name, int groups) {
      if (groups < 1) {
        throw new NetworkException(
            "network '" + name + "': groups must be at least 1, found " + groups);
      }
      this.name = name;
      this.groups = groups;
    }

    /** The image, {@code [channels, height, width]}. */
    public String input(int channels, int height, int width) {
      return add("input", new Op.Input(channels, height, width));
    }

    /** Any operation on earlier nodes. */
    public String add(String node, Op op, String... inputs) {
      return add(new Node(node, op, List.of(inputs)));
    }

    /** A node as it stands in another network. */
    public String add(Node node) {
      if (byName.containsKey(node.name())) {
        throw new NetworkException(
            "network '" + name + "': the name '" + node.name() + "' is taken");
      }
      if (node.op() instanceof Op.Input != byName.isEmpty()) {
        throw new NetworkException(
            "network '" + name + "': the first node is the input, and only that");
      }
      List<Shape> inputShapes = new ArrayList<>();
      for (String input : node.inputs()) {
        inputShapes.add(shape(input));
      }
      shapes.put(node.name(), ShapeInference.output(node, inputShapes));
      byName.put(node.name(), node);
      return node.name();
    }

    /** The shape of a node added before, for one image. */
    public Shape shape(String node) {
      Shape shape = shapes.get(node);
      if (shape == null) {
        throw new NetworkException(
            "network '" + name + "': no node '" + node + "' stands before its reader");
      }
      return shape;
    }

    /** The network; its output is the node added last. */
    public Network build() {
      return new Network(this);
    }
  }
}
