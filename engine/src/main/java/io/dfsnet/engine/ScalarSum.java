package io.dfsnet.engine;

import java.util.Arrays;

/**
 * Shifted-plane sums, {@code rows} output channels at a time. C2 vectorises a loop over arrays only
 * if it knows that no store changes what a later iteration loads; indices that start at an offset
 * that it cannot see spoil that. So runs of planes are copied to arrays of their own, where all
 * loops start at 0, and the channels share the copies. Four products per pass save loads and
 * stores; the chain of each element keeps its order.
 */
final class ScalarSum implements SumKernel {
  private static final int TAPS = 4;

  private final int rows;

  ScalarSum(int rows) {
    this.rows = rows;
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
  public void run(Call call) {
    int length = call.positions.lanes();
    for (int run = call.firstRun; run < call.endRun; run++) {
      for (int m = 0; m < rows; m++) {
        Arrays.fill(call.sums[m], 0, length, 0);
      }
      int planes = call.planesAt + call.positions.planeStarts()[run];
      for (int k = 0; k < call.reduction; k += TAPS) {
        addTaps(call, planes, k, Math.min(TAPS, call.reduction - k), length);
      }
      int out = call.outAt + call.positions.mapStarts()[run];
      for (int m = 0; m < rows; m++) {
        System.arraycopy(call.sums[m], 0, call.out, out + m * call.outChannelSize, length);
      }
    }
  }

  private void addTaps(Call call, int planes, int k, int taps, int length) {
    float[][] copies = call.copies;
    for (int tap = 0; tap < taps; tap++) {
      int from = planes + call.offsets[k + tap];
      System.arraycopy(call.planes, from, copies[tap], 0, length);
    }
    float[] weights = call.weights;
    int w = call.weightsAt + k * rows;
    for (int m = 0; m < rows; m++, w++) {
      float[] sums = call.sums[m];
      if (taps == TAPS) {
        addFour(
            weights[w],
            copies[0],
            weights[w + rows],
            copies[1],
            weights[w + 2 * rows],
            copies[2],
            weights[w + 3 * rows],
            copies[3],
            sums,
            length);
      } else {
        for (int tap = 0; tap < taps; tap++) {
          addOne(weights[w + tap * rows], copies[tap], sums, length);
        }
      }
    }
  }

  static void addFour(
      float w0,
      float[] x0,
      float w1,
      float[] x1,
      float w2,
      float[] x2,
      float w3,
      float[] x3,
      float[] sums,
      int length) {
    for (int p = 0; p < length; p++) {
      float sum = Math.fma(w0, x0[p], sums[p]);
      sum = Math.fma(w1, x1[p], sum);
      sum = Math.fma(w2, x2[p], sum);
      sums[p] = Math.fma(w3, x3[p], sum);
    }
  }

  static void addOne(float w, float[] x, float[] sums, int length) {
    for (int p = 0; p < length; p++) {
      sums[p] = Math.fma(w, x[p], sums[p]);
    }
  }
}
