package io.dfsnet.engine;

/** The checks that operations on bare arrays share: an array knows its length, but no shape. */
final class Require {
  private Require() {}

  /**
   * @throws ShapeException unless {@code array}, which the message calls {@code name}, has exactly
   *     {@code expected} elements
   */
  static void length(String operation, String name, float[] array, int expected) {
    if (array.length != expected) {
      throw new ShapeException(
          operation, name + " needs " + expected + " elements, found " + array.length);
    }
  }

  /**
   * @throws ShapeException unless {@code array}, which the message calls {@code name}, has the
   *     elements of {@code shape}
   */
  static void shape(String operation, String name, float[] array, Shape shape) {
    if (array.length != shape.elements()) {
      throw new ShapeException(
          operation,
          name + " " + shape + " needs " + shape.elements() + " elements, found " + array.length);
    }
  }

  /**
   * The product of the sizes behind the first two: the elements of one channel of one image.
   *
   * @throws ShapeException unless {@code shape} is {@code [n, channels, ...]}
   */
  static int plane(String operation, Shape shape) {
    if (shape.rank() < 2) {
      throw new ShapeException(operation, "needs a shape [n, channels, ...], found " + shape);
    }
    return shape.elements() / (shape.size(0) * shape.size(1));
  }
}
