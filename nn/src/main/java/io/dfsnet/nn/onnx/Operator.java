package io.dfsnet.nn.onnx;

import io.dfsnet.nn.NetworkLimits;
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
 * @param attributes that there may be
 */
record Operator(
    int minInputs,
    int maxInputs,
    boolean severalOutputs,
    Set<String> attributes,
    Consumer<OperatorCall> translate) {

  private static final int SHOWN = 10;

  private static final String WINDOW = "auto_pad dilations kernel_shape pads strides";

  /** All operators by name, in the order of the alphabet. */
  static final Map<String, Operator> ALL = Collections.unmodifiableMap(new TreeMap<>(all()));

  private static Map<String, Operator> all() {
    return Map.ofEntries(
        Map.entry("Add", of(2, 2, LayerOperators::add, "")),
        Map.entry(
            "AveragePool",
            of(1, 1, LayerOperators::averagePool, WINDOW + " ceil_mode count_include_pad")),
        Map.entry(
            "BatchNormalization",
            of(5, 5, LayerOperators::batchNormalization, "epsilon momentum spatial training_mode")),
        Map.entry("Clip", of(1, 3, LayerOperators::clip, "max min")),
        Map.entry("Concat", of(1, NetworkLimits.INPUTS, ChannelOperators::concat, "axis")),
        Map.entry(
            "Constant",
            of(0, 0, ShapeOperators::constant, "value value_float value_int value_ints")),
        Map.entry("Conv", of(2, 3, LayerOperators::convolution, WINDOW + " group")),
        Map.entry("Dropout", of(1, 3, ShapeOperators::dropout, "ratio seed")),
        Map.entry("Flatten", of(1, 1, ShapeOperators::flatten, "axis")),
        Map.entry("Gemm", of(2, 3, LinearOperators::gemm, "alpha beta transA transB")),
        Map.entry("GlobalAveragePool", of(1, 1, LayerOperators::globalAveragePool, "")),
        Map.entry("Identity", of(1, 1, ShapeOperators::identity, "")),
        Map.entry("MatMul", of(2, 2, LinearOperators::matMul, "")),
        Map.entry(
            "MaxPool", of(1, 1, LayerOperators::maxPool, WINDOW + " ceil_mode storage_order")),
        Map.entry("Pad", of(1, 4, ChannelOperators::pad, "mode pads value")),
        Map.entry(
            "ReduceMean",
            of(1, 2, LayerOperators::reduceMean, "axes keepdims noop_with_empty_axes")),
        Map.entry("Relu", of(1, 1, LayerOperators::relu, "")),
        Map.entry("Reshape", of(2, 2, ShapeOperators::reshape, "allowzero")),
        Map.entry("Slice", of(1, 5, ChannelOperators::slice, "axes ends starts")),
        Map.entry(
            "Split",
            of(1, 2, ChannelOperators::split, "axis num_outputs split").withSeveralOutputs()),
        Map.entry("Squeeze", of(1, 2, ShapeOperators::squeeze, "axes")),
        Map.entry("Transpose", of(1, 1, ShapeOperators::transpose, "perm")));
  }

  /**
   * @param attributes with spaces between them
   */
  private static Operator of(
      int minInputs, int maxInputs, Consumer<OperatorCall> translate, String attributes) {
    Set<String> names = attributes.isEmpty() ? Set.of() : Set.of(attributes.split(" "));
    return new Operator(minInputs, maxInputs, false, names, translate);
  }

  private Operator withSeveralOutputs() {
    return new Operator(minInputs, maxInputs, true, attributes, translate);
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
