package io.dfsnet.nn.onnx;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter.Role;
import java.util.Arrays;

/** The translation of operators that are one operation here, apart from linear layers. */
final class LayerOperators {
  private static final int HEIGHT = 2;
  private static final int WIDTH = 3;

  private LayerOperators() {}

  static void convolution(OperatorCall call) {
    Value.Activation x = call.map(0);
    Onnx.Tensor weight = call.constant(1);
    long[] dims = weight.dims();
    if (dims.length != 4) {
      throw new Unsupported("its weights have " + dims.length + " axes instead of 4");
    }
    long[] kernel = Arrays.copyOfRange(dims, 2, 4);
    if (!Arrays.equals(kernel, call.integers("kernel_shape").orElse(kernel))) {
      throw new Unsupported("its kernel_shape is not that of its weights");
    }
    Window window = Window.of(call, x.shape(), kernel);
    int groups = OperatorCall.size("group", call.integer("group", 1), 1);
    int out = OperatorCall.size("output channels", dims[0], 1);
    int in = OperatorCall.size("input channels", dims[1] * groups, 1);
    boolean bias = call.has(2);
    var conv =
        new Op.Conv2d(
            in,
            out,
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            window.padHeight(),
            window.padWidth(),
            window.dilationHeight(),
            window.dilationWidth(),
            groups,
            bias);
    String name = call.name(weight);
    call.give(call.add(name, conv, x));
    Shape shape = Shape.of(out, in / groups, window.kernelHeight(), window.kernelWidth());
    call.parameter(name, Role.WEIGHT, weight, shape);
    if (bias) {
      call.parameter(name, Role.BIAS, call.constant(2), Shape.of(out));
    }
  }

  static void batchNormalization(OperatorCall call) {
    call.require("spatial", 1);
    call.require("training_mode", 0);
    Value.Activation x = call.activation(0);
    int channels = x.shape().size(0);
    String name = call.name(call.constant(1));
    call.give(call.addLike(name, new Op.BatchNorm(channels, epsilon(call)), x));
    Role[] roles = {Role.SCALE, Role.SHIFT, Role.RUNNING_MEAN, Role.RUNNING_VARIANCE};
    for (int i = 0; i < roles.length; i++) {
      call.parameter(name, roles[i], call.constant(1 + i), Shape.of(channels));
    }
  }

  static void relu(OperatorCall call) {
    call.give(call.addLike(call.name(), new Op.Relu(), call.activation(0)));
  }

  /** From 0 to 6 is ReLU6, from 0 up is ReLU; others there are not. */
  static void clip(OperatorCall call) {
    float least = call.real(1, "min", Float.NEGATIVE_INFINITY);
    float most = call.real(2, "max", Float.POSITIVE_INFINITY);
    if (least != 0 || most != 6 && most < Float.MAX_VALUE) {
      throw new Unsupported(
          "clips to [" + least + ", " + most + "], only [0, 6] and [0, infinity] are read");
    }
    Op op = most == 6 ? new Op.Relu6() : new Op.Relu();
    call.give(call.addLike(call.name(), op, call.activation(0)));
  }

  static void add(OperatorCall call) {
    if (call.isConstant(0) || call.isConstant(1)) {
      throw new Unsupported("adds a constant, which is read behind MatMul only, as its bias");
    }
    Value.Activation left = call.activation(0);
    Value.Activation right = call.activation(1);
    if (!left.shape().equals(right.shape())) {
      throw new Unsupported(
          "adds "
              + OperatorCall.text(right.shape())
              + " to "
              + OperatorCall.text(left.shape())
              + ", only equal shapes are read");
    }
    call.give(call.addLike(call.name(), new Op.Add(), left, right));
  }

  static void maxPool(OperatorCall call) {
    Value.Activation x = call.map(0);
    Window window = pooling(call, x.shape());
    call.give(
        call.add(
            call.name(),
            new Op.MaxPool(window.kernelHeight(), window.strideHeight(), window.padHeight()),
            x));
  }

  static void averagePool(OperatorCall call) {
    Value.Activation x = call.map(0);
    Window window = pooling(call, x.shape());
    // Without it ONNX divides by the number of real elements in the window.
    if (!call.flag("count_include_pad", false) && window.padHeight() > 0) {
      throw new Unsupported("leaves its padding out of the mean (count_include_pad 0)");
    }
    call.give(
        call.add(
            call.name(),
            new Op.AveragePool(window.kernelHeight(), window.strideHeight(), window.padHeight()),
            x));
  }

  /** ONNX keeps two sizes of 1 behind it. */
  static void globalAveragePool(OperatorCall call) {
    Value.Activation x = call.map(0);
    Value.Activation mean = call.add(call.name(), new Op.GlobalAveragePool(), x);
    call.give(new Value.Activation(mean.node(), Shape.of(x.shape().size(0), 1, 1)));
  }

  /** Over height and width it is the global average pooling. */
  static void reduceMean(OperatorCall call) {
    Value.Activation x = call.map(0);
    long[] axes = call.integers(1, "axes").orElse(new long[0]);
    int[] over = Arrays.stream(call.axes(axes, 4)).sorted().toArray();
    if (!Arrays.equals(over, new int[] {HEIGHT, WIDTH})) {
      throw new Unsupported("takes the mean over other axes than height and width");
    }
    Value.Activation mean = call.add(call.name(), new Op.GlobalAveragePool(), x);
    call.give(
        call.flag("keepdims", true)
            ? new Value.Activation(mean.node(), Shape.of(x.shape().size(0), 1, 1))
            : mean);
  }

  private static Window pooling(OperatorCall call, Shape map) {
    Window window = Window.of(call, map);
    window.requireSquare();
    window.requireRoundsDown(call.flag("ceil_mode", false), map);
    return window;
  }

  private static float epsilon(OperatorCall call) {
    float epsilon = call.real("epsilon", Op.BatchNorm.DEFAULT_EPSILON);
    if (!(epsilon > 0 && epsilon <= 1)) {
      throw new Unsupported("epsilon must be above 0 and at most 1, found " + epsilon);
    }
    return epsilon;
  }
}
