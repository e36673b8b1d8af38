package io.dfsnet.engine;

import java.util.Arrays;

/**
 * Pooling: every output element is the maximum or the mean of a window of its own plane. A plane is
 * one task.
 *
 * <p>The windows of one output row are visited together, one tap after another, a tap being one of
 * the kernel x kernel places in a window:
 *
 * <pre>
 *   input row   . [a b c] d e f g        tap s of neighbouring windows: elements that are
 *                    [c d e]             {@code stride} apart, met by neighbouring outputs
 *                        [e f g]
 * </pre>
 *
 * Taps go row by row from the top left, so that every sum is added in the window's row-major order.
 */
public final class Pooling {
  private Pooling() {}

  /** The maximum of every window. Padding never wins, NaN does. */
  public static void max(PoolGeometry geometry, float[] input, float[] output, Workers workers) {
    max(geometry, input, output).run(workers);
  }

  /** {@link #max(PoolGeometry, float[], float[], Workers)} of these arrays, for many runs. */
  public static Work max(PoolGeometry geometry, float[] input, float[] output) {
    require("maxPool", geometry, input, output);
    Tap larger =
        (in, out, count) -> {
          for (int i = 0; i < count; i++) {
            output[out + i] = Math.max(output[out + i], input[in + i * geometry.stride()]);
          }
        };
    return new Work(
        planes(geometry),
        plane -> {
          fillPlane(geometry, output, plane, Float.NEGATIVE_INFINITY);
          forEachTap(geometry, plane, larger);
        });
  }

  /**
   * As {@link #max(PoolGeometry, float[], float[], Workers)}, and notes where each maximum stands.
   *
   * @param argmax for each output element the index of its maximum in {@code input}; of several
   *     equal ones the first
   */
  public static void max(
      PoolGeometry geometry, float[] input, float[] output, int[] argmax, Workers workers) {
    require("maxPool", geometry, input, output);
    requireArgmax(geometry, argmax);
    workers.forEach(
        planes(geometry),
        plane -> {
          int from = plane * outPlane(geometry);
          Arrays.fill(argmax, from, from + outPlane(geometry), -1);
          forEachTap(
              geometry,
              plane,
              (in, out, count) -> {
                for (int i = 0; i < count; i++) {
                  int at = in + i * geometry.stride();
                  float value = input[at];
                  boolean first = argmax[out + i] < 0;
                  if (first || value > output[out + i] || Float.isNaN(value)) {
                    output[out + i] = value;
                    argmax[out + i] = at;
                  }
                }
              });
        });
  }

  /**
   * The derivative of {@link #max}: each output's gradient goes to the input element that won.
   * Overwrites {@code gradInput}.
   */
  public static void maxBackward(
      PoolGeometry geometry, int[] argmax, float[] gradOutput, float[] gradInput, Workers workers) {
    require("maxPool backward", geometry, gradInput, gradOutput);
    requireArgmax(geometry, argmax);
    int inPlane = geometry.inHeight() * geometry.inWidth();
    int outPlane = outPlane(geometry);
    workers.forEach(
        planes(geometry),
        plane -> {
          Arrays.fill(gradInput, plane * inPlane, (plane + 1) * inPlane, 0f);
          for (int out = plane * outPlane; out < (plane + 1) * outPlane; out++) {
            gradInput[argmax[out]] += gradOutput[out];
          }
        });
  }

  /** The mean of every window, padding counted as zeros: the divisor is always kernel^2. */
  public static void average(
      PoolGeometry geometry, float[] input, float[] output, Workers workers) {
    average(geometry, input, output).run(workers);
  }

  /** {@link #average(PoolGeometry, float[], float[], Workers)} of these arrays, for many runs. */
  public static Work average(PoolGeometry geometry, float[] input, float[] output) {
    require("averagePool", geometry, input, output);
    float area = area(geometry);
    Tap addend =
        (in, out, count) -> {
          for (int i = 0; i < count; i++) {
            output[out + i] += input[in + i * geometry.stride()];
          }
        };
    return new Work(
        planes(geometry),
        plane -> {
          fillPlane(geometry, output, plane, 0f);
          forEachTap(geometry, plane, addend);
          int end = (plane + 1) * outPlane(geometry);
          for (int out = plane * outPlane(geometry); out < end; out++) {
            output[out] /= area;
          }
        });
  }

  /**
   * The derivative of {@link #average}: each output's gradient, divided by kernel^2, goes to all
   * elements of its window. Overwrites {@code gradInput}.
   */
  public static void averageBackward(
      PoolGeometry geometry, float[] gradOutput, float[] gradInput, Workers workers) {
    require("averagePool backward", geometry, gradInput, gradOutput);
    float area = area(geometry);
    int inPlane = geometry.inHeight() * geometry.inWidth();
    workers.forEach(
        planes(geometry),
        plane -> {
          Arrays.fill(gradInput, plane * inPlane, (plane + 1) * inPlane, 0f);
          forEachTap(
              geometry,
              plane,
              (in, out, count) -> {
                for (int i = 0; i < count; i++) {
                  gradInput[in + i * geometry.stride()] += gradOutput[out + i] / area;
                }
              });
        });
  }

  /**
   * The mean of every plane, summed in double in ascending order and rounded once.
   *
   * @param shape of the input, {@code [n, channels, ...]}
   * @param output {@code [n, channels]}
   */
  public static void globalAverage(Shape shape, float[] input, float[] output, Workers workers) {
    globalAverage(shape, input, output).run(workers);
  }

  /** {@link #globalAverage(Shape, float[], float[], Workers)} of these arrays, for many runs. */
  public static Work globalAverage(Shape shape, float[] input, float[] output) {
    int plane = requireGlobal("globalAveragePool", shape, input, output);
    int channels = shape.size(1);
    return new Work(
        shape.size(0),
        image -> {
          int mean = image * channels;
          int end = mean + channels;
          for (; mean <= end - 4; mean += 4) {
            fourMeans(plane, input, output, mean);
          }
          for (; mean < end; mean++) {
            double sum = 0;
            for (int i = mean * plane; i < (mean + 1) * plane; i++) {
              sum += input[i];
            }
            output[mean] = (float) (sum / plane);
          }
        });
  }

  /** Four at a time, because each addition of a sum waits for the one before it. */
  private static void fourMeans(int plane, float[] input, float[] output, int mean) {
    int a = mean * plane;
    int b = a + plane;
    int c = b + plane;
    int d = c + plane;
    double sumA = 0;
    double sumB = 0;
    double sumC = 0;
    double sumD = 0;
    for (int i = 0; i < plane; i++) {
      sumA += input[a + i];
      sumB += input[b + i];
      sumC += input[c + i];
      sumD += input[d + i];
    }
    output[mean] = (float) (sumA / plane);
    output[mean + 1] = (float) (sumB / plane);
    output[mean + 2] = (float) (sumC / plane);
    output[mean + 3] = (float) (sumD / plane);
  }

  /** The derivative of {@link #globalAverage}; overwrites {@code gradInput}. */
  public static void globalAverageBackward(
      Shape shape, float[] gradOutput, float[] gradInput, Workers workers) {
    int plane = requireGlobal("globalAveragePool backward", shape, gradInput, gradOutput);
    int channels = shape.size(1);
    workers.forEach(
        shape.size(0),
        image -> {
          for (int mean = image * channels; mean < (image + 1) * channels; mean++) {
            Arrays.fill(gradInput, mean * plane, (mean + 1) * plane, gradOutput[mean] / plane);
          }
        });
  }

  /** A run of outputs whose windows all have a real element at one tap. */
  @FunctionalInterface
  private interface Tap {
    /** {@code output[out + i]} meets {@code input[in + i * stride]} for {@code i < count}. */
    void visit(int in, int out, int count);
  }

  /** Visits every pair of an output and a real element of its window in one plane. */
  private static void forEachTap(PoolGeometry geometry, int plane, Tap tap) {
    int stride = geometry.stride();
    for (int y = 0; y < geometry.outHeight(); y++) {
      int out = (plane * geometry.outHeight() + y) * geometry.outWidth();
      for (int r = 0; r < geometry.kernel(); r++) {
        int row = y * stride - geometry.pad() + r;
        if (row < 0 || row >= geometry.inHeight()) {
          continue;
        }
        int in = (plane * geometry.inHeight() + row) * geometry.inWidth();
        for (int s = 0; s < geometry.kernel(); s++) {
          // Column x * stride + offset is real from x = first on, and up to x = last.
          int offset = s - geometry.pad();
          int first = Math.ceilDiv(Math.max(-offset, 0), stride);
          int last =
              Math.min(
                  Math.floorDiv(geometry.inWidth() - 1 - offset, stride), geometry.outWidth() - 1);
          if (first <= last) {
            tap.visit(in + first * stride + offset, out + first, last - first + 1);
          }
        }
      }
    }
  }

  private static void fillPlane(PoolGeometry geometry, float[] output, int plane, float value) {
    int size = outPlane(geometry);
    Arrays.fill(output, plane * size, (plane + 1) * size, value);
  }

  private static int planes(PoolGeometry geometry) {
    return geometry.n() * geometry.channels();
  }

  private static int outPlane(PoolGeometry geometry) {
    return geometry.outHeight() * geometry.outWidth();
  }

  private static float area(PoolGeometry geometry) {
    return (float) geometry.kernel() * geometry.kernel();
  }

  private static void require(
      String operation, PoolGeometry geometry, float[] input, float[] output) {
    int inPlane = geometry.inHeight() * geometry.inWidth();
    Require.length(operation, "input", input, planes(geometry) * inPlane);
    Require.length(operation, "output", output, planes(geometry) * outPlane(geometry));
  }

  private static void requireArgmax(PoolGeometry geometry, int[] argmax) {
    int expected = planes(geometry) * outPlane(geometry);
    if (argmax.length != expected) {
      throw new ShapeException(
          "maxPool", "argmax needs " + expected + " elements, found " + argmax.length);
    }
  }

  private static int requireGlobal(String operation, Shape shape, float[] input, float[] output) {
    int plane = Require.plane(operation, shape);
    Require.shape(operation, "input", input, shape);
    Require.length(operation, "output", output, shape.size(0) * shape.size(1));
    return plane;
  }
}
