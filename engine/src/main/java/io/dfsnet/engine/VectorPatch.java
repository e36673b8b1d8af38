package io.dfsnet.engine;

import java.util.List;

/**
 * Patches of a 3x3 convolution in registers, with vectors over positions. A patch of R rows and M
 * result channels keeps its M * R sums in registers over all source channels. A row of the source
 * is loaded three times, one column apart, and serves three rows of sums:
 *
 * <pre>
 *                     before, at, behind
 *   row above   x[-1]  ---- w[0][.] ---------------+
 *   row 0       x[0]   ---- w[1][.] --+-- w[0][.] -|---------+
 *   row 1       x[1]   ---- w[2][.] --+-- w[1][.] -+-- ...   |
 *   ...                               |            |         |
 *                                  sums of row 0   |      sums of row 1
 * </pre>
 */
abstract class VectorPatch implements PatchKernel {
  private final int rows;
  private final int patchRows;
  private final int columns;

  VectorPatch(int rows, int patchRows, int columns) {
    this.rows = rows;
    this.patchRows = patchRows;
    this.columns = columns;
  }

  /** Most result channels first. */
  static List<PatchKernel> all(boolean manyRegisters) {
    return manyRegisters
        ? List.of(new VectorPatchOfFour(), new VectorPatchOfTwo())
        : List.of(new VectorPatchOfTwo());
  }

  @Override
  public final String name() {
    return "m" + rows + "r" + patchRows + "__simd" + columns * Float.SIZE;
  }

  @Override
  public final int rows() {
    return rows;
  }

  @Override
  public final int patchRows() {
    return patchRows;
  }

  @Override
  public final int columns() {
    return columns;
  }
}
