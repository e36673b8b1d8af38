package io.dfsnet.bench.peers;

import io.dfsnet.engine.Engine;
import io.dfsnet.engine.MatrixProduct;
import io.dfsnet.engine.Workers;

/** Ours, with the right matrix of a product packed beforehand: as it is where that is weights. */
final class DfsnetPackedLane implements Lane {
  private final Workers workers;

  DfsnetPackedLane(int threads) {
    this.workers = new Workers(threads);
  }

  @Override
  public String library() {
    return "DFSNet, " + Engine.describe();
  }

  @Override
  public Job prepare(Work work) {
    if (!(work instanceof Work.Product sizes)) {
      throw new UnsupportedWorkException("the same as the lane " + Lanes.OURS);
    }
    var product = MatrixProduct.of(sizes.m(), sizes.n(), sizes.k());
    float[] left = Values.left(sizes);
    var right = product.pack(Values.right(sizes), workers);
    float[] output = new float[sizes.m() * sizes.n()];
    return new Job() {
      @Override
      public void run() {
        product.multiply(left, right, output, workers);
      }

      @Override
      public float[] output() {
        run();
        return output;
      }

      @Override
      public String detail() {
        return product.kernel();
      }
    };
  }

  @Override
  public void close() {
    workers.close();
  }
}
