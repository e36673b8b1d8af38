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
          "weights packed from "
              + shape
              + " with "
              + groups
              + " groups for tiles of "
              + this.rows
              + " do not fit "
              + weightShape
              + " with "
              + geometry.groups()
              + " groups for tiles of "
              + rows
              + "; pack them with this convolution (problem "
              + geometry
              + ")");
    }
    return data;
  }
}
