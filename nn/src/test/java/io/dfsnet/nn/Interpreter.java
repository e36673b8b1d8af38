package io.dfsnet.nn;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Parameter.Role;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The meaning of every operation in plain loops over doubles: the reference for everything that
 * runs networks. One image at a time, no fusing, no kernels, nothing shared with the engine but
 * shapes. Nobody makes it faster.
 */
public final class Interpreter {
  private final Network network;
  private final Weights weights;
  private final Map<String, double[]> values = new HashMap<>();

  private Interpreter(Network network, Weights weights) {
    this.network = network;
    this.weights = weights;
  }

  /** The outputs of {@code n} images, one after another. */
  public static double[] run(Network network, Weights weights, float[] images, int n) {
    int in = images.length / n;
    int out = network.shape(network.output()).elements();
    double[] outputs = new double[n * out];
    for (int image = 0; image < n; image++) {
      double[] pixels = new double[in];
      for (int i = 0; i < in; i++) {
        pixels[i] = images[image * in + i];
      }
      var interpreter = new Interpreter(network, weights);
      for (Node node : network.nodes()) {
        interpreter.values.put(node.name(), interpreter.value(node, pixels));
      }
      double[] output = interpreter.values.get(network.output().name());
      System.arraycopy(output, 0, outputs, image * out, out);
    }
    return outputs;
  }

  private double[] value(Node node, double[] pixels) {
    List<double[]> inputs = node.inputs().stream().map(values::get).toList();
    double[] x = inputs.isEmpty() ? pixels : inputs.getFirst();
    Shape out = network.shape(node);
    Shape in = node.inputs().isEmpty() ? out : network.shape(node.inputs().getFirst());
    return switch (node.op()) {
      case Op.Input _, Op.Flatten _ -> x;
      case Op.Conv2d conv -> convolution(node, conv, x, in, out);
      case Op.BatchNorm norm -> batchNorm(node, norm, x, in);
      case Op.Relu _ -> map(x, v -> Math.max(v, 0));
      case Op.Relu6 _ -> map(x, v -> Math.min(Math.max(v, 0), 6));
      case Op.Add _ -> {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
          y[i] = x[i] + inputs.get(1)[i];
        }
        yield y;
      }
      case Op.MaxPool p -> pool(x, in, out, p.kernel(), p.stride(), p.pad(), true);
      case Op.AveragePool p -> pool(x, in, out, p.kernel(), p.stride(), p.pad(), false);
      case Op.GlobalAveragePool _ -> {
        int plane = in.size(1) * in.size(2);
        double[] y = new double[in.size(0)];
        for (int i = 0; i < x.length; i++) {
          y[i / plane] += x[i] / plane;
        }
        yield y;
      }
      case Op.Linear linear -> {
        double[] y = new double[linear.outFeatures()];
        for (int o = 0; o < y.length; o++) {
          y[o] = linear.bias() ? weight(node, Role.BIAS)[o] : 0;
          for (int i = 0; i < x.length; i++) {
            y[o] += (double) weight(node, Role.WEIGHT)[o * x.length + i] * x[i];
          }
        }
        yield y;
      }
      case Op.Concat _ -> {
        double[] y = new double[out.elements()];
        int at = 0;
        for (double[] input : inputs) {
          System.arraycopy(input, 0, y, at, input.length);
          at += input.length;
        }
        yield y;
      }
      case Op.ChannelSlice slice -> {
        int plane = in.size(1) * in.size(2);
        int from = slice.first() * plane;
        yield Arrays.copyOfRange(x, from, from + slice.channels() * plane);
      }
      case Op.ChannelShuffle shuffle -> {
        int perGroup = in.size(0) / shuffle.groups();
        int plane = in.size(1) * in.size(2);
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
          int c = i / plane;
          int moved = c % perGroup * shuffle.groups() + c / perGroup;
          y[moved * plane + i % plane] = x[i];
        }
        yield y;
      }
      case Op.PadShortcut pad -> padShortcut(pad, x, in, out);
      case Op.Exchange _ -> throw new AssertionError("an exchange has no meaning in one network");
    };
  }

  private double[] convolution(Node node, Op.Conv2d conv, double[] x, Shape in, Shape out) {
    float[] w = weight(node, Role.WEIGHT);
    int inPerGroup = conv.inChannels() / conv.groups();
    int outPerGroup = conv.outChannels() / conv.groups();
    double[] y = new double[out.elements()];
    for (int o = 0; o < out.size(0); o++) {
      for (int row = 0; row < out.size(1); row++) {
        for (int column = 0; column < out.size(2); column++) {
          double sum = conv.bias() ? weight(node, Role.BIAS)[o] : 0;
          for (int i = 0; i < inPerGroup; i++) {
            int channel = o / outPerGroup * inPerGroup + i;
            for (int r = 0; r < conv.kernelHeight(); r++) {
              for (int s = 0; s < conv.kernelWidth(); s++) {
                int v = row * conv.strideHeight() - conv.padHeight() + r * conv.dilationHeight();
                int h = column * conv.strideWidth() - conv.padWidth() + s * conv.dilationWidth();
                if (v >= 0 && v < in.size(1) && h >= 0 && h < in.size(2)) {
                  int tap =
                      ((o * inPerGroup + i) * conv.kernelHeight() + r) * conv.kernelWidth() + s;
                  sum += w[tap] * x[(channel * in.size(1) + v) * in.size(2) + h];
                }
              }
            }
          }
          y[(o * out.size(1) + row) * out.size(2) + column] = sum;
        }
      }
    }
    return y;
  }

  private double[] batchNorm(Node node, Op.BatchNorm norm, double[] x, Shape shape) {
    int plane = x.length / shape.size(0);
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int c = i / plane;
      double deviation =
          Math.sqrt((double) weight(node, Role.RUNNING_VARIANCE)[c] + norm.epsilon());
      y[i] =
          weight(node, Role.SCALE)[c] * (x[i] - weight(node, Role.RUNNING_MEAN)[c]) / deviation
              + weight(node, Role.SHIFT)[c];
    }
    return y;
  }

  private static double[] pool(
      double[] x, Shape in, Shape out, int kernel, int stride, int pad, boolean max) {
    double[] y = new double[out.elements()];
    for (int c = 0; c < out.size(0); c++) {
      for (int row = 0; row < out.size(1); row++) {
        for (int column = 0; column < out.size(2); column++) {
          double largest = Double.NEGATIVE_INFINITY;
          double sum = 0;
          for (int r = 0; r < kernel; r++) {
            for (int s = 0; s < kernel; s++) {
              int v = row * stride - pad + r;
              int h = column * stride - pad + s;
              if (v >= 0 && v < in.size(1) && h >= 0 && h < in.size(2)) {
                double value = x[(c * in.size(1) + v) * in.size(2) + h];
                largest = Math.max(largest, value);
                sum += value;
              }
            }
          }
          y[(c * out.size(1) + row) * out.size(2) + column] =
              max ? largest : sum / (kernel * kernel);
        }
      }
    }
    return y;
  }

  private static double[] padShortcut(Op.PadShortcut pad, double[] x, Shape in, Shape out) {
    int inPerGroup = in.size(0) / pad.groups();
    int outPerGroup = out.size(0) / pad.groups();
    int below = (outPerGroup - inPerGroup) / 2;
    double[] y = new double[out.elements()];
    for (int c = 0; c < in.size(0); c++) {
      int to = c / inPerGroup * outPerGroup + below + c % inPerGroup;
      for (int row = 0; row < out.size(1); row++) {
        for (int column = 0; column < out.size(2); column++) {
          y[(to * out.size(1) + row) * out.size(2) + column] =
              x[(c * in.size(1) + row * pad.stride()) * in.size(2) + column * pad.stride()];
        }
      }
    }
    return y;
  }

  private static double[] map(double[] x, java.util.function.DoubleUnaryOperator function) {
    return Arrays.stream(x).map(function).toArray();
  }

  private float[] weight(Node node, Role role) {
    return weights.get(node.parameter(role)).data();
  }
}
