package io.dfsnet.engine;

import java.util.Arrays;

/**
 * The shortcut without parameters of the ResNet paper (He et al., 2016, option A) where a block
 * halves the map and widens it: every {@code stride}-th row and column is kept, and the new
 * channels are zeros.
 *
 * <p>In a divided network the padding is inside each group, so that no channel leaves its group.
 * Half of a group's zeros are below its channels, the rest above:
 *
 * <pre>
 * 4 channels to 8, 1 group:    0 0 a b c d 0 0
 * 4 channels to 8, 2 groups:   0 a b 0 | 0 c d 0
 * </pre>
 *
 * @param inShape {@code [n, channels, height, width]}
 * @param outChannels at least the input's channels
 * @param stride of both axes
 * @param groups of the channels on both sides
 */
public record PadShortcut(Shape inShape, int outChannels, int stride, int groups) {
  public PadShortcut {
    if (inShape.rank() != 4) {
      throw new ShapeException(
          "padShortcut", "needs [n, channels, height, width], found " + inShape);
    }
    int channels = inShape.size(1);
    if (stride < 1) {
      throw new ShapeException("padShortcut", "stride must be at least 1, found " + stride);
    }
    if (groups < 1 || channels % groups != 0 || outChannels % groups != 0) {
      throw new ShapeException(
          "padShortcut",
          channels
              + " input and "
              + outChannels
              + " output channels must both be divisible by "
              + groups
              + " groups");
    }
    if (outChannels < channels) {
      throw new ShapeException(
          "padShortcut",
          outChannels + " output channels are fewer than the input's, shape " + inShape);
    }
  }

  /** {@code [n, outChannels, ceil(height / stride), ceil(width / stride)]}. */
  public Shape outShape() {
    return Shape.of(inShape.size(0), outChannels, outHeight(), outWidth());
  }

  /** Writes all of {@code output}. */
  public void forward(float[] input, float[] output, Workers workers) {
    forward(input, output).run(workers);
  }

  /** {@link #forward(float[], float[], Workers)} of these arrays, for many runs. */
  public Work forward(float[] input, float[] output) {
    Require.shape("padShortcut", "input", input, inShape);
    Require.shape("padShortcut", "output", output, outShape());
    int plane = outHeight() * outWidth();
    return new Work(
        inShape.size(0),
        image -> {
          int from = image * outChannels * plane;
          Arrays.fill(output, from, from + outChannels * plane, 0f);
          for (int channel = 0; channel < inShape.size(1); channel++) {
            for (int y = 0; y < outHeight(); y++) {
              int in = inRow(image, channel, y);
              int out = outRow(image, channel, y);
              for (int x = 0; x < outWidth(); x++) {
                output[out + x] = input[in + x * stride];
              }
            }
          }
        });
  }

  /** The derivative: gradients go back where values came from. Overwrites {@code gradInput}. */
  public void backward(float[] gradOutput, float[] gradInput, Workers workers) {
    Require.shape("padShortcut backward", "gradOutput", gradOutput, outShape());
    Require.shape("padShortcut backward", "gradInput", gradInput, inShape);
    int imageSize = gradInput.length / inShape.size(0);
    workers.forEach(
        inShape.size(0),
        image -> {
          Arrays.fill(gradInput, image * imageSize, (image + 1) * imageSize, 0f);
          for (int channel = 0; channel < inShape.size(1); channel++) {
            for (int y = 0; y < outHeight(); y++) {
              int in = inRow(image, channel, y);
              int out = outRow(image, channel, y);
              for (int x = 0; x < outWidth(); x++) {
                gradInput[in + x * stride] = gradOutput[out + x];
              }
            }
          }
        });
  }

  /** Where the input row begins that becomes row {@code y} of the output. */
  private int inRow(int image, int channel, int y) {
    int plane = image * inShape.size(1) + channel;
    return (plane * inShape.size(2) + y * stride) * inShape.size(3);
  }

  /** Where row {@code y} of the plane begins that input channel {@code channel} becomes. */
  private int outRow(int image, int channel, int y) {
    int inPerGroup = inShape.size(1) / groups;
    int outPerGroup = outChannels / groups;
    int below = (outPerGroup - inPerGroup) / 2;
    int group = channel / inPerGroup;
    int outChannel = group * outPerGroup + below + channel % inPerGroup;
    return ((image * outChannels + outChannel) * outHeight() + y) * outWidth();
  }

  private int outHeight() {
    return Math.ceilDiv(inShape.size(2), stride);
  }

  private int outWidth() {
    return Math.ceilDiv(inShape.size(3), stride);
  }
}
