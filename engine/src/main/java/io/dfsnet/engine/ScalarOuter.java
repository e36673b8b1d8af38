package io.dfsnet.engine;

/**
 * Outer products with sums in registers, for {@code rows} output channels at a time and four taps.
 * Each sum runs over ascending positions.
 */
final class ScalarOuter implements OuterKernel {
  private final int rows;

  ScalarOuter(int rows) {
    this.rows = rows;
  }

  @Override
  public String name() {
    return "m" + rows + "k4__scalar";
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int taps() {
    return 4;
  }

  @Override
  public void run(Call call) {
    for (int k = 0; k < call.count; k += 4) {
      if (rows == 1) {
        addRow(call, k);
      } else {
        addTwoRows(call, k);
      }
    }
  }

  private static void addRow(Call call, int k) {
    float[] gradient = call.gradient;
    float[] planes = call.planes;
    int length = call.positions.lanes();
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    for (int run = 0; run < call.runs; run++) {
      int g = call.gradientAt + call.positions.mapStarts()[run];
      int x = call.positions.planeStarts()[run];
      int x0 = x + call.planeOf(k);
      int x1 = x + call.planeOf(k + 1);
      int x2 = x + call.planeOf(k + 2);
      int x3 = x + call.planeOf(k + 3);
      for (int p = 0; p < length; p++) {
        float factor = gradient[g + p];
        sum0 = Math.fma(factor, planes[x0 + p], sum0);
        sum1 = Math.fma(factor, planes[x1 + p], sum1);
        sum2 = Math.fma(factor, planes[x2 + p], sum2);
        sum3 = Math.fma(factor, planes[x3 + p], sum3);
      }
    }
    call.add(0, k, sum0);
    call.add(0, k + 1, sum1);
    call.add(0, k + 2, sum2);
    call.add(0, k + 3, sum3);
  }

  private static void addTwoRows(Call call, int k) {
    float[] gradient = call.gradient;
    float[] planes = call.planes;
    int length = call.positions.lanes();
    float sum00 = 0;
    float sum01 = 0;
    float sum02 = 0;
    float sum03 = 0;
    float sum10 = 0;
    float sum11 = 0;
    float sum12 = 0;
    float sum13 = 0;
    for (int run = 0; run < call.runs; run++) {
      int g0 = call.gradientAt + call.positions.mapStarts()[run];
      int g1 = g0 + call.gradientChannelSize;
      int x = call.positions.planeStarts()[run];
      int x0 = x + call.planeOf(k);
      int x1 = x + call.planeOf(k + 1);
      int x2 = x + call.planeOf(k + 2);
      int x3 = x + call.planeOf(k + 3);
      for (int p = 0; p < length; p++) {
        float factor0 = gradient[g0 + p];
        float factor1 = gradient[g1 + p];
        float plane = planes[x0 + p];
        sum00 = Math.fma(factor0, plane, sum00);
        sum10 = Math.fma(factor1, plane, sum10);
        plane = planes[x1 + p];
        sum01 = Math.fma(factor0, plane, sum01);
        sum11 = Math.fma(factor1, plane, sum11);
        plane = planes[x2 + p];
        sum02 = Math.fma(factor0, plane, sum02);
        sum12 = Math.fma(factor1, plane, sum12);
        plane = planes[x3 + p];
        sum03 = Math.fma(factor0, plane, sum03);
        sum13 = Math.fma(factor1, plane, sum13);
      }
    }
    call.add(0, k, sum00);
    call.add(0, k + 1, sum01);
    call.add(0, k + 2, sum02);
    call.add(0, k + 3, sum03);
    call.add(1, k, sum10);
    call.add(1, k + 1, sum11);
    call.add(1, k + 2, sum12);
    call.add(1, k + 3, sum13);
  }
}
