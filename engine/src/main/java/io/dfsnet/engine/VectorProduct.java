package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.ADD;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Matrix products in registers. A tile of M rows by V vectors of columns keeps its M * V sums in
 * registers over the whole reduction; a step loads V vectors of the right operand, broadcasts M
 * values of the left one and multiplies each with each:
 *
 * <pre>
 *               b[k][j ..]
 *               x0    x1          V = 2 vectors of columns
 *   a[k][0]    sum00 sum01
 *   a[k][1]    sum10 sum11        M = 12 rows: 24 sums, 2 vectors
 *   ...                           and a value fill 27 of 32 registers
 *   a[k][11]   sumb0 sumb1        (rows 10, 11 and 12 are a, b and c in names)
 * </pre>
 *
 * <p>Twelve by two and not six by four, though that takes fewer loads: an array begins 16 bytes
 * into a cache line, so that every vector comes from two lines and counts twice, while a broadcast
 * counts once; and two vectors for 12 cycles are 128 bytes, which the second-level cache gives in
 * time, where six rows would take 256.
 *
 * <p>The last vector of columns starts early enough to end with the columns, and computes some of
 * them again.
 */
abstract class VectorProduct implements ProductKernel {
  private static final float[] ZEROS = new float[4 * LENGTH];

  /** -0 is the one value that changes nothing that it is added to. */
  private static final float[] NOTHING = new float[13];

  static {
    Arrays.fill(NOTHING, -0f);
  }

  private final int rows;
  private final int vectors;

  /**
   * @param vectors of columns that the widest tile holds, two or four
   */
  VectorProduct(int rows, int vectors) {
    this.rows = rows;
    this.vectors = vectors;
  }

  static List<ProductKernel> all(boolean manyRegisters) {
    List<ProductKernel> large =
        manyRegisters
            ? List.of(
                new VectorProductOfTwelve(),
                new VectorProductOfThirteen(),
                new VectorProductOfEight())
            : List.of(new VectorProductOfSix(), new VectorProductOfFive());
    List<ProductKernel> tails =
        List.of(
            new VectorProductTails.Rows4(manyRegisters),
            new VectorProductTails.Rows2(),
            new VectorProductTails.Rows1());
    return Stream.of(large, tails).flatMap(List::stream).toList();
  }

  @Override
  public final String name() {
    return "m" + rows + "v" + vectors + "__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public final int rows() {
    return rows;
  }

  @Override
  public final int columns() {
    return vectors * LENGTH;
  }

  @Override
  public final int leastColumns() {
    return LENGTH;
  }

  @Override
  public final int longestRun() {
    return 0;
  }

  @Override
  public final void run(Call call) {
    int columns = call.columns;
    int j = 0;
    for (; vectors == 4 && j <= columns - 4 * LENGTH; j += 4 * LENGTH) {
      tile4(call, j);
      finish(call, j, 4);
    }
    for (; j <= columns - 2 * LENGTH; j += 2 * LENGTH) {
      sum2(call, j);
    }
    for (; j < columns; j += LENGTH) {
      int last = Math.min(j, columns - LENGTH);
      tile1(call, last);
      finish(call, last, 1);
    }
  }

  /** Computes and finishes two vectors of columns from {@code j} on. */
  void sum2(Call call, int j) {
    tile2(call, j);
    finish(call, j, 2);
  }

  /** Computes four vectors of columns from {@code j} on. */
  void tile4(Call call, int j) {
    tile2(call, j);
    tile2(call, j + 2 * LENGTH);
  }

  abstract void tile2(Call call, int j);

  abstract void tile1(Call call, int j);

  /**
   * Where sums start: at the result or at zeros. A choice of arrays, because C2 makes objects of
   * vectors that come from one of two branches.
   */
  static float[] startOf(Call call) {
    return call.continues ? call.c : ZEROS;
  }

  static int startAt(Call call, int j) {
    return call.continues ? call.cAt + j : 0;
  }

  static int startRow(Call call) {
    return call.continues ? call.cRow : 0;
  }

  /** What is added to the sums: with {@link #biasAt}, a value for each row. */
  static float[] biasOf(Call call) {
    return call.epilogue.bias() == null ? NOTHING : call.epilogue.bias();
  }

  static int biasAt(Call call) {
    return call.epilogue.bias() == null ? 0 : call.channel;
  }

  private void finish(Call call, int j, int vectors) {
    if (!call.epilogue.isNone()) {
      finishTile(call, j, rows, vectors);
    }
  }

  /** While the tile is still in the first-level cache; as {@link VectorKernels#finish}. */
  private static void finishTile(Call call, int j, int rows, int vectors) {
    float[] c = call.c;
    float[] bias = biasOf(call);
    int biasAt = biasAt(call);
    float[] addend = call.epilogue.addend();
    float floor = call.epilogue.activation().floor();
    float ceiling = call.epilogue.activation().ceiling();
    for (int i = 0; i < rows; i++) {
      var rowBias = FloatVector.broadcast(SPECIES, bias[biasAt + i]);
      int row = call.cAt + i * call.cRow + j;
      for (int at = row; at < row + vectors * LENGTH; at += LENGTH) {
        var biased = FloatVector.fromArray(SPECIES, c, at).lanewise(ADD, rowBias);
        var total =
            addend == null
                ? biased
                : biased.lanewise(ADD, FloatVector.fromArray(SPECIES, addend, at));
        var atLeast = total.blend(floor, total.compare(VectorOperators.LE, floor));
        atLeast.blend(ceiling, atLeast.compare(VectorOperators.GT, ceiling)).intoArray(c, at);
      }
    }
  }
}
