package io.dfsnet.engine;

import java.util.function.IntToLongFunction;

/**
 * How a pass cuts a batch into pieces: blocks of a few small images, or bands of a large image's
 * rows.
 *
 * @param images all images
 * @param blocks into how many blocks they are cut, of sizes that differ by at most one
 * @param rows rows of positions of an image
 * @param bands into how many bands they are cut, of sizes that differ by at most one; 1 if a block
 *     has more than one image
 */
record WorkCut(int images, int blocks, int rows, int bands) {

  /**
   * What a cut should keep to.
   *
   * @param block how much a block of several images may take up
   * @param band how much a band may take up
   * @param leastBlocks blocks to make at least, as far as there are images
   * @param leastRows rows that a band has at least
   */
  record Limits(long block, long band, int leastBlocks, int leastRows) {}

  /**
   * @param size from the rows of a band to what an image takes up with it, in the limits' unit
   */
  static WorkCut of(int images, int rows, Limits limits, IntToLongFunction size) {
    int fit = Math.clamp(limits.block / Math.max(size.applyAsLong(rows), 1), 1, images);
    int perBlock = Math.clamp(images / limits.leastBlocks, 1, fit);
    int bands = 1;
    while (perBlock == 1
        && rows / (bands + 1) >= limits.leastRows
        && size.applyAsLong(Math.ceilDiv(rows, bands)) > limits.band) {
      bands++;
    }
    return new WorkCut(images, Math.ceilDiv(images, perBlock), rows, bands);
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

  int rowsOf(int band) {
    return firstRow(band + 1) - firstRow(band);
  }

  /** What the planes of each band hold. */
  Planes.Band[] bands(Planes planes) {
    var all = new Planes.Band[bands];
    for (int band = 0; band < bands; band++) {
      all[band] = planes.band(firstRow(band), rowsOf(band));
    }
    return all;
  }

  /** Where part {@code part} of {@code parts} nearly equal parts of {@code total} begins. */
  static int start(int total, int parts, int part) {
    return (int) ((long) total * part / parts);
  }
}
