package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.ShapeException;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.NetworkLimits;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.json.Json;
import io.dfsnet.nn.json.JsonException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a network of an ONNX graph. Every node is looked at before any weight is read: those that
 * cannot be translated are listed all at once. (Behind one of them shapes are not known, so that
 * only its kind of operator is looked at there.)
 */
final class Importer {
  /** From here on operators are as they are read here, apart from attributes that became inputs. */
  private static final long MIN_OPSET = 7;

  /** The last one whose changes to the operators here are known. */
  private static final long MAX_OPSET = 25;

  private static final String STANDARD_ALIAS = "ai.onnx";
  private static final int IMAGE_AXES = 4;
  private static final int SHOWN = 50;

  private final String source;
  private final Onnx.Model model;
  private final List<String> shownFaults = new ArrayList<>();
  private int faults;

  private Importer(String source, Onnx.Model model) {
    this.source = source;
    this.model = model;
  }

  /**
   * The network and its weights.
   *
   * @param source what errors call the file
   * @throws FileFormatException if the graph is not sound, holds nodes that cannot be translated,
   *     or is another than its shapes and metadata say
   */
  static Model translate(String source, Onnx.Model model) {
    try {
      return new Importer(source, model).translate();
    } catch (Unsupported | JsonException | NetworkException | ShapeException cause) {
      throw new FileFormatException(source, cause.getMessage(), cause);
    }
  }

  private Model translate() {
    requireOpset();
    var graph = new SortedGraph(source, model.graph());
    Map<String, Integer> parts = parts();
    String name = model.graph().name();
    Network.Builder builder = Network.builder(Translation.isName(name) ? name : "onnx", groups());
    List<Onnx.Dimension> image = image(graph.input());
    var translation = new Translation(graph, builder, batch(image.getFirst()), parts);
    translation.input(size(image, 1), size(image, 2), size(image, 3));
    for (Onnx.Node node : graph.nodes()) {
      // Patterns look ahead, at nodes whose constants may come between.
      if (node.opType().equals("Constant")) {
        translate(node, translation);
      }
    }
    for (Onnx.Node node : graph.nodes()) {
      if (!node.opType().equals("Constant") && !translation.wasTranslated(node)) {
        translate(node, translation);
      }
    }
    requireNoFaults();
    if (!parts.isEmpty()) {
      throw refuse(
          "metadata " + Metadata.PARTS + " names " + parts.keySet() + ", no linear layers");
    }
    requireOutput(graph.output(), translation);
    return new Model(translation.network(), translation.weights());
  }

  private void translate(Onnx.Node node, Translation translation) {
    var call = new OperatorCall(translation, node);
    try {
      Operator operator = operator(node);
      operator.requireFit(node);
      requireUnread(node, operator, translation);
      boolean isReachable =
          node.inputs().stream()
              .allMatch(value -> value.isEmpty() || translation.value(value) != null);
      if (isReachable) {
        operator.translate().accept(call);
      }
    } catch (Unsupported | NetworkException | ShapeException cause) {
      faults++;
      if (faults <= SHOWN) {
        shownFaults.add(call + ": " + cause.getMessage());
      }
    }
  }

  private static Operator operator(Onnx.Node node) {
    boolean standard = node.domain().equals(Onnx.STANDARD) || node.domain().equals(STANDARD_ALIAS);
    Operator operator = standard ? Operator.ALL.get(node.opType()) : null;
    if (operator == null) {
      throw new Unsupported(
          standard
              ? "the operator is not read here"
              : "operators of domain " + Json.excerpt(node.domain()) + " are not read here");
    }
    return operator;
  }

  private static void requireUnread(Onnx.Node node, Operator operator, Translation translation) {
    for (int i = 1; i < node.outputs().size() && !operator.severalOutputs(); i++) {
      if (translation.isRead(node.outputs().get(i))) {
        throw new Unsupported("its output " + i + " is read, only output 0 is there");
      }
    }
  }

  private void requireNoFaults() {
    if (faults > 0) {
      throw refuse(
          faults
              + " of its nodes cannot be read; the operators that can are "
              + String.join(", ", Operator.ALL.keySet())
              + "\n  "
              + String.join("\n  ", shownFaults)
              + (faults > SHOWN ? "\n  and " + (faults - SHOWN) + " more" : ""));
    }
  }

  private void requireOpset() {
    Long alias = model.opsets().get(STANDARD_ALIAS);
    long opset = model.opsets().getOrDefault(Onnx.STANDARD, alias == null ? 0 : alias);
    if (opset < MIN_OPSET || opset > MAX_OPSET) {
      throw refuse(
          "has version "
              + opset
              + " of the standard operators, versions "
              + MIN_OPSET
              + " to "
              + MAX_OPSET
              + " are read; export it again with opset 17");
    }
  }

  /** The axes of the graph's input. */
  private List<Onnx.Dimension> image(Onnx.ValueInfo input) {
    requireFloats("input", input);
    if (input.shape().size() != IMAGE_AXES) {
      throw refuse(
          "input "
              + Json.excerpt(input.name())
              + ": must be [N, channels, height, width], has "
              + input.shape().size()
              + " axes");
    }
    return input.shape();
  }

  private int size(List<Onnx.Dimension> image, int axis) {
    if (image.get(axis) instanceof Onnx.Dimension.Fixed(long size)
        && size >= 1
        && size <= NetworkLimits.SIZE) {
      return (int) size;
    }
    throw refuse(
        "input: only the batch may be open, axis "
            + axis
            + " must have a size from 1 to "
            + NetworkLimits.SIZE
            + "; export the model for images of one size");
  }

  private static long batch(Onnx.Dimension first) {
    return first instanceof Onnx.Dimension.Fixed(long size) && size >= 1 ? size : -1;
  }

  /** The output must be what the network gives, in the shape that the file states. */
  private void requireOutput(Onnx.ValueInfo output, Translation translation) {
    requireFloats("output", output);
    if (!(translation.value(output.name()) instanceof Value.Activation found)
        || !translation.network().output().name().equals(found.node())) {
      throw refuse("output " + Json.excerpt(output.name()) + ": is not what its nodes lead to");
    }
    if (!fits(output.shape(), found.shape())) {
      throw refuse(
          "output "
              + Json.excerpt(output.name())
              + ": is "
              + OperatorCall.text(found.shape())
              + ", the file says otherwise");
    }
  }

  /** Whether stated axes, the batch's first, agree with a shape as far as they are stated. */
  private static boolean fits(List<Onnx.Dimension> stated, Shape image) {
    if (stated.isEmpty()) {
      return true;
    }
    boolean fits = stated.size() == image.rank() + 1;
    for (int axis = 1; axis < stated.size() && fits; axis++) {
      if (stated.get(axis) instanceof Onnx.Dimension.Fixed(long size)) {
        fits = size == image.size(axis - 1);
      }
    }
    return fits;
  }

  private void requireFloats(String what, Onnx.ValueInfo value) {
    if (value.elementType() != Onnx.DataType.FLOAT) {
      throw refuse(what + " " + Json.excerpt(value.name()) + ": must be a tensor of 32-bit floats");
    }
  }

  private int groups() {
    String text = model.metadata().getOrDefault(Metadata.GROUPS, "1");
    try {
      int groups = Integer.parseInt(text);
      if (groups >= 1 && groups <= NetworkLimits.SIZE) {
        return groups;
      }
    } catch (NumberFormatException noNumber) {
      throw refuse("metadata " + Metadata.GROUPS + ": no number, " + Json.excerpt(text), noNumber);
    }
    throw refuse(
        "metadata "
            + Metadata.GROUPS
            + ": must be from 1 to "
            + NetworkLimits.SIZE
            + ", found "
            + text);
  }

  private Map<String, Integer> parts() {
    Map<String, Integer> parts = new HashMap<>();
    String text = model.metadata().get(Metadata.PARTS);
    if (text != null) {
      Json.Object json = Json.parse(text).asObject("metadata " + Metadata.PARTS);
      json.members()
          .keySet()
          .forEach(name -> parts.put(name, json.integer(name, 1, NetworkLimits.SIZE)));
    }
    return parts;
  }

  private FileFormatException refuse(String rule) {
    return new FileFormatException(source, rule);
  }

  private FileFormatException refuse(String rule, Throwable cause) {
    return new FileFormatException(source, rule, cause);
  }
}
