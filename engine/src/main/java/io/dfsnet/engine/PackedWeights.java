package io.dfsnet.engine;

/**
 * Weights of a convolution in the order in which its kernel reads them. Made by {@link
 * Convolution#pack}; good for every convolution with the same weight shape and groups, whatever its
 * batch, and for other image sizes whose kernels read the same order. Others refuse it.
 */
public final class PackedWeights {
  private final Shape shape;
  private final int groups;
  private final String order;
  private final float[][] data;

  PackedWeights(Shape shape, int groups, String order, float[][] data) {
    this.shape = shape;
    this.groups = groups;
    this.order = order;
    this.data = data;
  }

  /** The packed values if they fit the geometry and the order that a kernel reads them in. */
  float[][] data(Conv2dGeometry geometry, Shape weightShape, String order) {
    if (!shape.equals(weightShape) || groups != geometry.groups() || !this.order.equals(order)) {
      throw new ShapeException(
          "conv2d",
          "weights packed from %s with %d groups in %s do not fit %s with %d groups in %s;"
                  .formatted(shape, groups, this.order, weightShape, geometry.groups(), order)
              + " pack them with this convolution (problem %s)".formatted(geometry));
    }
    return data;
  }
}
