package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkLimits;
import io.dfsnet.nn.Node;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter.Role;
import io.dfsnet.nn.Weights;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A network in the making, and what the values of the ONNX graph became in it. */
final class Translation {

  /**
   * Tensors that several nodes share are copied for each of them. All together may have this many
   * times the values of those in the file, or as many as is always allowed.
   */
  private static final int MAX_COPIES = 4;

  private static final long ALWAYS_ALLOWED = 1 << 20;

  private final SortedGraph graph;
  private final long batch;
  private final Map<String, Integer> parts;
  private final Network.Builder network;
  private final Names names = new Names(List.of());
  private final Map<String, Value> values = new HashMap<>();
  private final Set<Onnx.Node> translated = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Slot> slots = new ArrayList<>();
  private long activations;

  /** A tensor of the network whose values are still in the file. */
  private record Slot(String name, Shape shape, FloatBuffer values, boolean transposed) {}

  /**
   * @param batch the size of the batch, where the file fixes it; else -1
   * @param parts of linear layers by name, taken out when such a layer is added
   */
  Translation(SortedGraph graph, Network.Builder network, long batch, Map<String, Integer> parts) {
    this.graph = graph;
    this.network = network;
    this.batch = batch;
    this.parts = parts;
    graph.initializers().forEach((name, tensor) -> give(name, new Value.Constant(tensor)));
  }

  /** Begins with the image, under the name that it has in the graph. */
  void input(int channels, int height, int width) {
    String value = graph.input().name();
    give(value, add(name(value, "input"), new Op.Input(channels, height, width), List.of()));
  }

  /** What a value became, or null where a node in front of it could not be translated. */
  Value value(String name) {
    return values.get(name);
  }

  void give(String name, Value value) {
    values.put(name, value);
  }

  /** A name for a new node: the first of these that can be one, with a number if it is taken. */
  String name(String... candidates) {
    for (String candidate : candidates) {
      if (isName(candidate)) {
        return names.claim(candidate);
      }
    }
    return names.claim("node");
  }

  /** Adds a node to the network. */
  Value.Activation add(String name, Op op, List<String> inputs) {
    network.add(new Node(name, op, inputs));
    Shape shape = network.shape(name);
    activations += shape.elements();
    if (activations > NetworkLimits.ACTIVATIONS) {
      throw new Unsupported(
          "with it all nodes together give more than "
              + NetworkLimits.ACTIVATIONS
              + " values for one image");
    }
    return new Value.Activation(name, shape);
  }

  Shape shape(String node) {
    return network.shape(node);
  }

  void parameter(String owner, Role role, Onnx.Tensor tensor, Shape shape, boolean transposed) {
    if (!(tensor.elements() instanceof Onnx.Elements.Floats(var floats))) {
      throw new Unsupported("its weights must be 32-bit floats");
    }
    if (floats.remaining() != shape.elements()) {
      throw new Unsupported(
          "needs a tensor of " + shape + ", found one of " + floats.remaining() + " elements");
    }
    slots.add(new Slot(owner + "." + role.suffix(), shape, floats, transposed));
  }

  int parts(String owner) {
    Integer found = parts.remove(owner);
    return found == null ? 1 : found;
  }

  long batch() {
    return batch;
  }

  boolean isRead(String value) {
    return graph.reads(value) > 0;
  }

  Onnx.Node onlyReader(String value) {
    return graph.onlyReader(value);
  }

  void isTranslated(Onnx.Node node) {
    translated.add(node);
  }

  boolean wasTranslated(Onnx.Node node) {
    return translated.contains(node);
  }

  /** The finished network. */
  Network network() {
    return network.build();
  }

  /** Copies of all tensors that the network's nodes stated. */
  Weights weights() {
    requireFewCopies();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Slot slot : slots) {
      Tensor tensor = Tensor.zeros(slot.shape);
      if (slot.transposed) {
        transpose(slot.values, tensor);
      } else {
        slot.values.duplicate().get(tensor.data());
      }
      tensors.put(slot.name, tensor);
    }
    return new Weights(tensors);
  }

  private void requireFewCopies() {
    Map<FloatBuffer, Integer> inFile = new IdentityHashMap<>();
    long copied = 0;
    for (Slot slot : slots) {
      inFile.put(slot.values, slot.values.remaining());
      copied += slot.values.remaining();
    }
    long distinct = inFile.values().stream().mapToLong(count -> count).sum();
    if (copied > Math.max(ALWAYS_ALLOWED, MAX_COPIES * distinct)) {
      throw new Unsupported(
          "its nodes share "
              + distinct
              + " values of weights so often that copies would be "
              + copied
              + ", at most "
              + MAX_COPIES
              + " times as many are made");
    }
  }

  /** Fills {@code [rows, columns]} from a matrix of {@code [columns, rows]}. */
  private static void transpose(FloatBuffer values, Tensor target) {
    int rows = target.shape().size(0);
    int columns = target.shape().size(1);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        target.data()[row * columns + column] = values.get(column * rows + row);
      }
    }
  }

  /** Whether a text from the file can name a node. */
  static boolean isName(String text) {
    return !text.isBlank()
        && text.length() <= NetworkLimits.NAME
        && text.chars().noneMatch(Character::isISOControl);
  }
}
