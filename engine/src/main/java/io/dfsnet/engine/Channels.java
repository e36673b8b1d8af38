package io.dfsnet.engine;

import java.util.Arrays;
import java.util.List;

/**
 * Operations that move whole channels of {@code [n, channels, ...]} and compute nothing. An image
 * is one task.
 */
public final class Channels {
  private Channels() {}

  /**
   * Channel shuffle (ShuffleNet, Zhang et al. 2018): the channels, written as {@code groups} rows,
   * are read by columns, so that every group of the next layer sees channels of every group of the
   * last.
   *
   * <pre>
   * 0 1 2
   * 3 4 5   ->   0 3 1 4 2 5        (6 channels, 2 groups)
   * </pre>
   *
   * Input channel {@code g * (channels / groups) + k} becomes output channel {@code k * groups +
   * g}.
   */
  public static void shuffle(
      Shape shape, int groups, float[] input, float[] output, Workers workers) {
    shuffle(shape, groups, input, output).run(workers);
  }

  /** {@link #shuffle(Shape, int, float[], float[], Workers)} of these arrays, for many runs. */
  public static Work shuffle(Shape shape, int groups, float[] input, float[] output) {
    int plane = Require.plane("channelShuffle", shape);
    Require.shape("channelShuffle", "input", input, shape);
    Require.shape("channelShuffle", "output", output, shape);
    requireGroups(shape, groups);
    int columns = shape.size(1) / groups;
    return new Work(
        shape.size(0),
        image -> {
          int from = image * shape.size(1);
          for (int g = 0; g < groups; g++) {
            for (int k = 0; k < columns; k++) {
              int in = from + g * columns + k;
              int out = from + k * groups + g;
              System.arraycopy(input, in * plane, output, out * plane, plane);
            }
          }
        });
  }

  /**
   * The derivative of {@link #shuffle}, which is the shuffle back: reading by columns is undone by
   * reading with the other count of groups.
   */
  public static void shuffleBackward(
      Shape shape, int groups, float[] gradOutput, float[] gradInput, Workers workers) {
    Require.plane("channelShuffle", shape);
    requireGroups(shape, groups);
    shuffle(shape, shape.size(1) / groups, gradOutput, gradInput, workers);
  }

  /**
   * The inputs' channels one behind the other.
   *
   * @param inputs each {@code [n, its channels, ...]}; how many channels it has follows from its
   *     length
   * @param shape of the output
   */
  public static void concat(List<float[]> inputs, Shape shape, float[] output, Workers workers) {
    concat(inputs, shape, output).run(workers);
  }

  /** {@link #concat(List, Shape, float[], Workers)} of these arrays, for many runs. */
  public static Work concat(List<float[]> inputs, Shape shape, float[] output) {
    Require.plane("concat", shape);
    Require.shape("concat", "output", output, shape);
    long elements = 0;
    for (float[] input : inputs) {
      requireWholeChannels("concat", shape, input);
      elements += input.length;
    }
    if (elements != output.length) {
      throw new ShapeException(
          "concat",
          "the inputs have " + elements + " elements, the output " + shape + " " + output.length);
    }
    int images = shape.size(0);
    int whole = output.length / images;
    float[][] sources = inputs.toArray(float[][]::new);
    return new Work(
        images,
        image -> {
          int at = image * whole;
          for (float[] source : sources) {
            int part = source.length / images;
            System.arraycopy(source, image * part, output, at, part);
            at += part;
          }
        });
  }

  /**
   * Consecutive channels from {@code firstChannel} on, as many as {@code output} holds. The
   * derivative of {@link #concat} is a slice for each input.
   *
   * @param shape of the input
   */
  public static void slice(
      Shape shape, float[] input, int firstChannel, float[] output, Workers workers) {
    Require.shape("slice", "input", input, shape);
    int offset = requireSlice(shape, firstChannel, output);
    int images = shape.size(0);
    int part = output.length / images;
    copyParts(images, part, input, offset, input.length / images, output, 0, part, workers);
  }

  /**
   * The derivative of {@link #slice}: the gradient at the slice's place, zeros elsewhere.
   * Overwrites {@code gradInput}.
   *
   * @param shape of {@code gradInput}
   */
  public static void sliceBackward(
      Shape shape, float[] gradOutput, int firstChannel, float[] gradInput, Workers workers) {
    Require.shape("slice backward", "gradInput", gradInput, shape);
    int offset = requireSlice(shape, firstChannel, gradOutput);
    int images = shape.size(0);
    int part = gradOutput.length / images;
    Arrays.fill(gradInput, 0f);
    copyParts(
        images, part, gradOutput, 0, part, gradInput, offset, gradInput.length / images, workers);
  }

  /** Copies {@code part} elements of every image, whose images stand their strides apart. */
  private static void copyParts(
      int images,
      int part,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] to,
      int toOffset,
      int toStride,
      Workers workers) {
    workers.forEach(
        images,
        image ->
            System.arraycopy(
                from, image * fromStride + fromOffset, to, image * toStride + toOffset, part));
  }

  private static int requireSlice(Shape shape, int firstChannel, float[] slice) {
    int plane = Require.plane("slice", shape);
    requireWholeChannels("slice", shape, slice);
    int channels = slice.length / (shape.size(0) * plane);
    if (firstChannel < 0 || firstChannel > shape.size(1) - channels) {
      throw new ShapeException(
          "slice",
          "channels "
              + firstChannel
              + " to "
              + ((long) firstChannel + channels - 1)
              + " are not all in shape "
              + shape);
    }
    return firstChannel * plane;
  }

  private static void requireWholeChannels(String operation, Shape shape, float[] part) {
    int channel = shape.elements() / shape.size(1);
    if (part.length == 0 || part.length % channel != 0) {
      throw new ShapeException(
          operation,
          "a part of shape "
              + shape
              + " needs whole channels of "
              + channel
              + " elements, found "
              + part.length);
    }
  }

  private static void requireGroups(Shape shape, int groups) {
    if (groups < 1 || shape.size(1) % groups != 0) {
      throw new ShapeException(
          "channelShuffle",
          shape.size(1) + " channels are not divisible by " + groups + " groups, shape " + shape);
    }
  }
}
