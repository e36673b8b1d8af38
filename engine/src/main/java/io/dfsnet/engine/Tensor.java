package io.dfsnet.engine;

/**
 * A shape over a contiguous {@code float[]}, row-major: the last size varies fastest. The array is
 * the tensor's own storage, not a copy; whoever holds the tensor may read and write it.
 *
 * @param shape the sizes
 * @param data exactly {@code shape.elements()} values
 */
public record Tensor(Shape shape, float[] data) {
  public Tensor {
    if (data.length != shape.elements()) {
      throw new ShapeException(
          "tensor",
          "shape " + shape + " needs " + shape.elements() + " values, found " + data.length);
    }
  }

  /** A tensor of zeros. */
  public static Tensor zeros(Shape shape) {
    return new Tensor(shape, new float[shape.elements()]);
  }

  /** A tensor of zeros with these sizes, outermost first. */
  public static Tensor zeros(int... sizes) {
    return zeros(Shape.of(sizes));
  }

  /** A tensor with storage of its own that holds the same values. */
  public Tensor copy() {
    return new Tensor(shape, data.clone());
  }

  /** The shape; the values are too many to print. */
  @Override
  public String toString() {
    return "Tensor" + shape;
  }
}
