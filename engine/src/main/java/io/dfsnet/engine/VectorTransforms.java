package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;
import static io.dfsnet.engine.Winograd.P;
import static io.dfsnet.engine.Winograd.P2;
import static io.dfsnet.engine.Winograd.P2Q2;
import static io.dfsnet.engine.Winograd.P2_PLUS_Q2;
import static io.dfsnet.engine.Winograd.P3;
import static io.dfsnet.engine.Winograd.Q;
import static io.dfsnet.engine.Winograd.Q2;
import static io.dfsnet.engine.Winograd.Q3;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.SUB;

import jdk.incubator.vector.FloatVector;

/**
 * The transforms a vector of neighbours at a time. Factors are vectors, and not values that {@code
 * lanewise} would broadcast: within the JDK that is one call for vectors of all widths, whose class
 * C2 may then fail to tell (see {@link VectorKernels}). For the same reason rows that end in half a
 * vector have no kernel of 256 bits: they were 2 % faster, and then strided depthwise kernels of
 * 512 bits, compiled later in the same JVM, left their sums in objects every time.
 */
final class VectorTransforms implements TileTransforms {
  /**
   * The lanes, as a variable: where C2 knows the step of a loop it peels iterations off and unrolls
   * the rest, and for rows of one or two vectors that takes twice as long as the transform.
   */
  private final int step = LENGTH;

  @Override
  public int overrun() {
    return LENGTH - 1;
  }

  @Override
  public void source(Tiles tiles, float[] above, float[] from, float[] below) {
    float[] to = tiles.to;
    int row = tiles.row;
    int pointStep = tiles.pointStep;
    var minusP2PlusQ2 = FloatVector.broadcast(SPECIES, -P2_PLUS_Q2);
    var p2q2 = FloatVector.broadcast(SPECIES, P2Q2);
    var minusQ2 = FloatVector.broadcast(SPECIES, -Q2);
    var minusP2 = FloatVector.broadcast(SPECIES, -P2);
    var minusP = FloatVector.broadcast(SPECIES, -P);
    var minusQ = FloatVector.broadcast(SPECIES, -Q);
    var p = FloatVector.broadcast(SPECIES, P);
    var q = FloatVector.broadcast(SPECIES, Q);
    for (int map = 0; map < tiles.maps; map++) {
      int aboveAt = tiles.aboveAt + map * tiles.aboveStep;
      int fromAt = tiles.fromAt + map * tiles.fromStep;
      int belowAt = tiles.belowAt + map * tiles.belowStep;
      int toAt = tiles.toAt + map * tiles.toStep;
      for (int i = 0; i < row; i += step) {
        int d = fromAt + i;
        var d0 = FloatVector.fromArray(SPECIES, above, aboveAt + i);
        var d1 = FloatVector.fromArray(SPECIES, from, d);
        var d2 = FloatVector.fromArray(SPECIES, from, d + row);
        var d3 = FloatVector.fromArray(SPECIES, from, d + 2 * row);
        var d4 = FloatVector.fromArray(SPECIES, from, d + 3 * row);
        var d5 = FloatVector.fromArray(SPECIES, below, belowAt + i);
        var nearEven = d2.lanewise(FMA, minusQ2, d4);
        var nearOdd = d1.lanewise(FMA, minusQ2, d3);
        var farEven = d2.lanewise(FMA, minusP2, d4);
        var farOdd = d1.lanewise(FMA, minusP2, d3);
        int v = toAt + i;
        d0.lanewise(FMA, p2q2, d2.lanewise(FMA, minusP2PlusQ2, d4)).intoArray(to, v);
        nearOdd.lanewise(FMA, p, nearEven).intoArray(to, v + pointStep);
        nearOdd.lanewise(FMA, minusP, nearEven).intoArray(to, v + 2 * pointStep);
        farOdd.lanewise(FMA, q, farEven).intoArray(to, v + 3 * pointStep);
        farOdd.lanewise(FMA, minusQ, farEven).intoArray(to, v + 4 * pointStep);
        d1.lanewise(FMA, p2q2, d3.lanewise(FMA, minusP2PlusQ2, d5))
            .intoArray(to, v + 5 * pointStep);
      }
    }
  }

  @Override
  public void result(
      float[] from,
      int fromAt,
      int pointStep,
      int tiles,
      int tileStep,
      int count,
      float[] to,
      int toAt,
      int pitch) {
    var p = FloatVector.broadcast(SPECIES, P);
    var q = FloatVector.broadcast(SPECIES, Q);
    var p2 = FloatVector.broadcast(SPECIES, P2);
    var q2 = FloatVector.broadcast(SPECIES, Q2);
    var p3 = FloatVector.broadcast(SPECIES, P3);
    var q3 = FloatVector.broadcast(SPECIES, Q3);
    for (int t = 0; t < tiles; t++) {
      int tileAt = fromAt + t * tileStep;
      int rowsAt = toAt + t * Winograd.ROWS * pitch;
      for (int i = 0; i < count; i += step) {
        int m = tileAt + i;
        var m0 = FloatVector.fromArray(SPECIES, from, m);
        var m1 = FloatVector.fromArray(SPECIES, from, m + pointStep);
        var m2 = FloatVector.fromArray(SPECIES, from, m + 2 * pointStep);
        var m3 = FloatVector.fromArray(SPECIES, from, m + 3 * pointStep);
        var m4 = FloatVector.fromArray(SPECIES, from, m + 4 * pointStep);
        var m5 = FloatVector.fromArray(SPECIES, from, m + 5 * pointStep);
        var nearSum = m1.lanewise(ADD, m2);
        var nearDifference = m1.lanewise(SUB, m2);
        var farSum = m3.lanewise(ADD, m4);
        var farDifference = m3.lanewise(SUB, m4);
        int y = rowsAt + i;
        m0.lanewise(ADD, nearSum).lanewise(ADD, farSum).intoArray(to, y);
        nearDifference.lanewise(FMA, p, farDifference.lanewise(MUL, q)).intoArray(to, y + pitch);
        nearSum.lanewise(FMA, p2, farSum.lanewise(MUL, q2)).intoArray(to, y + 2 * pitch);
        nearDifference
            .lanewise(FMA, p3, farDifference.lanewise(FMA, q3, m5))
            .intoArray(to, y + 3 * pitch);
      }
    }
  }

  @Override
  public void gradient(
      float[] from, int fromAt, int pitch, int count, float[] to, int toAt, int pointStep) {
    var p = FloatVector.broadcast(SPECIES, P);
    var q = FloatVector.broadcast(SPECIES, Q);
    var p2 = FloatVector.broadcast(SPECIES, P2);
    var q2 = FloatVector.broadcast(SPECIES, Q2);
    for (int i = 0; i < count; i += step) {
      int y = fromAt + i;
      var y0 = FloatVector.fromArray(SPECIES, from, y);
      var y1 = FloatVector.fromArray(SPECIES, from, y + pitch);
      var y2 = FloatVector.fromArray(SPECIES, from, y + 2 * pitch);
      var y3 = FloatVector.fromArray(SPECIES, from, y + 3 * pitch);
      var nearEven = y2.lanewise(FMA, p2, y0);
      var nearOdd = y3.lanewise(FMA, p2, y1).lanewise(MUL, p);
      var farEven = y2.lanewise(FMA, q2, y0);
      var farOdd = y3.lanewise(FMA, q2, y1).lanewise(MUL, q);
      int z = toAt + i;
      y0.intoArray(to, z);
      nearEven.lanewise(ADD, nearOdd).intoArray(to, z + pointStep);
      nearEven.lanewise(SUB, nearOdd).intoArray(to, z + 2 * pointStep);
      farEven.lanewise(ADD, farOdd).intoArray(to, z + 3 * pointStep);
      farEven.lanewise(SUB, farOdd).intoArray(to, z + 4 * pointStep);
      y3.intoArray(to, z + 5 * pointStep);
    }
  }
}
