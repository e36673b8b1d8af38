package io.dfsnet.engine;

/**
 * A pooling window over feature maps: input {@code [n, channels, inHeight, inWidth]}, output {@code
 * [n, channels, outHeight, outWidth]}, the same square window, stride and padding on both axes. The
 * padding is at most half the window, so that every window sees at least one real element.
 */
public record PoolGeometry(
    int n, int channels, int inHeight, int inWidth, int kernel, int stride, int pad) {
  public PoolGeometry {
    if (n < 1 || channels < 1 || inHeight < 1 || inWidth < 1 || kernel < 1 || stride < 1) {
      throw new ShapeException("pool", "every size must be at least 1");
    }
    if (pad < 0 || pad > kernel / 2) {
      throw new ShapeException(
          "pool", "padding " + pad + " must be from 0 to half the window " + kernel);
    }
    if (inHeight + 2 * pad < kernel || inWidth + 2 * pad < kernel) {
      throw new ShapeException(
          "pool",
          "window " + kernel + " is larger than the padded input of " + inHeight + "x" + inWidth);
    }
  }

  public int outHeight() {
    return (inHeight + 2 * pad - kernel) / stride + 1;
  }

  public int outWidth() {
    return (inWidth + 2 * pad - kernel) / stride + 1;
  }

  public Shape inShape() {
    return Shape.of(n, channels, inHeight, inWidth);
  }

  public Shape outShape() {
    return Shape.of(n, channels, outHeight(), outWidth());
  }
}
