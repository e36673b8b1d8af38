package io.dfsnet.engine;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The sizes of a tensor, outermost first: {@code [n, channels, height, width]} for a batch of
 * feature maps, {@code [outChannels, inChannels / groups, kernelHeight, kernelWidth]} for the
 * weights of a convolution. Every size is at least 1; a scalar has no sizes.
 */
public final class Shape {
  private final int[] sizes;
  private final int elements;

  private Shape(int[] sizes) {
    long product = 1;
    for (int size : sizes) {
      if (size < 1) {
        throw new ShapeException("shape", "every size must be at least 1, found " + text(sizes));
      }
      product *= size;
      if (product > Integer.MAX_VALUE) {
        throw new ShapeException(
            "shape", text(sizes) + " has more elements than an array can hold");
      }
    }
    this.sizes = sizes;
    this.elements = (int) product;
  }

  /** The shape with these sizes, outermost first. */
  public static Shape of(int... sizes) {
    return new Shape(sizes.clone());
  }

  /** How many sizes there are: 4 for NCHW, 0 for a scalar. */
  public int rank() {
    return sizes.length;
  }

  /** The size at {@code axis}, counted from 0 at the outermost. */
  public int size(int axis) {
    return sizes[axis];
  }

  /** The product of all sizes. */
  public int elements() {
    return elements;
  }

  /** This shape behind one more, outermost size: one image's shape becomes a batch's. */
  public Shape prepend(int size) {
    int[] longer = new int[sizes.length + 1];
    longer[0] = size;
    System.arraycopy(sizes, 0, longer, 1, sizes.length);
    return new Shape(longer);
  }

  /** A copy of the sizes. */
  public int[] toArray() {
    return sizes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(sizes, that.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /** As {@code [64, 16, 3, 3]}. */
  @Override
  public String toString() {
    return text(sizes);
  }

  private static String text(int[] sizes) {
    return Arrays.stream(sizes)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
