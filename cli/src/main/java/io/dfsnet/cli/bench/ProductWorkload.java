package io.dfsnet.cli.bench;

import io.dfsnet.engine.MatrixProduct;
import io.dfsnet.engine.Workers;

/** A matrix product of two matrices that lie row by row; packing counts as part of it. */
final class ProductWorkload implements Workload {
  private final ProductProblem problem;
  private final Workers workers;
  private final float[] left;
  private final float[] right;
  private final float[] result;
  private final MatrixProduct product;

  ProductWorkload(ProductProblem problem, Workers workers, long seed) {
    Operands operands = new Operands(seed, problem.k());
    this.problem = problem;
    this.workers = workers;
    this.left = operands.draw(problem.m() * problem.k());
    this.right = operands.draw(problem.k() * problem.n());
    this.result = Operands.unwritten(problem.m() * problem.n());
    this.product = MatrixProduct.of(problem.m(), problem.n(), problem.k());
  }

  @Override
  public String kernel() {
    return product.kernel();
  }

  @Override
  public long flops() {
    return problem.flops();
  }

  @Override
  public void run() {
    product.multiply(left, right, result, workers);
  }

  @Override
  public void check() {
    run();
    Operands.requireEqual(problem, kernel(), result, Reference.product(problem, left, right));
  }
}
