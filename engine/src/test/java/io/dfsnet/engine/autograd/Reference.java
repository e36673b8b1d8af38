package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.PoolGeometry;
import io.dfsnet.engine.Shape;
import java.util.Arrays;

/**
 * Every operation as plain loops in double, straight from its formula. Nobody optimises this: no
 * shared tricks with the kernels, no tricks at all.
 */
final class Reference {
  private Reference() {}

  static double[] conv2d(Conv2dGeometry g, double[] input, double[] weight, double[] bias) {
    double[] output = new double[g.outShape().elements()];
    int at = 0;
    for (int b = 0; b < g.n(); b++) {
      for (int o = 0; o < g.outChannels(); o++) {
        int group = o / g.outChannelsPerGroup();
        for (int y = 0; y < g.outHeight(); y++) {
          for (int x = 0; x < g.outWidth(); x++) {
            double sum = bias == null ? 0 : bias[o];
            for (int i = 0; i < g.inChannelsPerGroup(); i++) {
              int channel = group * g.inChannelsPerGroup() + i;
              for (int r = 0; r < g.kernelHeight(); r++) {
                for (int s = 0; s < g.kernelWidth(); s++) {
                  int row = y * g.strideHeight() - g.padHeight() + r * g.dilationHeight();
                  int column = x * g.strideWidth() - g.padWidth() + s * g.dilationWidth();
                  if (row >= 0 && row < g.inHeight() && column >= 0 && column < g.inWidth()) {
                    sum +=
                        weight[at(g.weightShape(), o, i, r, s)]
                            * input[at(g.inShape(), b, channel, row, column)];
                  }
                }
              }
            }
            output[at++] = sum;
          }
        }
      }
    }
    return output;
  }

  /** With the statistics of the batch. */
  static double[] batchNorm(
      Shape shape, double[] input, double[] gamma, double[] beta, double epsilon) {
    int channels = shape.size(1);
    double[] mean = new double[channels];
    double[] variance = new double[channels];
    double perChannel = (double) input.length / channels;
    for (int i = 0; i < input.length; i++) {
      mean[channel(shape, i)] += input[i] / perChannel;
    }
    for (int i = 0; i < input.length; i++) {
      int c = channel(shape, i);
      variance[c] += (input[i] - mean[c]) * (input[i] - mean[c]) / perChannel;
    }
    return batchNormInference(shape, input, gamma, beta, epsilon, mean, variance);
  }

  static double[] batchNormInference(
      Shape shape,
      double[] input,
      double[] gamma,
      double[] beta,
      double epsilon,
      double[] mean,
      double[] variance) {
    double[] output = new double[input.length];
    for (int i = 0; i < input.length; i++) {
      int c = channel(shape, i);
      output[i] = gamma[c] * (input[i] - mean[c]) / Math.sqrt(variance[c] + epsilon) + beta[c];
    }
    return output;
  }

  static double[] relu(double[] input) {
    return Arrays.stream(input).map(x -> x > 0 ? x : 0).toArray();
  }

  static double[] relu6(double[] input) {
    return Arrays.stream(input).map(x -> x > 6 ? 6 : x > 0 ? x : 0).toArray();
  }

  static double[] activation(Activation activation, double[] input) {
    return switch (activation) {
      case NONE -> input;
      case RELU -> relu(input);
      case RELU6 -> relu6(input);
    };
  }

  static double[] add(double[] left, double[] right) {
    double[] output = new double[left.length];
    for (int i = 0; i < left.length; i++) {
      output[i] = left[i] + right[i];
    }
    return output;
  }

  static double[] maxPool(PoolGeometry g, double[] input) {
    return pool(g, input, true);
  }

  static double[] averagePool(PoolGeometry g, double[] input) {
    return pool(g, input, false);
  }

  private static double[] pool(PoolGeometry g, double[] input, boolean max) {
    double[] output = new double[g.outShape().elements()];
    int at = 0;
    for (int b = 0; b < g.n(); b++) {
      for (int c = 0; c < g.channels(); c++) {
        for (int y = 0; y < g.outHeight(); y++) {
          for (int x = 0; x < g.outWidth(); x++) {
            double largest = Double.NEGATIVE_INFINITY;
            double sum = 0;
            for (int r = 0; r < g.kernel(); r++) {
              for (int s = 0; s < g.kernel(); s++) {
                int row = y * g.stride() - g.pad() + r;
                int column = x * g.stride() - g.pad() + s;
                if (row >= 0 && row < g.inHeight() && column >= 0 && column < g.inWidth()) {
                  double value = input[at(g.inShape(), b, c, row, column)];
                  largest = Math.max(largest, value);
                  sum += value;
                }
              }
            }
            output[at++] = max ? largest : sum / (g.kernel() * g.kernel());
          }
        }
      }
    }
    return output;
  }

  static double[] globalAverage(Shape shape, double[] input) {
    int plane = shape.size(2) * shape.size(3);
    double[] output = new double[input.length / plane];
    for (int i = 0; i < input.length; i++) {
      output[i / plane] += input[i];
    }
    return Arrays.stream(output).map(sum -> sum / plane).toArray();
  }

  /** Input {@code [n, inFeatures]}, weight {@code [outFeatures, inFeatures]}. */
  static double[] linear(int n, double[] input, double[] weight, double[] bias) {
    int inFeatures = input.length / n;
    int outFeatures = weight.length / inFeatures;
    double[] output = new double[n * outFeatures];
    for (int b = 0; b < n; b++) {
      for (int o = 0; o < outFeatures; o++) {
        double sum = bias == null ? 0 : bias[o];
        for (int i = 0; i < inFeatures; i++) {
          sum += weight[o * inFeatures + i] * input[b * inFeatures + i];
        }
        output[b * outFeatures + o] = sum;
      }
    }
    return output;
  }

  /** Two inputs of four sizes that differ in channels only. */
  static double[] concat(Shape a, double[] left, Shape b, double[] right) {
    Shape out = Shape.of(a.size(0), a.size(1) + b.size(1), a.size(2), a.size(3));
    double[] output = new double[out.elements()];
    for (int n = 0; n < out.size(0); n++) {
      for (int c = 0; c < out.size(1); c++) {
        for (int y = 0; y < out.size(2); y++) {
          for (int x = 0; x < out.size(3); x++) {
            output[at(out, n, c, y, x)] =
                c < a.size(1) ? left[at(a, n, c, y, x)] : right[at(b, n, c - a.size(1), y, x)];
          }
        }
      }
    }
    return output;
  }

  static double[] channelSlice(Shape shape, int first, int channels, double[] input) {
    Shape out = Shape.of(shape.size(0), channels, shape.size(2), shape.size(3));
    double[] output = new double[out.elements()];
    for (int n = 0; n < out.size(0); n++) {
      for (int c = 0; c < channels; c++) {
        for (int y = 0; y < out.size(2); y++) {
          for (int x = 0; x < out.size(3); x++) {
            output[at(out, n, c, y, x)] = input[at(shape, n, first + c, y, x)];
          }
        }
      }
    }
    return output;
  }

  /** Reshape to [groups, channels / groups], transpose, flatten. */
  static double[] channelShuffle(Shape shape, int groups, double[] input) {
    double[] output = new double[input.length];
    int columns = shape.size(1) / groups;
    for (int n = 0; n < shape.size(0); n++) {
      for (int c = 0; c < shape.size(1); c++) {
        int source = c % groups * columns + c / groups;
        for (int y = 0; y < shape.size(2); y++) {
          for (int x = 0; x < shape.size(3); x++) {
            output[at(shape, n, c, y, x)] = input[at(shape, n, source, y, x)];
          }
        }
      }
    }
    return output;
  }

  static double[] padShortcut(Shape in, int outChannels, int stride, int groups, double[] input) {
    int inPerGroup = in.size(1) / groups;
    int outPerGroup = outChannels / groups;
    Shape out =
        Shape.of(
            in.size(0), outChannels, (in.size(2) - 1) / stride + 1, (in.size(3) - 1) / stride + 1);
    double[] output = new double[out.elements()];
    for (int n = 0; n < out.size(0); n++) {
      for (int c = 0; c < outChannels; c++) {
        int k = c % outPerGroup - (outPerGroup - inPerGroup) / 2;
        if (k >= 0 && k < inPerGroup) {
          for (int y = 0; y < out.size(2); y++) {
            for (int x = 0; x < out.size(3); x++) {
              output[at(out, n, c, y, x)] =
                  input[at(in, n, c / outPerGroup * inPerGroup + k, y * stride, x * stride)];
            }
          }
        }
      }
    }
    return output;
  }

  static double[] blockDiagonal(Shape dense, int groups, double[] weight) {
    int inPerGroup = dense.size(1) / groups;
    int outPerGroup = dense.size(0) / groups;
    Shape grouped = Shape.of(dense.size(0), inPerGroup, dense.size(2), dense.size(3));
    double[] output = new double[grouped.elements()];
    for (int o = 0; o < grouped.size(0); o++) {
      for (int i = 0; i < inPerGroup; i++) {
        for (int r = 0; r < grouped.size(2); r++) {
          for (int s = 0; s < grouped.size(3); s++) {
            output[at(grouped, o, i, r, s)] =
                weight[at(dense, o, o / outPerGroup * inPerGroup + i, r, s)];
          }
        }
      }
    }
    return output;
  }

  static double[] scale(double[] input, double factor) {
    double[] output = new double[input.length];
    for (int i = 0; i < input.length; i++) {
      output[i] = factor * input[i];
    }
    return output;
  }

  static double[] softmaxCrossEntropy(double[] logits, float[] targets, int classes) {
    double loss = 0;
    for (int from = 0; from < logits.length; from += classes) {
      double sum = 0;
      for (int i = from; i < from + classes; i++) {
        sum += Math.exp(logits[i]);
      }
      for (int i = from; i < from + classes; i++) {
        loss -= targets[i] * Math.log(Math.exp(logits[i]) / sum);
      }
    }
    return new double[] {loss * classes / logits.length};
  }

  static double[] softmaxCrossEntropy(double[] logits, int[] labels, double smoothing) {
    int classes = logits.length / labels.length;
    double loss = 0;
    for (int row = 0; row < labels.length; row++) {
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        sum += Math.exp(logits[row * classes + k]);
      }
      for (int k = 0; k < classes; k++) {
        double target = smoothing / classes + (k == labels[row] ? 1 - smoothing : 0);
        loss -= target * Math.log(Math.exp(logits[row * classes + k]) / sum);
      }
    }
    return new double[] {loss / labels.length};
  }

  private static int at(Shape shape, int a, int b, int c, int d) {
    return ((a * shape.size(1) + b) * shape.size(2) + c) * shape.size(3) + d;
  }

  /** The channel of element {@code i} of {@code [n, channels, ...]}. */
  private static int channel(Shape shape, int i) {
    int image = shape.elements() / shape.size(0);
    return i % image / (image / shape.size(1));
  }
}
