package io.dfsnet.bench.peers;

import dev.ludovic.netlib.blas.JavaBLAS;

/** netlib's BLAS in Java, which takes the Vector API where there is one: matrix products only. */
final class NetlibLane implements Lane {
  private final JavaBLAS blas = JavaBLAS.getInstance();

  @Override
  public String library() {
    return "dev.ludovic.netlib, " + blas.getClass().getSimpleName();
  }

  @Override
  public Job prepare(Work work) {
    if (!(work instanceof Work.Product sizes)) {
      throw new UnsupportedWorkException("has matrix products only");
    }
    float[] left = Values.left(sizes);
    float[] right = Values.right(sizes);
    float[] output = new float[sizes.m() * sizes.n()];
    return new Job() {
      /** Column-major, as BLAS is: the transposed product of the transposed matrices. */
      @Override
      public void run() {
        blas.sgemm(
            "N", "N", sizes.n(), sizes.m(), sizes.k(), 1f, right, sizes.n(), left, sizes.k(), 0f,
            output, sizes.n());
      }

      @Override
      public float[] output() {
        run();
        return output;
      }
    };
  }
}
