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

  private final ChannelKernels channels = new ScalarChannels();

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
    return List.of(new ScalarSum(8), new ScalarSum(4), new ScalarSum(2), new ScalarSum(1));
  }

  @Override
  public List<RowKernel> rows() {
    return List.of();
  }

  @Override
  public TileTransforms transforms() {
    return new ScalarTransforms();
  }

  @Override
  public List<ProductKernel> products() {
    return ScalarProduct.all();
  }

  @Override
  public List<PatchKernel> patches() {
    return List.of();
  }

  @Override
  public List<OuterKernel> outers() {
    return List.of(new ScalarOuter(2), new ScalarOuter(1));
  }

  @Override
  public ChannelKernels channels() {
    return channels;
  }

  @Override
  public void copy(float[] from, int fromAt, float[] to, int toAt, int count) {
    System.arraycopy(from, fromAt, to, toAt, count);
  }

  @Override
  public List<BlockedOuterKernel> blockedOuters() {
    return List.of();
  }

  @Override
  public List<PointOuterKernel> pointOuters() {
    return List.of();
  }

  @Override
  public List<DepthwiseKernel> depthwise() {
    return List.of();
  }

  @Override
  public List<DepthwiseOuterKernel> depthwiseOuters() {
    return List.of();
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

  /** The same for rows that are left over by vector code. */
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
  public void copyPieces(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int width,
      int pieces,
      float[] to,
      int toAt,
      int toPitch) {
    for (int t = 0; t < rows; t++) {
      int source = fromAt + t * fromPitch;
      for (int p = 0; p < pieces; p++) {
        System.arraycopy(from, source + p * width, to, toAt + p * toPitch + t * width, width);
      }
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
  public void finish(
      float[] sums,
      int sumsAt,
      float[] result,
      int resultAt,
      int count,
      Epilogue epilogue,
      int channel) {
    finishEach(sums, sumsAt, result, resultAt, count, epilogue, channel);
  }

  /** The same for fewer values than a vector holds. */
  static void finishEach(
      float[] sums,
      int sumsAt,
      float[] result,
      int resultAt,
      int count,
      Epilogue epilogue,
      int channel) {
    if (sums != result || sumsAt != resultAt) {
      System.arraycopy(sums, sumsAt, result, resultAt, count);
    }
    int end = resultAt + count;
    if (epilogue.bias() != null) {
      float bias = epilogue.bias()[channel];
      for (int i = resultAt; i < end; i++) {
        result[i] += bias;
      }
    }
    if (epilogue.addend() != null) {
      float[] addend = epilogue.addend();
      for (int i = resultAt; i < end; i++) {
        result[i] += addend[i];
      }
    }
    switch (epilogue.activation()) {
      case NONE -> {}
      case RELU -> {
        for (int i = resultAt; i < end; i++) {
          result[i] = Math.max(result[i], 0);
        }
      }
      case RELU6 -> {
        for (int i = resultAt; i < end; i++) {
          result[i] = Math.min(Math.max(result[i], 0), 6);
        }
      }
    }
  }

  @Override
  public void transpose(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int columns,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    transposeEach(from, fromAt, fromPitch, rows, 0, columns, slots, to, toAt, toPitch);
  }

  /** The same for columns that are left over by vector code. */
  static void transposeEach(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int firstColumn,
      int endColumn,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    for (int c = firstColumn; c < endColumn; c++) {
      int at = toAt + slots[c] * toPitch;
      for (int r = 0; r < rows; r++) {
        to[at + r] = from[fromAt + r * fromPitch + c];
      }
    }
  }

  @Override
  public void turn(
      float[] sums,
      int pitch,
      float[] square,
      int positions,
      int channels,
      float[] result,
      int resultAt,
      int mapSize,
      Epilogue epilogue,
      int channel) {
    turnEach(sums, 0, pitch, positions, channels, result, resultAt, mapSize, epilogue, channel);
  }

  /** The same for fewer positions than a vector holds. */
  static void turnEach(
      float[] sums,
      int sumsAt,
      int pitch,
      int positions,
      int channels,
      float[] result,
      int resultAt,
      int mapSize,
      Epilogue epilogue,
      int channel) {
    for (int c = 0; c < channels; c++) {
      int to = resultAt + c * mapSize;
      for (int p = 0; p < positions; p++) {
        result[to + p] = sums[sumsAt + p * pitch + c];
      }
      finishEach(result, to, result, to, positions, epilogue, channel + c);
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
    // Independent chains, so that latency does not count.
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
}
