package io.dfsnet.engine;

import java.util.Arrays;

/**
 * Which element of a source map every tap of a sum reads, for every position of the result. Tap
 * {@code (i, j)} of position {@code (y, x)} reads
 *
 * <pre>
 * source[y * strideHeight + rowShifts[i]][x * strideWidth + columnShifts[j]], zero outside the map
 * </pre>
 *
 * Both directions of a convolution are such sums, so everything behind this record is written once:
 * forward reads the input, backward to data reads the gradient of the output (see {@link
 * InputPhase}).
 *
 * @param rows positions from top to bottom
 * @param columns positions from left to right
 */
record TapGrid(
    int sourceHeight,
    int sourceWidth,
    int rows,
    int columns,
    int strideHeight,
    int strideWidth,
    int[] rowShifts,
    int[] columnShifts) {

  /** The taps through which an output map sees the input map. */
  static TapGrid forward(Conv2dGeometry geometry) {
    return new TapGrid(
        geometry.inHeight(),
        geometry.inWidth(),
        geometry.outHeight(),
        geometry.outWidth(),
        geometry.strideHeight(),
        geometry.strideWidth(),
        forwardShifts(geometry.kernelHeight(), geometry.dilationHeight(), geometry.padHeight()),
        forwardShifts(geometry.kernelWidth(), geometry.dilationWidth(), geometry.padWidth()));
  }

  /** How many positions the result has. */
  int positions() {
    return rows * columns;
  }

  /** True if there is one tap, and with the stride alone it stays inside the source. */
  boolean isPointwise() {
    return Arrays.equals(rowShifts, new int[1])
        && Arrays.equals(columnShifts, new int[1])
        && (rows - 1) * strideHeight < sourceHeight
        && (columns - 1) * strideWidth < sourceWidth;
  }

  /** True if every position reads the source element at its own place and nothing else. */
  boolean isIdentity() {
    return strideHeight == 1
        && strideWidth == 1
        && rows == sourceHeight
        && columns == sourceWidth
        && Arrays.equals(rowShifts, new int[1])
        && Arrays.equals(columnShifts, new int[1]);
  }

  private static int[] forwardShifts(int kernel, int dilation, int pad) {
    int[] shifts = new int[kernel];
    for (int tap = 0; tap < kernel; tap++) {
      shifts[tap] = tap * dilation - pad;
    }
    return shifts;
  }
}
