package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static jdk.incubator.vector.VectorOperators.ADD;

import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Matrix products in registers. A tile of M rows by V vectors of columns keeps its M * V sums in
 * registers over the whole reduction; a step loads V vectors of the right operand, broadcasts M
 * values of the left one and multiplies each with each:
 *
 * <pre>
 *               b[k][j ..]
 *               x0    x1    x2    x3       V = 4 vectors of columns
 *   a[0][k]    sum00 sum01 sum02 sum03
 *   a[1][k]    sum10 sum11 sum12 sum13     M = 6 rows: 24 sums, 4 vectors
 *   ...                                    and a value fill 29 of 32 registers
 *   a[5][k]    sum50 sum51 sum52 sum53
 * </pre>
 *
 * Columns go to tiles of four, two and one vector. The last vector starts early enough to end with
 * the columns, and computes some of them again.
 */
abstract class VectorProduct implements ProductKernel {
  private static final float[] ZEROS = new float[4 * LENGTH];

  /** -0 is the one value that changes nothing that it is added to. */
  private static final float[] NOTHING = new float[6];

  static {
    Arrays.fill(NOTHING, -0f);
  }

  private final int rows;
  private final boolean isWide;

  /**
   * @param isWide if the registers hold the sums of four vectors of columns
   */
  VectorProduct(int rows, boolean isWide) {
    this.rows = rows;
    this.isWide = isWide;
  }

  static List<ProductKernel> all(boolean manyRegisters) {
    return List.of(
        new VectorProductOfSix(manyRegisters),
        new VectorProductOfFive(manyRegisters),
        new VectorProductTails.Rows4(manyRegisters),
        new VectorProductTails.Rows2(),
        new VectorProductTails.Rows1());
  }

  @Override
  public final String name() {
    return "m" + rows + "v" + columns() / LENGTH + "__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public final int rows() {
    return rows;
  }

  @Override
  public final int columns() {
    return (isWide ? 4 : 2) * LENGTH;
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
    for (; isWide && j <= columns - 4 * LENGTH; j += 4 * LENGTH) {
      sum4(call, j);
    }
    for (; j <= columns - 2 * LENGTH; j += 2 * LENGTH) {
      tile2(call, j);
      finish(call, j, 2);
    }
    for (; j < columns; j += LENGTH) {
      int last = Math.min(j, columns - LENGTH);
      tile1(call, last);
      finish(call, last, 1);
    }
  }

  /** Computes and finishes four vectors of columns from {@code j} on. */
  void sum4(Call call, int j) {
    tile4(call, j);
    finish(call, j, 4);
  }

  /** Computes four vectors of columns from {@code j} on. */
  abstract void tile4(Call call, int j);

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
