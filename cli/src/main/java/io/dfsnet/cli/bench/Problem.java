package io.dfsnet.cli.bench;

import io.dfsnet.engine.ShapeException;

/**
 * A piece of work that is measured, but for its values: everything that determines how much there
 * is to compute. Written and read as a string without commas:
 *
 * <pre>
 * n1 g4 ic64 ih56 oc64 kh3 ph1             a convolution forward, see Conv2dGeometry
 * backward-data n1 g4 ic64 ih56 oc64 kh3   another pass of one, see Pass
 * m256 n256 k256                           a matrix product
 * </pre>
 */
public sealed interface Problem permits ConvolutionProblem, ProductProblem {

  /**
   * Reads a problem.
   *
   * @throws ShapeException if the string is none, or its sizes do not fit together
   */
  static Problem parse(String text) {
    String problem = text.strip();
    return problem.startsWith("m")
        ? ProductProblem.parse(problem)
        : ConvolutionProblem.parse(problem);
  }

  /** Floating point operations of one call, two per multiply-accumulate. */
  long flops();

  /** The string that {@link #parse} reads, with every size spelled out. */
  @Override
  String toString();
}
