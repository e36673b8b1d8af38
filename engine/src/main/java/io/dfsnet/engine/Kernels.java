package io.dfsnet.engine;

import java.util.List;

/**
 * The inner loops of the engine's convolutions and normalizations, once as scalar code and once as
 * SIMD code. {@link Engine} chooses between the two when the JVM starts; {@link KernelRegistry}
 * chooses among their kernels.
 */
interface Kernels {
  /** The instruction set in kernel names: {@code scalar}, {@code simd512}. */
  String instructionSet();

  /**
   * How many neighbouring positions a kernel computes per run, where there are {@code positions}.
   */
  int lanes(int positions);

  /** Shifted-plane sums, ordered by rows, most rows first; the last one has one row. */
  List<SumKernel> sums();

  /** Rows with vectors over output channels; none where lanes are not vectors. */
  List<RowKernel> rows();

  /** Matrix products, ordered by rows, most rows first; the last one has one row. */
  List<ProductKernel> products();

  /**
   * Patches with vectors over positions, most result channels first; none where lanes are not
   * vectors.
   */
  List<PatchKernel> patches();

  /** Outer products, ordered by rows, most rows first; the last one has one row. */
  List<OuterKernel> outers();

  /** The transforms of {@link Winograd}'s filtering. */
  TileTransforms transforms();

  /** Normalization. */
  ChannelKernels channels();

  /** Depthwise sums of 3x3 taps, best first where several admit a walk; maybe none. */
  List<DepthwiseKernel> depthwise();

  /** Gradients of depthwise weights; maybe none. */
  List<DepthwiseOuterKernel> depthwiseOuters();

  /**
   * Outer products on {@link ChannelBlocks}, ordered by inputs, most inputs first; none in scalar
   * code, whose runs are positions.
   */
  List<BlockedOuterKernel> blockedOuters();

  /** Outer products at the points of {@link Winograd}; maybe none. */
  List<PointOuterKernel> pointOuters();

  /**
   * How many values {@link #copy}, {@link #copyRows} and {@link #zero} may write behind the last
   * one: they write whole vectors, and a caller fills an array in ascending order.
   */
  int overrun();

  /** Writes zeros from {@code from} (inclusive) to {@code to} (exclusive) and an overrun. */
  void zero(float[] values, int from, int to);

  /** Copies {@code count} neighbouring values and writes an overrun behind them. */
  void copy(float[] from, int fromAt, float[] to, int toAt, int count);

  /**
   * Copies rows with zero borders: value {@code u} of row {@code t} of {@code to} becomes {@code
   * from[fromAt + t * fromPitch + (u - left) * stride]} for {@code left <= u < right} and 0 for the
   * other {@code u < toPitch}. Writes an overrun behind the last row.
   */
  void copyRows(
      float[] from,
      int fromAt,
      int fromPitch,
      int stride,
      float[] to,
      int toAt,
      int toPitch,
      int rows,
      int left,
      int right);

  /**
   * Copies rows piece by piece: {@code to[toAt + p * toPitch + t * width + u] = from[fromAt + t *
   * fromPitch + p * width + u]} for {@code p < pieces}, {@code t < rows} and {@code u < width}.
   *
   * @param width of a piece, a multiple of the lanes of a vector
   */
  void copyPieces(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int width,
      int pieces,
      float[] to,
      int toAt,
      int toPitch);

  /**
   * {@code to[rowAt + first + i * stride] = from[fromAt + i]} for {@code i < count}, within a row
   * of {@code width} whose other values are kept; no other thread may write to the row meanwhile.
   *
   * @param first less than the stride
   */
  void spread(
      float[] from, int fromAt, float[] to, int rowAt, int width, int first, int stride, int count);

  /**
   * Finishes {@code count} neighbouring sums of output channel {@code channel}: {@code
   * result[resultAt + i] = epilogue(sums[sumsAt + i])}. The two may be the same place.
   */
  void finish(
      float[] sums,
      int sumsAt,
      float[] result,
      int resultAt,
      int count,
      Epilogue epilogue,
      int channel);

  /**
   * Transposes a matrix: {@code to[toAt + slots[c] * toPitch + r] = from[fromAt + r * fromPitch +
   * c]} for {@code r < rows} and {@code c < columns}. Columns are written in ascending order. Where
   * there are fewer rows than lanes, the rest of each vector behind them may get anything.
   */
  void transpose(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int columns,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch);

  /**
   * Turns sums {@code [position][channel]} into maps {@code [channel][position]} and finishes them:
   * {@code result[resultAt + c * mapSize + p] = epilogue(sums[c + p * pitch])} for {@code c <
   * channels}, a run at least, and {@code p < positions}. Sums are left as they are.
   *
   * @param square room for a run of runs
   * @param channel the first one, for the epilogue
   */
  void turn(
      float[] sums,
      int pitch,
      float[] square,
      int positions,
      int channels,
      float[] result,
      int resultAt,
      int mapSize,
      Epilogue epilogue,
      int channel);

  /** {@code sums[i] += addends[i]} for all elements. */
  void add(float[] sums, float[] addends);

  /** Runs {@code rounds} rounds of independent fused multiply-adds and returns their count. */
  long multiplyAdd(int rounds);
}
