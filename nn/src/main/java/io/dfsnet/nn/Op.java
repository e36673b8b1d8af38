package io.dfsnet.nn;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.PoolGeometry;
import io.dfsnet.engine.Shape;

/**
 * What a node of a network computes. Sealed, so that every reader is a {@code switch} over these
 * records and the compiler names each reader that a new operation has to visit.
 *
 * <p>Shapes below are those of one image: {@code [channels, height, width]} for feature maps,
 * {@code [features]} for vectors.
 */
public sealed interface Op {

  /**
   * The image: {@code [channels, height, width]}. The first node of every network, and only that.
   */
  record Input(int channels, int height, int width) implements Op {}

  /**
   * Convolution, see {@link Conv2dGeometry} for the formula. Parameters: {@code weight
   * [outChannels, inChannels / groups, kernelHeight, kernelWidth]} and, with {@code bias}, {@code
   * bias [outChannels]}.
   */
  record Conv2d(
      int inChannels,
      int outChannels,
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padHeight,
      int padWidth,
      int dilationHeight,
      int dilationWidth,
      int groups,
      boolean bias)
      implements Op {

    /** A square convolution without dilation and bias, the common case. */
    public static Conv2d square(
        int inChannels, int outChannels, int kernel, int stride, int pad, int groups) {
      return new Conv2d(
          inChannels, outChannels, kernel, kernel, stride, stride, pad, pad, 1, 1, groups, false);
    }

    /** This convolution over {@code n} images of {@code height} x {@code width}. */
    public Conv2dGeometry geometry(int n, int height, int width) {
      return new Conv2dGeometry(
          n,
          groups,
          inChannels,
          height,
          width,
          outChannels,
          kernelHeight,
          kernelWidth,
          strideHeight,
          strideWidth,
          padHeight,
          padWidth,
          dilationHeight,
          dilationWidth);
    }

    /** The same convolution with other channels and groups. */
    public Conv2d withChannels(int in, int out, int newGroups) {
      return new Conv2d(
          in,
          out,
          kernelHeight,
          kernelWidth,
          strideHeight,
          strideWidth,
          padHeight,
          padWidth,
          dilationHeight,
          dilationWidth,
          newGroups,
          bias);
    }
  }

  /**
   * Per-channel normalisation, {@code weight * (x - mean) / sqrt(variance + epsilon) + bias}.
   * Parameters, all {@code [channels]}: {@code weight}, {@code bias}, and the running statistics
   * {@code running_mean}, {@code running_var}.
   */
  record BatchNorm(int channels, float epsilon) implements Op {
    /** PyTorch's default epsilon. */
    public static final float DEFAULT_EPSILON = 1e-5f;
  }

  /** {@code max(x, 0)}. */
  record Relu() implements Op {}

  /** {@code min(max(x, 0), 6)}. */
  record Relu6() implements Op {}

  /** The sum of two equal shapes. */
  record Add() implements Op {}

  /** The largest value of each window; padding never wins. */
  record MaxPool(int kernel, int stride, int pad) implements Op {
    public PoolGeometry geometry(int n, Shape image) {
      return pool(n, image, kernel, stride, pad);
    }
  }

  /** The mean of each window, padding counted as zeros. */
  record AveragePool(int kernel, int stride, int pad) implements Op {
    public PoolGeometry geometry(int n, Shape image) {
      return pool(n, image, kernel, stride, pad);
    }
  }

  /** The mean of each channel: {@code [channels, height, width]} to {@code [channels]}. */
  record GlobalAveragePool() implements Op {}

  /**
   * {@code y = W x + b}. Parameters: {@code weight [outFeatures, inFeatures]} and, with {@code
   * bias}, {@code bias [outFeatures]}.
   *
   * <p>The inputs are summed in {@code parts} equal consecutive slices, {@code ((slice 0 + bias) +
   * slice 1) + ...}: a network divided into {@code parts} groups computes each slice where that
   * group lives, and the sum is the same, bit for bit.
   */
  record Linear(int inFeatures, int outFeatures, boolean bias, int parts) implements Op {}

  /** The channels of all inputs one after another. */
  record Concat() implements Op {}

  /** The {@code channels} channels from {@code first} on. */
  record ChannelSlice(int first, int channels) implements Op {}

  /** ShuffleNet's shuffle: channel {@code g * (C / groups) + i} moves to {@code i * groups + g}. */
  record ChannelShuffle(int groups) implements Op {}

  /** {@code [channels, height, width]} to {@code [channels * height * width]}, in that order. */
  record Flatten() implements Op {}

  /**
   * The shortcut of option A in "Deep Residual Learning" (He et al., 2016): every {@code stride}-th
   * row and column, and more channels, the new ones zero. The padding stays inside each of {@code
   * groups} groups, so that no channel changes its group: group g's {@code channels / groups} maps
   * come to lie in the middle of its {@code outChannels / groups} maps.
   */
  record PadShortcut(int outChannels, int stride, int groups) implements Op {}

  /**
   * Where the shards of a divided network meet. It stands in shards only, at the same places in all
   * of them; {@code group} is the shard that this node belongs to.
   *
   * @param groups how many shards take part
   * @param output what this shard has afterwards
   */
  record Exchange(Kind kind, int groups, int group, Shape output) implements Op {

    /** The shard that computes alone between {@link Kind#GATHER} and {@link Kind#SCATTER}. */
    public static final int ROOT = 0;

    /** Who sends what to whom. Slices are always put together in the order of the groups. */
    public enum Kind {
      /** Every shard gets every shard's channels. */
      ALL_GATHER,
      /** Every shard gets the sum, added in the order of the groups. */
      ALL_REDUCE,
      /** The root gets every shard's channels; the others keep their own. */
      GATHER,
      /** Every shard gets its own slice of the root's channels. The others' input is not read. */
      SCATTER
    }
  }

  private static PoolGeometry pool(int n, Shape image, int kernel, int stride, int pad) {
    return new PoolGeometry(n, image.size(0), image.size(1), image.size(2), kernel, stride, pad);
  }
}
