package io.dfsnet.engine;

import java.util.Arrays;

/**
 * The positions of a band of a result, cut into runs of {@code lanes} neighbours that a kernel
 * computes at once: for each run where it starts in the planes, and where in the map that the
 * kernel writes (or reads, for the gradient). The runs of one image come before those of the next.
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
    /** It reads and writes beyond the positions, where planes and map have room for that. */
    PADDED
  }

  /**
   * Where positions lie.
   *
   * @param firstRow the band's first row
   * @param rows the band's rows
   * @param columns positions per row
   * @param images how many images
   * @param imagePlanes from the planes of an image to those of the next
   * @param imageMap from the map of an image to that of the next
   * @param mapAt where the band starts in a map
   */
  record Place(
      int firstRow, int rows, int columns, int images, int imagePlanes, int imageMap, int mapAt) {}

  static Positions of(Planes planes, Place place, int lanes, Tail tail) {
    return planes.kind() == Planes.Kind.SHIFTED
        ? rowByRow(planes, place, lanes)
        : across(planes, place, lanes, tail);
  }

  /** The same positions with the results of runs next to each other. */
  Positions oneAfterAnother() {
    int[] starts = new int[mapStarts.length];
    Arrays.setAll(starts, run -> run * lanes);
    return new Positions(lanes, perImage, planeStarts, starts);
  }

  /** Runs that do not leave their row; the columns are a multiple of the lanes. */
  private static Positions rowByRow(Planes planes, Place place, int lanes) {
    int perRow = place.columns / lanes;
    var positions = empty(lanes, place.rows * perRow, place.images);
    int i = 0;
    for (int image = 0; image < place.images; image++) {
      for (int row = 0; row < place.rows; row++) {
        for (int x = 0; x < place.columns; x += lanes) {
          positions.planeStarts[i] = image * place.imagePlanes + row * planes.pitch() + x;
          positions.mapStarts[i] = place.mapAt + image * place.imageMap + row * place.columns + x;
          i++;
        }
      }
    }
    return positions;
  }

  /** Runs across rows that continue each other in the planes. */
  private static Positions across(Planes planes, Place place, int lanes, Tail tail) {
    int count = place.rows == 0 ? 0 : (place.rows - 1) * planes.pitch() + place.columns;
    int planesAt = planes.kind() == Planes.Kind.DIRECT ? place.firstRow * planes.pitch() : 0;
    var positions = empty(lanes, Math.ceilDiv(count, lanes), place.images);
    int i = 0;
    for (int image = 0; image < place.images; image++) {
      for (int start = 0; start < count; start += lanes) {
        int p = tail == Tail.OVERLAPPING ? Math.min(start, count - lanes) : start;
        positions.planeStarts[i] = planesAt + image * place.imagePlanes + p;
        positions.mapStarts[i] = place.mapAt + image * place.imageMap + p;
        i++;
      }
    }
    return positions;
  }

  private static Positions empty(int lanes, int perImage, int images) {
    return new Positions(lanes, perImage, new int[images * perImage], new int[images * perImage]);
  }
}
