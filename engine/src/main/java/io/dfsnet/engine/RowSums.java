package io.dfsnet.engine;

import java.util.Arrays;

/**
 * Sums of rows with coefficients: {@code sums[j] = sum over r of coefficients[r] * rows[r][j]}.
 *
 * <p>Rows are arrays of their own, so that {@code sums} and the rows are read and written at the
 * same index {@code j}: a loop of which C2 knows that it may vectorise it. Four rows are added per
 * pass, in order, so that a sum is loaded and stored once per four products; with eight C2 gives up
 * vectorising.
 */
final class RowSums {
  private RowSums() {}

  /**
   * Overwrites {@code sums[begin .. end)}. Each sum starts at +0 and takes its products in
   * ascending order of rows, each with one fused multiply-add.
   *
   * @param coefficients coefficient {@code k} is at {@code first + k * stride}
   * @param rows coefficient {@code k} belongs to {@code rows[firstRow + k]}
   * @param count how many rows to add
   */
  static void sum(
      float[] coefficients,
      int first,
      int stride,
      float[][] rows,
      int firstRow,
      int count,
      float[] sums,
      int begin,
      int end) {
    Arrays.fill(sums, begin, end, 0f);
    int k = 0;
    for (; k <= count - 4; k += 4) {
      int at = first + k * stride;
      int row = firstRow + k;
      addFour(
          coefficients[at],
          rows[row],
          coefficients[at + stride],
          rows[row + 1],
          coefficients[at + 2 * stride],
          rows[row + 2],
          coefficients[at + 3 * stride],
          rows[row + 3],
          sums,
          begin,
          end);
    }
    for (; k < count; k++) {
      addOne(coefficients[first + k * stride], rows[firstRow + k], sums, begin, end);
    }
  }

  private static void addFour(
      float a,
      float[] rowA,
      float b,
      float[] rowB,
      float c,
      float[] rowC,
      float d,
      float[] rowD,
      float[] sums,
      int begin,
      int end) {
    for (int j = begin; j < end; j++) {
      float sum = Math.fma(a, rowA[j], sums[j]);
      sum = Math.fma(b, rowB[j], sum);
      sum = Math.fma(c, rowC[j], sum);
      sums[j] = Math.fma(d, rowD[j], sum);
    }
  }

  private static void addOne(float a, float[] row, float[] sums, int begin, int end) {
    for (int j = begin; j < end; j++) {
      sums[j] = Math.fma(a, row[j], sums[j]);
    }
  }
}
