package io.dfsnet.cli.bench;

import io.dfsnet.engine.Workers;

/**
 * Something worth measuring, planned and with its operands in place: {@link #run} is the call that
 * is timed. It owns its arrays and serves one thread at a time.
 *
 * <p>The operands of kernels are small whole numbers, drawn from a seed. Sums of their products are
 * then exact in floats, in whatever order they are added, and a result is right only if it equals
 * the reference in every element: no tolerance could hide a wrong one.
 */
public interface Workload {

  /** A problem, to be computed on these workers. */
  static Workload of(Problem problem, Workers workers, long seed) {
    return switch (problem) {
      case ConvolutionProblem convolution -> new ConvolutionWorkload(convolution, workers, seed);
      case ProductProblem product -> new ProductWorkload(product, workers, seed);
    };
  }

  /** The names of the kernels that compute it. */
  String kernel();

  /** Floating point operations of one call, two per multiply-accumulate. */
  long flops();

  /** Computes once. */
  void run();

  /**
   * Computes once, and compares the result with that of plain loops in double.
   *
   * @throws WrongResultException naming the element that differs; such a workload is not measured
   */
  void check();
}
