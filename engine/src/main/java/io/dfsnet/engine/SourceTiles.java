package io.dfsnet.engine;

import java.util.Arrays;

/**
 * Brings tiles of maps to the points of {@link Winograd}. Rows beyond the map count as zeros. One
 * thread at a time.
 */
final class SourceTiles {
  private final TileTransforms transforms;
  private final int height;
  private final float[] zeros;

  /** Room for all rows of a tile but the first. */
  private final float[] copy;

  /**
   * @param height rows of a map
   * @param longestRow how many values they have at most
   */
  SourceTiles(Kernels kernels, int height, int longestRow) {
    this.transforms = kernels.transforms();
    this.height = height;
    this.zeros = new float[longestRow + transforms.overrun()];
    this.copy = new float[(Winograd.ROWS + 1) * longestRow + transforms.overrun()];
  }

  /**
   * Transforms a tile and writes an overrun behind each of its rows.
   *
   * @param mapAt where the map begins
   * @param row how many values a row has
   * @param pointStep from a point to the next
   */
  void transform(
      float[] source, int mapAt, int tile, int row, float[] to, int toAt, int pointStep) {
    int first = tile * Winograd.ROWS;
    int end = first + Winograd.ROWS;
    int firstAt = mapAt + first * row;
    int endRead = mapAt + Math.min(end + 1, height) * row;
    float[] above = first == 0 ? zeros : source;
    int aboveAt = first == 0 ? 0 : firstAt - row;
    // Vectors may reach beyond a row, but not beyond the array.
    if (end <= height && endRead + transforms.overrun() <= source.length) {
      float[] below = end == height ? zeros : source;
      int belowAt = end == height ? 0 : mapAt + end * row;
      transforms.source(
          above, aboveAt, source, firstAt, row, below, belowAt, row, to, toAt, pointStep);
    } else {
      int inside = endRead - firstAt;
      System.arraycopy(source, firstAt, copy, 0, inside);
      Arrays.fill(copy, inside, copy.length, 0);
      int belowAt = Winograd.ROWS * row;
      transforms.source(above, aboveAt, copy, 0, row, copy, belowAt, row, to, toAt, pointStep);
    }
  }
}
