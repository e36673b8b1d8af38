package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.NetworkLimits;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter.Role;
import io.dfsnet.nn.json.Json;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A node of an ONNX graph as its translation sees it. Whatever is not as it should be ends in
 * {@link Unsupported}.
 *
 * <p>Between the versions of ONNX many operators changed an attribute into an input. What can be
 * either is read from the input if it is there, else from the attribute.
 */
final class OperatorCall {

  private final Translation translation;
  private final Onnx.Node node;

  OperatorCall(Translation translation, Onnx.Node node) {
    this.translation = translation;
    this.node = node;
  }

  String opType() {
    return node.opType();
  }

  int inputs() {
    return node.inputs().size();
  }

  /** Whether an input is there; optional ones may be left out. */
  boolean has(int input) {
    return input < inputs() && !node.inputs().get(input).isEmpty();
  }

  /** An input that depends on the image. */
  Value.Activation activation(int input) {
    if (has(input)
        && translation.value(node.inputs().get(input)) instanceof Value.Activation activation) {
      return activation;
    }
    throw new Unsupported("its input " + input + " does not depend on the image");
  }

  /** An input that depends on the image, with three sizes: channels, height, width. */
  Value.Activation map(int input) {
    Value.Activation map = activation(input);
    if (map.shape().rank() != 3) {
      throw new Unsupported("reads [N, channels, height, width], found " + text(map.shape()));
    }
    return map;
  }

  boolean isConstant(int input) {
    return has(input) && translation.value(node.inputs().get(input)) instanceof Value.Constant;
  }

  /** An input that is the same for every image. */
  Onnx.Tensor constant(int input) {
    if (has(input)
        && translation.value(node.inputs().get(input)) instanceof Value.Constant(var tensor)) {
      return tensor;
    }
    throw new Unsupported("its input " + input + " is no constant of the file");
  }

  /** Integers from an input or an attribute; empty if neither is there. */
  Optional<long[]> integers(int input, String attribute) {
    if (!has(input)) {
      return integers(attribute);
    }
    if (constant(input).elements() instanceof Onnx.Elements.Longs(long[] values)) {
      return Optional.of(values);
    }
    throw new Unsupported(
        "its input "
            + input
            + " is no tensor of at most "
            + Onnx.Elements.Longs.LIMIT
            + " integers");
  }

  /** Integers from an attribute; empty if it is not there. */
  Optional<long[]> integers(String attribute) {
    return switch (node.attributes().get(attribute)) {
      case null -> Optional.empty();
      case Onnx.Attribute.Ints(long[] values) -> Optional.of(values);
      default -> throw new Unsupported("attribute " + attribute + " are not integers");
    };
  }

  /** A number from an input of one element or an attribute. */
  float real(int input, String attribute, float otherwise) {
    if (!has(input)) {
      return real(attribute, otherwise);
    }
    if (constant(input).elements() instanceof Onnx.Elements.Floats(var values)
        && values.remaining() == 1) {
      return values.get(0);
    }
    throw new Unsupported("its input " + input + " is not one float");
  }

  float real(String attribute, float otherwise) {
    return switch (node.attributes().get(attribute)) {
      case null -> otherwise;
      case Onnx.Attribute.Real(float value) -> value;
      default -> throw new Unsupported("attribute " + attribute + " is not a float");
    };
  }

  long integer(String attribute, long otherwise) {
    return switch (node.attributes().get(attribute)) {
      case null -> otherwise;
      case Onnx.Attribute.Int(long value) -> value;
      default -> throw new Unsupported("attribute " + attribute + " is not an integer");
    };
  }

  /** An attribute that is 0 or 1. */
  boolean flag(String attribute, boolean otherwise) {
    long found = integer(attribute, otherwise ? 1 : 0);
    if (found != 0 && found != 1) {
      throw new Unsupported(attribute + " is 0 or 1, found " + found);
    }
    return found == 1;
  }

  String text(String attribute, String otherwise) {
    return switch (node.attributes().get(attribute)) {
      case null -> otherwise;
      case Onnx.Attribute.Text(String value) -> value;
      default -> throw new Unsupported("attribute " + attribute + " is not a text");
    };
  }

  /** Refuses any value of an attribute but the one that changes nothing here. */
  void require(String attribute, long only) {
    long found = integer(attribute, only);
    if (found != only) {
      throw new Unsupported(attribute + " is " + found + ", only " + only + " is read");
    }
  }

  /** The attribute of a constant, whichever of its kinds it is. */
  Onnx.Attribute onlyAttribute() {
    if (node.attributes().size() != 1) {
      throw new Unsupported("has " + node.attributes().size() + " attributes instead of one");
    }
    return node.attributes().values().iterator().next();
  }

  /** An axis as its number among {@code rank} axes, the batch's being 0; negative from behind. */
  int axis(long axis, int rank) {
    long counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted >= rank) {
      throw new Unsupported("axis " + axis + " does not exist among " + rank);
    }
    return (int) counted;
  }

  /** As {@link #axis} for several, each of which must be another. */
  int[] axes(long[] axes, int rank) {
    int[] counted = Arrays.stream(axes).mapToInt(axis -> axis(axis, rank)).toArray();
    if (Arrays.stream(counted).distinct().count() < counted.length) {
      throw new Unsupported("names an axis twice");
    }
    return counted;
  }

  /** A size that a network may have. */
  static int size(String what, long size, int least) {
    if (size < least || size > NetworkLimits.SIZE) {
      throw new Unsupported(
          what + " must be from " + least + " to " + NetworkLimits.SIZE + ", found " + size);
    }
    return (int) size;
  }

  /**
   * The name of the new node: what stands before {@code .weight} in the name of its weights, as
   * PyTorch names them, else the node's own.
   */
  String name(Onnx.Tensor weight) {
    String suffix = "." + Role.WEIGHT.suffix();
    String tensor = weight.name();
    return tensor.endsWith(suffix)
        ? name(tensor.substring(0, tensor.length() - suffix.length()))
        : name();
  }

  /** The name of the new node: this node's, else that of the value that it gives. */
  String name() {
    return name("");
  }

  /** The name of the new node that gives one of several outputs. */
  String name(int output) {
    return translation.name(node.outputs().get(output), node.name(), opType());
  }

  private String name(String best) {
    return translation.name(best, node.name(), node.outputs().getFirst(), opType());
  }

  /** Adds a node to the network that keeps the shape that its first input has in ONNX. */
  Value.Activation addLike(String name, Op op, Value.Activation... inputs) {
    return new Value.Activation(add(name, op, inputs).node(), inputs[0].shape());
  }

  /** Adds a node to the network. */
  Value.Activation add(String name, Op op, Value.Activation... inputs) {
    return translation.add(name, op, Arrays.stream(inputs).map(Value.Activation::node).toList());
  }

  /** The shape that the network knows an activation by. */
  Shape shapeInNetwork(Value.Activation activation) {
    return translation.shape(activation.node());
  }

  /** States a tensor of a new node; its values are read when the whole graph is understood. */
  void parameter(String owner, Role role, Onnx.Tensor tensor, Shape shape) {
    translation.parameter(owner, role, tensor, shape, false);
  }

  /** As {@link #parameter}, from a matrix that has the shape's sizes the other way round. */
  void transposedParameter(String owner, Role role, Onnx.Tensor tensor, Shape shape) {
    translation.parameter(owner, role, tensor, shape, true);
  }

  /** In how many parts the linear layer of this name sums. */
  int parts(String owner) {
    return translation.parts(owner);
  }

  /** The size of the batch, where the file fixes it; else -1. */
  long batch() {
    return translation.batch();
  }

  /** The result of the call. */
  void give(Value value) {
    give(0, value);
  }

  void give(int output, Value value) {
    translation.give(node.outputs().get(output), value);
  }

  int outputs() {
    return node.outputs().size();
  }

  /** Whether anything reads an output. */
  boolean isRead(int output) {
    return translation.isRead(node.outputs().get(output));
  }

  /**
   * The call that alone reads this one's result, if it is a sound one of this operator: what a
   * pattern may go on with.
   */
  Optional<OperatorCall> onlyReader(String opType) {
    Onnx.Node reader = translation.onlyReader(node.outputs().getFirst());
    return reader != null
            && reader.opType().equals(opType)
            && reader.domain().equals(node.domain())
            && Operator.ALL.get(opType).fits(reader)
        ? Optional.of(new OperatorCall(translation, reader))
        : Optional.empty();
  }

  /** As {@link #onlyReader}, if it reads the result as its first input. */
  Optional<OperatorCall> followedBy(String opType) {
    return onlyReader(opType)
        .filter(next -> next.node.inputs().getFirst().equals(node.outputs().getFirst()));
  }

  /**
   * What a look at a later call of a pattern shows; nothing if that call is not as it should be,
   * which it will say itself when its turn comes.
   */
  static <T> Optional<T> ahead(Supplier<T> look) {
    try {
      return Optional.of(look.get());
    } catch (Unsupported later) {
      return Optional.empty();
    }
  }

  /** Says that this call is part of a pattern, which has been translated as a whole. */
  void isTranslated() {
    translation.isTranslated(node);
  }

  /** A shape of one image with the batch in front, as ONNX has it. */
  static String text(Shape image) {
    return image.rank() == 0 ? "[N]" : "[N, " + image.toString().substring(1);
  }

  @Override
  public String toString() {
    return node.opType() + " " + Json.excerpt(node.name().isEmpty() ? output() : node.name());
  }

  private String output() {
    return node.outputs().isEmpty() ? "" : node.outputs().getFirst();
  }
}
