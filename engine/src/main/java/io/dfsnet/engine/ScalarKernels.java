package io.dfsnet.engine;

import java.util.Arrays;
import java.util.List;

/**
 * The kernels in plain Java, for JVMs without the Vector API or without C2. Inner loops run over
 * neighbouring positions, which C2 vectorises by itself where it is there.
 */
final class ScalarKernels implements Kernels {
  /** So that eight runs of sums and four of planes stay in the first-level cache. */
  private static final int LONGEST_RUN = 256;

  @Override
  public String instructionSet() {
    return "scalar";
  }

  @Override
  public int lanes(int positions) {
    return Math.min(positions, LONGEST_RUN);
  }

  @Override
  public List<SumKernel> sums() {
    return List.of(new Sum(8), new Sum(4), new Sum(2), new Sum(1));
  }

  @Override
  public List<OuterKernel> outers() {
    return List.of(new Outer(2), new Outer(1));
  }

  @Override
  public void copyRows(
      float[] from,
      int fromAt,
      int fromPitch,
      int stride,
      float[] to,
      int toAt,
      int toPitch,
      int rows,
      int left,
      int right) {
    copyEachRow(from, fromAt, fromPitch, stride, to, toAt, toPitch, rows, left, right);
  }

  static void copyEachRow(
      float[] from,
      int fromAt,
      int fromPitch,
      int stride,
      float[] to,
      int toAt,
      int toPitch,
      int rows,
      int left,
      int right) {
    for (int t = 0; t < rows; t++) {
      int source = fromAt + t * fromPitch;
      int row = toAt + t * toPitch;
      Arrays.fill(to, row, row + left, 0);
      if (stride == 1) {
        System.arraycopy(from, source, to, row + left, right - left);
      } else {
        for (int u = left; u < right; u++) {
          to[row + u] = from[source + (u - left) * stride];
        }
      }
      Arrays.fill(to, row + right, row + toPitch, 0);
    }
  }

  @Override
  public int overrun() {
    return 0;
  }

  @Override
  public void zero(float[] values, int from, int to) {
    Arrays.fill(values, from, to, 0);
  }

  @Override
  public void spread(
      float[] from,
      int fromAt,
      float[] to,
      int rowAt,
      int width,
      int first,
      int stride,
      int count) {
    for (int i = 0; i < count; i++) {
      to[rowAt + first + i * stride] = from[fromAt + i];
    }
  }

  @Override
  public void finish(float[] values, int from, int to, Epilogue epilogue, int channel) {
    if (epilogue.bias() != null) {
      float bias = epilogue.bias()[channel];
      for (int i = from; i < to; i++) {
        values[i] += bias;
      }
    }
    if (epilogue.addend() != null) {
      float[] addend = epilogue.addend();
      for (int i = from; i < to; i++) {
        values[i] += addend[i];
      }
    }
    switch (epilogue.activation()) {
      case NONE -> {}
      case RELU -> {
        for (int i = from; i < to; i++) {
          values[i] = Math.max(values[i], 0);
        }
      }
      case RELU6 -> {
        for (int i = from; i < to; i++) {
          values[i] = Math.min(Math.max(values[i], 0), 6);
        }
      }
    }
  }

  @Override
  public void add(float[] sums, float[] addends) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += addends[i];
    }
  }

  @Override
  public long multiplyAdd(int rounds) {
    float factor = 0.999f;
    float a = rounds;
    float b = a + 1;
    float c = a + 2;
    float d = a + 3;
    float e = a + 4;
    float f = a + 5;
    float g = a + 6;
    float h = a + 7;
    for (int i = 0; i < rounds; i++) {
      a = Math.fma(a, factor, 1);
      b = Math.fma(b, factor, 1);
      c = Math.fma(c, factor, 1);
      d = Math.fma(d, factor, 1);
      e = Math.fma(e, factor, 1);
      f = Math.fma(f, factor, 1);
      g = Math.fma(g, factor, 1);
      h = Math.fma(h, factor, 1);
    }
    return Float.isNaN(a + b + c + d + e + f + g + h) ? 0 : 8L * rounds;
  }

  /**
   * Shifted-plane sums, {@code rows} output channels at a time. C2 vectorises a loop over arrays
   * only if it knows that no store changes what a later iteration loads; indices that start at an
   * offset that it cannot see spoil that. So runs of planes are copied to arrays of their own,
   * where all loops start at 0, and the channels share the copies. Four products per pass save
   * loads and stores; the chain of each element keeps its order.
   */
  private static final class Sum implements SumKernel {
    private static final int TAPS = 4;

    private final int rows;

    Sum(int rows) {
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
      for (int run = 0; run < call.runs; run++) {
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

    private static void addFour(
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

    private static void addOne(float w, float[] x, float[] sums, int length) {
      for (int p = 0; p < length; p++) {
        sums[p] = Math.fma(w, x[p], sums[p]);
      }
    }
  }

  /**
   * Outer products with sums in registers, for {@code rows} output channels at a time and four
   * taps. Each sum runs over ascending positions.
   */
  private static final class Outer implements OuterKernel {
    private final int rows;

    Outer(int rows) {
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
}
