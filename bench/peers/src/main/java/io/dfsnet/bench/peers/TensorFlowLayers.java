package io.dfsnet.bench.peers;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Shape;
import java.util.Arrays;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.nn.Conv2d;
import org.tensorflow.op.nn.Conv2dBackpropFilter;
import org.tensorflow.op.nn.Conv2dBackpropInput;
import org.tensorflow.op.nn.DepthwiseConv2dNative;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Convolutions in TensorFlow's terms: maps {@code [n, h, w, c]}, filters {@code [kh, kw, ic/g,
 * oc]}, and an operation of its own for depthwise ones, with filters {@code [kh, kw, ic, oc/ic]}.
 */
final class TensorFlowLayers {
  private final Ops ops;

  TensorFlowLayers(Ops ops) {
    this.ops = ops;
  }

  Operand<TFloat32> convolution(Operand<TFloat32> input, Conv2dGeometry g, float[] weights) {
    Operand<TFloat32> filter = filter(g, weights);
    Padding padding = Padding.of(g);
    // Fused into a network by the optimiser, a depthwise convolution with EXPLICIT padding aborts
    // the process; a layer of zeros in front does not.
    boolean apart = depthwise(g) && padding == Padding.EXPLICIT;
    Operand<TFloat32> padded = apart ? pad(input, g.padHeight(), g.padWidth(), 0f) : input;
    String name = (apart ? Padding.VALID : padding).name();
    if (depthwise(g)) {
      return ops.nn.depthwiseConv2dNative(
          padded, filter, strides(g), name, DepthwiseConv2dNative.dilations(dilations(g)));
    }
    return padding == Padding.EXPLICIT
        ? ops.nn.conv2d(
            input,
            filter,
            strides(g),
            name,
            Conv2d.dilations(dilations(g)),
            Conv2d.explicitPaddings(explicit(g)))
        : ops.nn.conv2d(input, filter, strides(g), name, Conv2d.dilations(dilations(g)));
  }

  Operand<TFloat32> gradInput(Operand<TFloat32> gradOutput, Conv2dGeometry g, float[] weights) {
    Operand<TInt32> sizes =
        ops.constant(new int[] {g.n(), g.inHeight(), g.inWidth(), g.inChannels()});
    Padding padding = Padding.of(g);
    return padding == Padding.EXPLICIT
        ? ops.nn.conv2dBackpropInput(
            sizes,
            filter(g, weights),
            gradOutput,
            strides(g),
            padding.name(),
            Conv2dBackpropInput.explicitPaddings(explicit(g)))
        : ops.nn.conv2dBackpropInput(
            sizes, filter(g, weights), gradOutput, strides(g), padding.name());
  }

  Operand<TFloat32> gradWeights(
      Operand<TFloat32> input, Operand<TFloat32> gradOutput, Conv2dGeometry g) {
    Operand<TInt32> sizes =
        ops.constant(
            new int[] {g.kernelHeight(), g.kernelWidth(), g.inChannelsPerGroup(), g.outChannels()});
    Padding padding = Padding.of(g);
    return padding == Padding.EXPLICIT
        ? ops.nn.conv2dBackpropFilter(
            input,
            sizes,
            gradOutput,
            strides(g),
            padding.name(),
            Conv2dBackpropFilter.explicitPaddings(explicit(g)))
        : ops.nn.conv2dBackpropFilter(input, sizes, gradOutput, strides(g), padding.name());
  }

  /** A map with {@code value} around it. */
  Operand<TFloat32> pad(Operand<TFloat32> input, int height, int width, float value) {
    if (height == 0 && width == 0) {
      return input;
    }
    int[][] around = {{0, 0}, {height, height}, {width, width}, {0, 0}};
    return ops.pad(input, ops.constant(around), ops.constant(value));
  }

  /** The gradient operations of dilated and of depthwise convolutions are others. */
  static void requireUndilated(Conv2dGeometry g) {
    if (g.dilationHeight() != 1 || g.dilationWidth() != 1 || depthwise(g)) {
      throw new UnsupportedWorkException("gradients here are of plain undilated convolutions");
    }
  }

  /** A gradient {@code [kh, kw, ic/g, oc]} as {@code [oc, ic/g, kh, kw]}. */
  static float[] restoreFilter(float[] values, Conv2dGeometry g) {
    Shape found =
        Shape.of(g.kernelHeight(), g.kernelWidth(), g.inChannelsPerGroup(), g.outChannels());
    return Layouts.permute(values, found, 3, 2, 0, 1);
  }

  static org.tensorflow.ndarray.Shape shape(Shape shape) {
    return org.tensorflow.ndarray.Shape.of(Arrays.stream(shape.toArray()).asLongStream().toArray());
  }

  private Operand<TFloat32> filter(Conv2dGeometry g, float[] weights) {
    int height = g.kernelHeight();
    int width = g.kernelWidth();
    if (depthwise(g)) {
      Shape from = Shape.of(g.inChannels(), g.outChannelsPerGroup(), height, width);
      return constant(
          Layouts.permute(weights, from, 2, 3, 0, 1),
          Shape.of(height, width, g.inChannels(), g.outChannelsPerGroup()));
    }
    return constant(
        Layouts.permute(weights, g.weightShape(), 2, 3, 1, 0),
        Shape.of(height, width, g.inChannelsPerGroup(), g.outChannels()));
  }

  Operand<TFloat32> constant(float[] values, Shape shape) {
    return ops.constant(shape(shape), DataBuffers.of(values));
  }

  private static boolean depthwise(Conv2dGeometry g) {
    return g.groups() > 1 && g.groups() == g.inChannels();
  }

  private static List<Long> strides(Conv2dGeometry g) {
    return List.of(1L, (long) g.strideHeight(), (long) g.strideWidth(), 1L);
  }

  private static List<Long> dilations(Conv2dGeometry g) {
    return List.of(1L, (long) g.dilationHeight(), (long) g.dilationWidth(), 1L);
  }

  private static List<Long> explicit(Conv2dGeometry g) {
    long height = g.padHeight();
    long width = g.padWidth();
    return List.of(0L, 0L, height, height, width, width, 0L, 0L);
  }

  /** The library's kinds of padding. */
  private enum Padding {
    /** None. */
    VALID,
    /** As much as keeps the size; at stride 1 that is the same on both sides. */
    SAME,
    /** As given. */
    EXPLICIT;

    static Padding of(Conv2dGeometry g) {
      if (g.padHeight() == 0 && g.padWidth() == 0) {
        return VALID;
      }
      boolean unstrided = g.strideHeight() == 1 && g.strideWidth() == 1;
      boolean keeps = g.outHeight() == g.inHeight() && g.outWidth() == g.inWidth();
      return unstrided && keeps ? SAME : EXPLICIT;
    }
  }
}
