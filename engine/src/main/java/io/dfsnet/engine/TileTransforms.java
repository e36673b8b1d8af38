package io.dfsnet.engine;

/**
 * The two transforms of {@link Winograd} that touch every value, and the transposed of one. They
 * take rows of neighbouring values, whatever these are, and treat each place of a row by itself;
 * every value comes from the same operations in the same order in all implementations.
 */
interface TileTransforms {
  /**
   * How many values behind the last one the transforms may read and write: they take whole vectors,
   * and a caller fills arrays in ascending order.
   */
  int overrun();

  /**
   * Six rows of the source to the points:
   *
   * <pre>
   * V[0] = p2q2 d0 + (-(p2 + q2) d2 + d4)
   * V[1] =  p o + e      V[2] = -p o + e      e = -q2 d2 + d4     o = -q2 d1 + d3
   * V[3] =  q o + e      V[4] = -q o + e      e = -p2 d2 + d4     o = -p2 d1 + d3
   * V[5] = p2q2 d1 + (-(p2 + q2) d3 + d5)
   * </pre>
   *
   * each {@code a b + c} a fused multiply-add.
   *
   * <p>The arrays are no fields of {@code tiles}: to store a reference in an object that has grown
   * old is to tell the garbage collector, behind a memory fence. Once for each tile that made
   * convolutions of 64 channels at 8x8 a tenth slower.
   *
   * @param above holds {@code d0}
   * @param from holds {@code d1} to {@code d4}, row behind row
   * @param below holds {@code d5}
   */
  void source(Tiles tiles, float[] above, float[] from, float[] below);

  /**
   * Six products to four rows of the result:
   *
   * <pre>
   * s = m1 + m2    d = m1 - m2    S = m3 + m4    D = m3 - m4
   * y0 = (m0 + s) + S
   * y1 = p d + q D
   * y2 = p2 s + q2 S
   * y3 = p3 d + (q3 D + m5)
   * </pre>
   *
   * with a fused multiply-add for each sum of products, whose right product is rounded first.
   *
   * @param pointStep from a point to the next
   * @param tiles how many tiles, one below the other
   * @param tileStep from a tile to the next
   * @param count values of a row
   * @param pitch from a row of the result to the next
   */
  void result(
      float[] from,
      int fromAt,
      int pointStep,
      int tiles,
      int tileStep,
      int count,
      float[] to,
      int toAt,
      int pitch);

  /**
   * The transposed of {@link #result}: four rows of the gradient to the points.
   *
   * <pre>
   * z0 = y0
   * z1 = e + o     z2 = e - o      e = p2 y2 + y0     o = p (p2 y3 + y1)
   * z3 = e + o     z4 = e - o      e = q2 y2 + y0     o = q (q2 y3 + y1)
   * z5 = y3
   * </pre>
   *
   * @param pitch from a row to the next
   * @param count values of a row
   * @param pointStep from a point to the next
   */
  void gradient(
      float[] from, int fromAt, int pitch, int count, float[] to, int toAt, int pointStep);

  /** Tiles of some maps at the same height; an object, so that a caller can change a few values. */
  final class Tiles {
    /** How many maps, each with a tile. */
    int maps;

    /** How many values a row has. */
    int row;

    /** Where {@code d1} of the first map begins. */
    int fromAt;

    /** From a map to the next. */
    int fromStep;

    int aboveAt;
    int aboveStep;

    int belowAt;
    int belowStep;

    /** Where the first point of the first map goes. */
    float[] to;

    int toAt;

    /** From the row of a map to that of the next. */
    int toStep;

    /** From a point to the next. */
    int pointStep;
  }
}
