package io.dfsnet.bench.peers;

import org.ejml.EjmlVersion;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;

/** EJML's dense float matrices: products only, scalar Java, one thread. */
final class EjmlLane implements Lane {

  @Override
  public String library() {
    return "EJML " + EjmlVersion.VERSION;
  }

  @Override
  public Job prepare(Work work) {
    if (!(work instanceof Work.Product sizes)) {
      throw new UnsupportedWorkException("has matrix products only");
    }
    var left = FMatrixRMaj.wrap(sizes.m(), sizes.k(), Values.left(sizes));
    var right = FMatrixRMaj.wrap(sizes.k(), sizes.n(), Values.right(sizes));
    var output = new FMatrixRMaj(sizes.m(), sizes.n());
    return new Job() {
      @Override
      public void run() {
        CommonOps_FDRM.mult(left, right, output);
      }

      @Override
      public float[] output() {
        run();
        return output.data;
      }
    };
  }
}
