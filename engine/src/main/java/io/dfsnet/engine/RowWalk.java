package io.dfsnet.engine;

/**
 * How the 3x3 taps of one map see another, row by row. Tap {@code (r, s)} of position {@code (y,
 * x)} reads
 *
 * <pre>
 * source[y * stride + firstRow + r][x * stride + firstColumn + s], zero outside
 * </pre>
 *
 * A walk takes the rows of the source from the top down; with stride 1 every row meets tap row 2 of
 * one row of the result, then tap row 1 and tap row 0 of the following ones:
 *
 * <pre>
 *                    result row 0   1   2        The walk loads a row of the source once and adds
 *     source row 0       tap row 0               it to all results that need it. The sums that are
 *     source row 1       tap row 1   0           not complete yet stay in registers, and each
 *     source row 2       tap row 2   1   0       still takes its products in ascending order of
 *     source row 3                   2   1       taps.
 * </pre>
 *
 * @param stride 1 or 2, on both axes
 * @param firstRow -1 or 0: at most one row of padding above the map, and so below
 * @param firstColumn likewise
 * @param spreads true if source and result change places, see {@link #spreading}
 */
record RowWalk(
    int sourceHeight,
    int sourceWidth,
    int rows,
    int columns,
    int stride,
    int firstRow,
    int firstColumn,
    boolean spreads) {
  static final int TAPS = 3;

  /** The walk over an output map, whose source is the input. */
  static RowWalk forward(Conv2dGeometry geometry) {
    return new RowWalk(
        geometry.inHeight(),
        geometry.inWidth(),
        geometry.outHeight(),
        geometry.outWidth(),
        geometry.strideHeight(),
        -geometry.padHeight(),
        -geometry.padWidth(),
        false);
  }

  /**
   * The walk over a map of the input's gradient, whose source is the output's, for stride 1: a
   * forward walk with the taps in reverse order.
   */
  static RowWalk backwardData(Conv2dGeometry geometry) {
    return new RowWalk(
        geometry.outHeight(),
        geometry.outWidth(),
        geometry.inHeight(),
        geometry.inWidth(),
        1,
        geometry.padHeight() - (TAPS - 1),
        geometry.padWidth() - (TAPS - 1),
        false);
  }

  /**
   * The walk over a map of the input's gradient for stride 2 and a border of 1: every row of the
   * source spreads to two rows of the result.
   */
  static RowWalk spreading(Conv2dGeometry geometry) {
    return new RowWalk(
        geometry.outHeight(),
        geometry.outWidth(),
        geometry.inHeight(),
        geometry.inWidth(),
        2,
        -1,
        -1,
        true);
  }

  /**
   * The walk over rows {@code first} to {@code first + count - 1} of the result alone, whose source
   * is the rows of this walk's source that they read: {@link #sourceRowsOf} from {@link
   * #firstSourceRowOf} on.
   */
  RowWalk band(int first, int count) {
    return new RowWalk(
        sourceRowsOf(first, count),
        sourceWidth,
        count,
        columns,
        stride,
        first * stride + firstRow - firstSourceRowOf(first),
        firstColumn,
        spreads);
  }

  /** The first row of the source that a row of the result reads. */
  int firstSourceRowOf(int row) {
    return Math.max(row * stride + firstRow, 0);
  }

  /** How many rows of the source {@code count} rows of the result read. */
  int sourceRowsOf(int first, int count) {
    int end = (first + count - 1) * stride + firstRow + TAPS;
    return Math.min(end, sourceHeight) - firstSourceRowOf(first);
  }

  /** True if there is at most one row and one column of padding on each side. */
  boolean hasNarrowBorders() {
    return firstRow == Math.clamp(firstRow, -1, 0) && firstColumn == Math.clamp(firstColumn, -1, 0);
  }

  int sourceSize() {
    return sourceHeight * sourceWidth;
  }

  int size() {
    return rows * columns;
  }

  /** How many rows a walk with stride 1 takes, one a step, those of the padding included. */
  int steps() {
    return rows + TAPS - 1;
  }

  /** The first row of the walk that lies in the source map; the ones before it are padding. */
  int firstWalked() {
    return Math.max(-firstRow, 0);
  }

  /** The end of the rows that lie in the source map and that a result needs. */
  int endWalked() {
    return Math.min(sourceHeight - firstRow, (rows - 1) * stride + TAPS);
  }

  /** Where the source element is, within its map, that the first tap of a position reads. */
  int sourceAt(int walkRow, int column) {
    return (firstRow + walkRow) * sourceWidth + sourceColumn(column, 0);
  }

  /** The column of the source that tap column {@code tap} reads for position {@code column}. */
  int sourceColumn(int column, int tap) {
    return column * stride + firstColumn + tap;
  }

  /** Which of {@code length} lanes lie beside the source map, from {@code column} on, as bits. */
  long beside(int column, int length) {
    long lanes = 0;
    for (int lane = 0; lane < length; lane++) {
      lanes |= column + lane < 0 || column + lane >= sourceWidth ? 1L << lane : 0;
    }
    return lanes;
  }
}
