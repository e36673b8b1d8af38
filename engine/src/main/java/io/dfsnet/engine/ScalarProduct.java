package io.dfsnet.engine;

import java.util.Arrays;
import java.util.List;

/**
 * Matrix products, {@code rows} rows at a time. As in {@link ScalarSum}, runs of columns are copied
 * to arrays of their own and rows share the copies, so that C2 vectorises the loops over columns.
 */
final class ScalarProduct implements ProductKernel {
  /** So that six runs of sums and four copies stay in the first-level cache. */
  private static final int LONGEST_RUN = 256;

  private static final int STEPS = 4;

  private final int rows;

  private ScalarProduct(int rows) {
    this.rows = rows;
  }

  static List<ProductKernel> all() {
    return List.of(
        new ScalarProduct(6), new ScalarProduct(4), new ScalarProduct(2), new ScalarProduct(1));
  }

  @Override
  public String name() {
    return "m" + rows + "__scalar";
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int columns() {
    return 64;
  }

  @Override
  public int leastColumns() {
    return 1;
  }

  @Override
  public int longestRun() {
    return LONGEST_RUN;
  }

  @Override
  public void run(Call call) {
    for (int j = 0; j < call.columns; j += LONGEST_RUN) {
      sumRun(call, j, Math.min(LONGEST_RUN, call.columns - j));
    }
  }

  private void sumRun(Call call, int j, int length) {
    float[][] sums = call.sums;
    for (int i = 0; i < rows; i++) {
      if (call.continues) {
        System.arraycopy(call.c, call.cAt + i * call.cRow + j, sums[i], 0, length);
      } else {
        Arrays.fill(sums[i], 0, length, 0);
      }
    }
    for (int k = 0; k < call.reduction; k += STEPS) {
      addSteps(call, j, k, Math.min(STEPS, call.reduction - k), length);
    }
    for (int i = 0; i < rows; i++) {
      int at = call.cAt + i * call.cRow + j;
      ScalarKernels.finishEach(sums[i], 0, call.c, at, length, call.epilogue, call.channel + i);
    }
  }

  private void addSteps(Call call, int j, int k, int steps, int length) {
    float[][] copies = call.copies;
    for (int step = 0; step < steps; step++) {
      int from = call.bAt + (k + step) * call.bStep + j;
      System.arraycopy(call.b, from, copies[step], 0, length);
    }
    float[] a = call.a;
    for (int i = 0; i < rows; i++) {
      int at = call.aAt + i + k * call.aStep;
      float[] sums = call.sums[i];
      if (steps == STEPS) {
        ScalarSum.addFour(
            a[at],
            copies[0],
            a[at + call.aStep],
            copies[1],
            a[at + 2 * call.aStep],
            copies[2],
            a[at + 3 * call.aStep],
            copies[3],
            sums,
            length);
      } else {
        for (int step = 0; step < steps; step++) {
          ScalarSum.addOne(a[at + step * call.aStep], copies[step], sums, length);
        }
      }
    }
  }
}
