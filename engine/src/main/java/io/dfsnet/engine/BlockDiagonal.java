package io.dfsnet.engine;

import java.util.Arrays;

/**
 * The weights of a grouped convolution as a part of those of a dense one. A grouped convolution is
 * a dense one whose weights are zero wherever an output channel would read another group's input
 * channels; what may be non-zero are the diagonal blocks of the matrix of output by input channels:
 *
 * <pre>
 *                 input channels
 *   output      [ A . . . ]              [ A ]
 *   channels    [ . B . . ]   extract    [ B ]
 *               [ . . C . ]   ------->   [ C ]
 *               [ . . . D ]              [ D ]
 * </pre>
 *
 * @param denseShape of the dense weights, {@code [outChannels, inChannels, kernelHeight,
 *     kernelWidth]}
 * @param groups how many blocks there are
 */
public record BlockDiagonal(Shape denseShape, int groups) {
  public BlockDiagonal {
    if (denseShape.rank() != 4) {
      throw new ShapeException(
          "blockDiagonal",
          "needs weights [outChannels, inChannels, kernelHeight, kernelWidth], found "
              + denseShape);
    }
    if (groups < 1 || denseShape.size(0) % groups != 0 || denseShape.size(1) % groups != 0) {
      throw new ShapeException(
          "blockDiagonal",
          "output and input channels of weights "
              + denseShape
              + " must both be divisible by "
              + groups
              + " groups");
    }
  }

  /** {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]}. */
  public Shape groupedShape() {
    return Shape.of(
        denseShape.size(0), denseShape.size(1) / groups, denseShape.size(2), denseShape.size(3));
  }

  /** Writes the diagonal blocks of {@code dense} into {@code grouped}. */
  public void extract(float[] dense, float[] grouped) {
    require(dense, grouped);
    for (int o = 0; o < denseShape.size(0); o++) {
      System.arraycopy(dense, denseAt(o), grouped, o * rowLength(), rowLength());
    }
  }

  /**
   * Writes {@code grouped} into the diagonal blocks of {@code dense} and zeros everywhere else: the
   * derivative of {@link #extract}, and the dense form of a grouped convolution.
   */
  public void scatter(float[] grouped, float[] dense) {
    require(dense, grouped);
    Arrays.fill(dense, 0f);
    for (int o = 0; o < denseShape.size(0); o++) {
      System.arraycopy(grouped, o * rowLength(), dense, denseAt(o), rowLength());
    }
  }

  /** How many weights an output channel keeps. */
  private int rowLength() {
    return denseShape.elements() / denseShape.size(0) / groups;
  }

  /** Where the weights begin that output channel {@code o} keeps. */
  private int denseAt(int o) {
    int group = o / (denseShape.size(0) / groups);
    return (o * groups + group) * rowLength();
  }

  private void require(float[] dense, float[] grouped) {
    Require.shape("blockDiagonal", "dense", dense, denseShape);
    Require.length("blockDiagonal", "grouped", grouped, denseShape.elements() / groups);
  }
}
