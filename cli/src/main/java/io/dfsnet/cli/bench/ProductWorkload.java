package io.dfsnet.cli.bench;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.FullyConnected;
import io.dfsnet.engine.Workers;

/**
 * A matrix product, computed as the linear layer that it is: {@code m} vectors of {@code k}
 * features to {@code n}, with the right matrix packed before as weights are.
 */
final class ProductWorkload implements Workload {
  private final ProductProblem problem;
  private final Workers workers;
  private final float[] left;
  private final float[] right;
  private final float[] result;
  private final FullyConnected layer;
  private final FullyConnected.Packed packed;

  ProductWorkload(ProductProblem problem, Workers workers, long seed) {
    Operands operands = new Operands(seed, problem.k());
    this.problem = problem;
    this.workers = workers;
    this.left = operands.draw(problem.m() * problem.k());
    this.right = operands.draw(problem.k() * problem.n());
    this.result = Operands.unwritten(problem.m() * problem.n());
    this.layer = FullyConnected.of(problem.m(), problem.k(), problem.n(), 1);
    this.packed = layer.pack(transposed(right, problem.k(), problem.n()));
  }

  @Override
  public String kernel() {
    return "linear";
  }

  @Override
  public long flops() {
    return problem.flops();
  }

  @Override
  public void run() {
    layer.forward(left, packed, null, Activation.NONE, result, workers);
  }

  @Override
  public void check() {
    run();
    Operands.requireEqual(problem, kernel(), result, Reference.product(problem, left, right));
  }

  /** Weights are {@code [outFeatures, inFeatures]}. */
  private static float[] transposed(float[] matrix, int rows, int columns) {
    float[] transposed = new float[matrix.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        transposed[column * rows + row] = matrix[row * columns + column];
      }
    }
    return transposed;
  }
}
