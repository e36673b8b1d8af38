package io.dfsnet.engine;

import java.util.function.IntToLongFunction;

/**
 * How a pass cuts a batch into pieces whose planes fit into a core's cache: blocks of a few small
 * images, or bands of a large image's rows.
 *
 * @param images all images
 * @param blocks into how many blocks they are cut, of sizes that differ by at most one
 * @param rows rows of positions of an image
 * @param bands into how many bands they are cut, of sizes that differ by at most one; 1 if a block
 *     has more than one image
 */
record WorkCut(int images, int blocks, int rows, int bands) {
  /** Fewer blocks than this would leave threads without work. */
  private static final int BLOCKS = 4;

  private static final int LARGEST_BLOCK = 16;

  /**
   * @param leastRows bands have at least this many rows
   * @param budget how many floats a block or a band may take up
   * @param floats from the rows of a band to the floats that an image takes up with it
   */
  static WorkCut of(int images, int rows, int leastRows, long budget, IntToLongFunction floats) {
    long perImage = floats.applyAsLong(rows);
    if (perImage <= budget) {
      long fit = Math.min(budget / Math.max(perImage, 1), LARGEST_BLOCK);
      int perBlock = (int) Math.clamp(images / BLOCKS, 1, fit);
      return new WorkCut(images, Math.ceilDiv(images, perBlock), rows, 1);
    }
    int bands = 1;
    while (rows / (bands + 1) >= Math.max(leastRows, 1)
        && floats.applyAsLong(Math.ceilDiv(rows, bands)) > budget) {
      bands++;
    }
    return new WorkCut(images, images, rows, bands);
  }

  int imagesPerBlock() {
    return Math.ceilDiv(images, blocks);
  }

  int rowsPerBand() {
    return Math.ceilDiv(rows, bands);
  }

  int firstImage(int block) {
    return start(images, blocks, block);
  }

  int firstRow(int band) {
    return start(rows, bands, band);
  }

  /** Where part {@code part} of {@code parts} nearly equal parts of {@code total} begins. */
  static int start(int total, int parts, int part) {
    return (int) ((long) total * part / parts);
  }
}
