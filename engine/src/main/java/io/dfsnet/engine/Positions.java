package io.dfsnet.engine;

/**
 * The positions of a result, cut into runs of {@code lanes} neighbours that a kernel computes at
 * once: for each run where it starts in the planes, and where in the map that the kernel writes (or
 * reads, for the gradient). The runs of one image come before those of the next.
 *
 * @param lanes positions per run
 * @param perImage runs per image
 * @param planeStarts run starts relative to the first image's planes
 * @param mapStarts run starts relative to the first image's map
 */
record Positions(int lanes, int perImage, int[] planeStarts, int[] mapStarts) {

  /** How the last run of an image ends when the positions are no multiple of the run. */
  enum Tail {
    /** It starts earlier and repeats positions of the run before it. */
    OVERLAPPING,
    /** It reads and writes beyond the positions, where the map has room for whole runs. */
    PADDED
  }

  /** Where the images of a block stand: how far apart in the planes and in the map. */
  record Spacing(int planes, int map) {}

  /** Positions of rows that continue each other, as in copied planes and in the maps themselves. */
  static Positions flat(
      int count, int lanes, Tail tail, int images, Spacing spacing, int planesAt, int mapAt) {
    int perImage = Math.ceilDiv(count, lanes);
    var positions = empty(lanes, perImage, images);
    for (int image = 0; image < images; image++) {
      for (int run = 0; run < perImage; run++) {
        int start = tail == Tail.OVERLAPPING ? Math.min(run * lanes, count - lanes) : run * lanes;
        positions.planeStarts[image * perImage + run] = planesAt + image * spacing.planes + start;
        positions.mapStarts[image * perImage + run] = mapAt + image * spacing.map + start;
      }
    }
    return positions;
  }

  /** Positions row by row, as in shifted planes; {@code columns} is a multiple of the lanes. */
  static Positions rows(
      int rows, int columns, int pitch, int lanes, int images, Spacing spacing, int mapAt) {
    int perRow = columns / lanes;
    var positions = empty(lanes, rows * perRow, images);
    for (int image = 0; image < images; image++) {
      for (int row = 0; row < rows; row++) {
        for (int run = 0; run < perRow; run++) {
          int i = (image * rows + row) * perRow + run;
          positions.planeStarts[i] = image * spacing.planes + row * pitch + run * lanes;
          positions.mapStarts[i] = mapAt + image * spacing.map + row * columns + run * lanes;
        }
      }
    }
    return positions;
  }

  private static Positions empty(int lanes, int perImage, int images) {
    return new Positions(lanes, perImage, new int[images * perImage], new int[images * perImage]);
  }
}
