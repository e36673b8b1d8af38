package io.dfsnet.engine.autograd;

import io.dfsnet.engine.Shape;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One operation at one size: how a tape computes it and how plain loops do. {@link OperationTest}
 * checks every property of every case, so that a new operation is one entry in {@link
 * OperationCases}.
 *
 * @param name operation and the property of the size
 * @param kind what can be said about its arithmetic
 * @param reduction how many products the longest sum has, of forward and backward
 * @param range of the inputs' values
 * @param shapes of the inputs, all of them parameters
 */
record OperationCase(
    String name,
    Kind kind,
    int reduction,
    double range,
    List<Shape> shapes,
    OnTape onTape,
    InDouble inDouble) {

  enum Kind {
    /**
     * Linear in every input by itself: on small whole numbers values and gradients are exact, and a
     * difference quotient of any width is the derivative.
     */
    MULTILINEAR,
    /** Linear between kinks: values are exact on whole numbers; gradients are checked off them. */
    PIECEWISE_LINEAR,
    /** Anything else that can be differentiated. */
    SMOOTH
  }

  @FunctionalInterface
  interface OnTape {
    Variable apply(Tape tape, List<Variable> inputs);
  }

  @FunctionalInterface
  interface InDouble {
    double[] apply(double[][] inputs);
  }

  static OperationCase of(
      String name, Kind kind, int reduction, List<Shape> shapes, OnTape tape, InDouble loops) {
    return new OperationCase(name, kind, reduction, 1, shapes, tape, loops);
  }

  OperationCase withRange(double wider) {
    return new OperationCase(name, kind, reduction, wider, shapes, onTape, inDouble);
  }

  /** Whole numbers from -4 to 4 for every input. */
  float[][] wholeNumbers(SplittableRandom random) {
    return shapes.stream().map(shape -> wholeNumbers(shape, random)).toArray(float[][]::new);
  }

  /**
   * The numbers {@code (k + 0.3) * 2 * range / count - range} in random order: different from each
   * other, so that every maximum is clear, and never 0 or 6, where the kinks are.
   */
  float[][] offKinks(SplittableRandom random) {
    return shapes.stream().map(shape -> shuffled(shape, random)).toArray(float[][]::new);
  }

  static float[] wholeNumbers(Shape shape, SplittableRandom random) {
    float[] values = new float[shape.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-4, 5);
    }
    return values;
  }

  private float[] shuffled(Shape shape, SplittableRandom random) {
    float[] values = new float[shape.elements()];
    for (int i = 0; i < values.length; i++) {
      int other = random.nextInt(i + 1);
      values[i] = values[other];
      values[other] = (float) ((i + 0.3) * 2 * range / values.length - range);
    }
    return values;
  }

  @Override
  public String toString() {
    return name;
  }
}
