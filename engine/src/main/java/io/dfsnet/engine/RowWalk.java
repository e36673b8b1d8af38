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
 */
record RowWalk(
    int sourceHeight,
    int sourceWidth,
    int rows,
    int columns,
    int stride,
    int firstRow,
    int firstColumn) {
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
        -geometry.padWidth());
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
        geometry.padWidth() - (TAPS - 1));
  }

  int sourceSize() {
    return sourceHeight * sourceWidth;
  }

  int size() {
    return rows * columns;
  }

  /** How many rows of the source the walk takes, those outside the map included. */
  int sourceRows() {
    return (rows - 1) * stride + TAPS;
  }

  /** The column of the source that tap column {@code tap} reads for position {@code column}. */
  int sourceColumn(int column, int tap) {
    return column * stride + firstColumn + tap;
  }

  boolean hasSourceColumn(int column) {
    return column >= 0 && column < sourceWidth;
  }
}
