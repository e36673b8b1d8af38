package io.dfsnet.engine;

/**
 * Weights of a convolution in the order in which its kernel reads them. Made by {@link
 * Convolution#pack}; good for every convolution with the same weight shape and groups, whatever its
 * batch and image size.
 */
public final class PackedWeights {
  private final Shape shape;
  private final int groups;
  private final int rows;
  private final float[] data;

  PackedWeights(Shape shape, int groups, int rows, float[] data) {
    this.shape = shape;
    this.groups = groups;
    this.rows = rows;
    this.data = data;
  }

  /** The packed values if they fit the geometry and tiles of {@code rows} output channels. */
  float[] data(Conv2dGeometry geometry, Shape weightShape, int rows) {
    if (!shape.equals(weightShape) || groups != geometry.groups() || this.rows != rows) {
      throw new ShapeException(
          "conv2d",
          "weights packed from %s with %d groups for tiles of %d do not fit %s with %d groups for"
                  .formatted(shape, groups, this.rows, weightShape, geometry.groups())
              + " tiles of %d; pack them with this convolution (problem %s)"
                  .formatted(rows, geometry));
    }
    return data;
  }
}
