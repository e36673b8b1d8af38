package io.dfsnet.nn.onnx;

import io.dfsnet.nn.json.Json;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * An ONNX operator that can be translated. Attributes that are not listed here are refused: what is
 * not known could change the result.
 *
 * @param minInputs how many inputs there must be
 * @param maxInputs how many there may be
 * @param severalOutputs whether more than the first output may be read
 */
record Operator(
    int minInputs,
    int maxInputs,
    boolean severalOutputs,
    Set<String> attributes,
    Consumer<OperatorCall> translate) {

  private static final int ANY = 1024;

  private static final int SHOWN = 10;

  /** All operators by name. */
  static final Map<String, Operator> ALL = all();

  private static Map<String, Operator> all() {
    Map<String, Operator> all = new TreeMap<>();
    add(all, "Add", 2, 2, LayerOperators::add);
    add(
        all,
        "AveragePool",
        1,
        1,
        LayerOperators::averagePool,
        "auto_pad",
        "ceil_mode",
        "count_include_pad",
        "dilations",
        "kernel_shape",
        "pads",
        "strides");
    add(
        all,
        "BatchNormalization",
        5,
        5,
        LayerOperators::batchNormalization,
        "epsilon",
        "momentum",
        "spatial",
        "training_mode");
    add(all, "Clip", 1, 3, LayerOperators::clip, "max", "min");
    add(all, "Concat", 1, ANY, ChannelOperators::concat, "axis");
    add(
        all,
        "Constant",
        0,
        0,
        ShapeOperators::constant,
        "value",
        "value_float",
        "value_int",
        "value_ints");
    add(
        all,
        "Conv",
        2,
        3,
        LayerOperators::convolution,
        "auto_pad",
        "dilations",
        "group",
        "kernel_shape",
        "pads",
        "strides");
    add(all, "Dropout", 1, 3, ShapeOperators::dropout, "ratio", "seed");
    add(all, "Flatten", 1, 1, ShapeOperators::flatten, "axis");
    add(all, "Gemm", 2, 3, LinearOperators::gemm, "alpha", "beta", "transA", "transB");
    add(all, "GlobalAveragePool", 1, 1, LayerOperators::globalAveragePool);
    add(all, "Identity", 1, 1, ShapeOperators::identity);
    add(all, "MatMul", 2, 2, LinearOperators::matMul);
    add(
        all,
        "MaxPool",
        1,
        1,
        LayerOperators::maxPool,
        "auto_pad",
        "ceil_mode",
        "dilations",
        "kernel_shape",
        "pads",
        "storage_order",
        "strides");
    add(all, "Pad", 1, 4, ChannelOperators::pad, "mode", "pads", "value");
    add(
        all,
        "ReduceMean",
        1,
        2,
        LayerOperators::reduceMean,
        "axes",
        "keepdims",
        "noop_with_empty_axes");
    add(all, "Relu", 1, 1, LayerOperators::relu);
    add(all, "Reshape", 2, 2, ShapeOperators::reshape, "allowzero");
    add(all, "Slice", 1, 5, ChannelOperators::slice, "axes", "ends", "starts");
    add(all, "Split", 1, 2, ChannelOperators::split, "axis", "num_outputs", "split");
    add(all, "Squeeze", 1, 2, ShapeOperators::squeeze, "axes");
    add(all, "Transpose", 1, 1, ShapeOperators::transpose, "perm");
    return Collections.unmodifiableMap(all);
  }

  private static void add(
      Map<String, Operator> all,
      String opType,
      int minInputs,
      int maxInputs,
      Consumer<OperatorCall> translate,
      String... attributes) {
    boolean severalOutputs = opType.equals("Split");
    all.put(
        opType, new Operator(minInputs, maxInputs, severalOutputs, Set.of(attributes), translate));
  }

  /** Whether a node has the inputs, attributes and outputs of this operator. */
  boolean fits(Onnx.Node node) {
    return node.inputs().size() >= minInputs
        && node.inputs().size() <= maxInputs
        && !node.outputs().isEmpty()
        && attributes.containsAll(node.attributes().keySet());
  }

  /** Refuses a node that does not {@linkplain #fits fit}. */
  void requireFit(Onnx.Node node) {
    if (!fits(node)) {
      throw new Unsupported(
          "has "
              + node.inputs().size()
              + " inputs, "
              + node.outputs().size()
              + " outputs and the attributes "
              + Json.texts(node.attributes().keySet().stream().limit(SHOWN).toList())
              + "; read are "
              + minInputs
              + (minInputs == maxInputs ? "" : " to " + maxInputs)
              + " inputs and of attributes "
              + Json.texts(new TreeSet<>(attributes)));
    }
  }
}
