package io.dfsnet.engine;

import java.util.Arrays;

/**
 * Brings tiles of maps to the points of {@link Winograd}. Rows beyond a map count as zeros. One
 * thread at a time.
 */
final class SourceTiles {
  private final TileTransforms transforms;
  private final TileTransforms.Tiles call = new TileTransforms.Tiles();
  private final int height;
  private final int width;
  private final float[] zeros;

  /** Room for all rows of a tile but the first. */
  private final float[] copy;

  /**
   * @param height of a map
   * @param width of a map
   */
  SourceTiles(Kernels kernels, int height, int width) {
    this.transforms = kernels.transforms();
    this.height = height;
    this.width = width;
    this.zeros = new float[width + transforms.overrun()];
    this.copy = new float[(Winograd.ROWS + 1) * width + transforms.overrun()];
    call.row = width;
  }

  /** Where points go: every row of a map's tile, and an overrun behind it. */
  void into(float[] to, int mapStep, int pointStep) {
    call.to = to;
    call.toStep = mapStep;
    call.pointStep = pointStep;
  }

  /**
   * Transforms the tiles of some neighbouring maps that stand at the same height.
   *
   * @param mapAt where the first map begins
   * @param toAt where the first point of the first map goes
   */
  void transform(float[] source, int mapAt, int maps, int tile, int toAt) {
    int first = tile * Winograd.ROWS;
    int end = first + Winograd.ROWS;
    int mapSize = height * width;
    // Vectors may reach beyond a row, but not beyond the array.
    int endOfLast = mapAt + (maps - 1) * mapSize + Math.min(end + 1, height) * width;
    boolean fit = endOfLast + transforms.overrun() <= source.length;
    int inPlace = end > height ? 0 : fit ? maps : maps - 1;
    if (inPlace > 0) {
      call.fromAt = mapAt + first * width;
      call.belowAt = end == height ? 0 : mapAt + end * width;
      call.belowStep = end == height ? 0 : mapSize;
      call.fromStep = mapSize;
      run(source, mapAt, inPlace, first, source, end == height ? zeros : source, toAt);
    }
    for (int map = inPlace; map < maps; map++) {
      int at = mapAt + map * mapSize;
      int inside = (Math.min(end + 1, height) - first) * width;
      System.arraycopy(source, at + first * width, copy, 0, inside);
      Arrays.fill(copy, inside, copy.length, 0);
      call.fromAt = 0;
      call.belowAt = Winograd.ROWS * width;
      run(source, at, 1, first, copy, copy, toAt + map * call.toStep);
    }
  }

  /** Once it is known where all rows but the first lie. */
  private void run(
      float[] source, int mapAt, int maps, int first, float[] from, float[] below, int toAt) {
    call.aboveAt = first == 0 ? 0 : mapAt + (first - 1) * width;
    call.aboveStep = first == 0 ? 0 : height * width;
    call.maps = maps;
    call.toAt = toAt;
    transforms.source(call, first == 0 ? zeros : source, from, below);
  }
}
