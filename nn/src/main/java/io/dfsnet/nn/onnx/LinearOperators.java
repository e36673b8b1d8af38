package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter.Role;
import java.util.Arrays;
import java.util.Optional;

/** The translation of linear layers, which ONNX has two operators for. */
final class LinearOperators {
  private LinearOperators() {}

  /** {@code alpha * A B + beta * C}, where B or its transpose is the weight and C the bias. */
  static void gemm(OperatorCall call) {
    if (call.real("alpha", 1) != 1 || call.real("beta", 1) != 1) {
      throw new Unsupported("alpha and beta must be 1");
    }
    call.require("transA", 0);
    long transposed = call.integer("transB", 0);
    if (transposed != 0 && transposed != 1) {
      throw new Unsupported("transB is 0 or 1, found " + transposed);
    }
    Optional<Onnx.Tensor> bias = call.has(2) ? Optional.of(call.constant(2)) : Optional.empty();
    call.give(linear(call, transposed == 1, bias));
  }

  /** {@code A B}, and an Add of a constant behind it as the bias. */
  static void matMul(OperatorCall call) {
    Optional<OperatorCall> add = call.onlyReader("Add");
    Optional<Onnx.Tensor> bias =
        add.filter(each -> each.isConstant(0) || each.isConstant(1))
            .map(each -> each.constant(each.isConstant(0) ? 0 : 1))
            .filter(LinearOperators::isVector);
    Value.Activation y = linear(call, false, bias);
    call.give(y);
    if (bias.isPresent()) {
      add.get().give(y);
      add.get().isTranslated();
    }
  }

  /**
   * @param outputsFirst whether the weight is {@code [outFeatures, inFeatures]}, not the other way
   *     round
   */
  private static Value.Activation linear(
      OperatorCall call, boolean outputsFirst, Optional<Onnx.Tensor> bias) {
    Value.Activation x = call.activation(0);
    Onnx.Tensor weight = call.constant(1);
    long[] dims = weight.dims();
    if (dims.length != 2 || x.shape().rank() != 1) {
      throw new Unsupported(
          "multiplies "
              + OperatorCall.text(x.shape())
              + " by a constant of "
              + dims.length
              + " axes, a linear layer multiplies [N, features] by a matrix");
    }
    int out = OperatorCall.size("output features", dims[outputsFirst ? 0 : 1], 1);
    int in = OperatorCall.size("input features", dims[outputsFirst ? 1 : 0], 1);
    String name = call.name(weight);
    var linear = new Op.Linear(in, out, bias.isPresent(), call.parts(name));
    Value.Activation y = call.add(name, linear, x);
    if (outputsFirst) {
      call.parameter(name, Role.WEIGHT, weight, Shape.of(out, in));
    } else {
      call.transposedParameter(name, Role.WEIGHT, weight, Shape.of(out, in));
    }
    bias.ifPresent(
        tensor -> {
          if (!isVector(tensor)) {
            throw new Unsupported("its bias is no vector");
          }
          call.parameter(name, Role.BIAS, tensor, Shape.of(out));
        });
    return y;
  }

  /** Whether a tensor is the same for every image: {@code [features]} or {@code [1, features]}. */
  private static boolean isVector(Onnx.Tensor tensor) {
    long[] dims = tensor.dims();
    return dims.length > 0
        && Arrays.stream(dims).limit(dims.length - 1).allMatch(size -> size == 1);
  }
}
