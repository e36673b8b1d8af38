package io.dfsnet.engine;

import java.util.Arrays;
import java.util.List;

/**
 * The kernels in plain Java, for JVMs without the Vector API or without C2. Inner loops run over
 * neighbouring positions, which C2 vectorises by itself where it is there.
 */
final class ScalarKernels implements Kernels {
  private static final int LONGEST_RUN = 1024;

  @Override
  public String instructionSet() {
    return "scalar";
  }

  @Override
  public int lanes() {
    return 0;
  }

  /** Runs as long as a row, or as the whole map where that is one run and stays in cache. */
  static int lanes(boolean wholeMap, int positions, int columns) {
    return wholeMap && positions <= LONGEST_RUN ? positions : columns;
  }

  @Override
  public List<SumKernel> sums() {
    return List.of(new Sum());
  }

  @Override
  public List<OuterKernel> outers() {
    return List.of(new Outer());
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

  /** One output channel, four products per pass over a run; the chain of each element is kept. */
  private static final class Sum implements SumKernel {
    @Override
    public String name() {
      return "m1__scalar";
    }

    @Override
    public int rows() {
      return 1;
    }

    @Override
    public void run(Call call) {
      var positions = call.positions;
      int length = positions.lanes();
      for (int run = 0; run < call.runs; run++) {
        int out = call.outAt + positions.mapStarts()[run];
        int planes = call.planesAt + positions.planeStarts()[run];
        Arrays.fill(call.out, out, out + length, 0);
        int k = 0;
        for (; k <= call.reduction - 4; k += 4) {
          addFour(call, k, planes, out, length);
        }
        for (; k < call.reduction; k++) {
          addOne(
              call.planes,
              planes + call.offsets[k],
              call.weights[call.weightsAt + k],
              call.out,
              out,
              length);
        }
      }
    }

    private static void addFour(Call call, int k, int planesAt, int outAt, int length) {
      float[] planes = call.planes;
      float[] out = call.out;
      int x0 = planesAt + call.offsets[k];
      int x1 = planesAt + call.offsets[k + 1];
      int x2 = planesAt + call.offsets[k + 2];
      int x3 = planesAt + call.offsets[k + 3];
      float w0 = call.weights[call.weightsAt + k];
      float w1 = call.weights[call.weightsAt + k + 1];
      float w2 = call.weights[call.weightsAt + k + 2];
      float w3 = call.weights[call.weightsAt + k + 3];
      for (int p = 0; p < length; p++) {
        float sum = out[outAt + p];
        sum = Math.fma(w0, planes[x0 + p], sum);
        sum = Math.fma(w1, planes[x1 + p], sum);
        sum = Math.fma(w2, planes[x2 + p], sum);
        out[outAt + p] = Math.fma(w3, planes[x3 + p], sum);
      }
    }

    private static void addOne(
        float[] planes, int planesAt, float weight, float[] out, int outAt, int length) {
      for (int p = 0; p < length; p++) {
        out[outAt + p] = Math.fma(weight, planes[planesAt + p], out[outAt + p]);
      }
    }
  }

  /** One output channel and four taps, each with an accumulator of its own. */
  private static final class Outer implements OuterKernel {
    @Override
    public String name() {
      return "m1k4__scalar";
    }

    @Override
    public int rows() {
      return 1;
    }

    @Override
    public int taps() {
      return 4;
    }

    @Override
    public void run(Call call) {
      int k = 0;
      for (; k <= call.count - 4; k += 4) {
        addFour(call, k);
      }
      for (; k < call.count; k++) {
        addOne(call, k);
      }
    }

    private static void addFour(Call call, int k) {
      float[] gradient = call.gradient;
      float[] planes = call.planes;
      float sum0 = 0;
      float sum1 = 0;
      float sum2 = 0;
      float sum3 = 0;
      int length = call.positions.lanes();
      for (int run = 0; run < call.runs; run++) {
        int g = call.gradientAt + call.positions.mapStarts()[run];
        int x = call.planesAt + call.positions.planeStarts()[run];
        int x0 = x + call.offsets[k];
        int x1 = x + call.offsets[k + 1];
        int x2 = x + call.offsets[k + 2];
        int x3 = x + call.offsets[k + 3];
        for (int p = 0; p < length; p++) {
          float factor = gradient[g + p];
          sum0 = Math.fma(factor, planes[x0 + p], sum0);
          sum1 = Math.fma(factor, planes[x1 + p], sum1);
          sum2 = Math.fma(factor, planes[x2 + p], sum2);
          sum3 = Math.fma(factor, planes[x3 + p], sum3);
        }
      }
      call.sums[call.sumsAt + k] += sum0;
      call.sums[call.sumsAt + k + 1] += sum1;
      call.sums[call.sumsAt + k + 2] += sum2;
      call.sums[call.sumsAt + k + 3] += sum3;
    }

    private static void addOne(Call call, int k) {
      float sum = 0;
      int length = call.positions.lanes();
      for (int run = 0; run < call.runs; run++) {
        int g = call.gradientAt + call.positions.mapStarts()[run];
        int x = call.planesAt + call.positions.planeStarts()[run] + call.offsets[k];
        for (int p = 0; p < length; p++) {
          sum = Math.fma(call.gradient[g + p], call.planes[x + p], sum);
        }
      }
      call.sums[call.sumsAt + k] += sum;
    }
  }
}
