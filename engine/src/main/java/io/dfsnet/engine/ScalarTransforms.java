package io.dfsnet.engine;

import static io.dfsnet.engine.Winograd.P;
import static io.dfsnet.engine.Winograd.P2;
import static io.dfsnet.engine.Winograd.P2Q2;
import static io.dfsnet.engine.Winograd.P2_PLUS_Q2;
import static io.dfsnet.engine.Winograd.P3;
import static io.dfsnet.engine.Winograd.Q;
import static io.dfsnet.engine.Winograd.Q2;
import static io.dfsnet.engine.Winograd.Q3;

/** The transforms value by value. */
final class ScalarTransforms implements TileTransforms {
  @Override
  public int overrun() {
    return 0;
  }

  @Override
  public void source(Tiles tiles, float[] above, float[] from, float[] below) {
    for (int map = 0; map < tiles.maps; map++) {
      int d0 = tiles.aboveAt + map * tiles.aboveStep;
      int d1 = tiles.fromAt + map * tiles.fromStep;
      int d5 = tiles.belowAt + map * tiles.belowStep;
      int v0 = tiles.toAt + map * tiles.toStep;
      for (int i = 0; i < tiles.row; i++) {
        source(tiles, above[d0 + i], from, d1 + i, below[d5 + i], v0 + i);
      }
    }
  }

  private static void source(Tiles tiles, float d0, float[] from, int d1At, float d5, int v) {
    int row = tiles.row;
    float d1 = from[d1At];
    float d2 = from[d1At + row];
    float d3 = from[d1At + 2 * row];
    float d4 = from[d1At + 3 * row];
    float nearEven = Math.fma(-Q2, d2, d4);
    float nearOdd = Math.fma(-Q2, d1, d3);
    float farEven = Math.fma(-P2, d2, d4);
    float farOdd = Math.fma(-P2, d1, d3);
    float[] to = tiles.to;
    int step = tiles.pointStep;
    to[v] = Math.fma(P2Q2, d0, Math.fma(-P2_PLUS_Q2, d2, d4));
    to[v + step] = Math.fma(P, nearOdd, nearEven);
    to[v + 2 * step] = Math.fma(-P, nearOdd, nearEven);
    to[v + 3 * step] = Math.fma(Q, farOdd, farEven);
    to[v + 4 * step] = Math.fma(-Q, farOdd, farEven);
    to[v + 5 * step] = Math.fma(P2Q2, d1, Math.fma(-P2_PLUS_Q2, d3, d5));
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
    for (int t = 0; t < tiles; t++) {
      for (int i = 0; i < count; i++) {
        int y = toAt + t * Winograd.ROWS * pitch + i;
        result(from, fromAt + t * tileStep + i, pointStep, to, y, pitch);
      }
    }
  }

  private static void result(float[] from, int m, int pointStep, float[] to, int y, int pitch) {
    float m1 = from[m + pointStep];
    float m2 = from[m + 2 * pointStep];
    float m3 = from[m + 3 * pointStep];
    float m4 = from[m + 4 * pointStep];
    float nearSum = m1 + m2;
    float nearDifference = m1 - m2;
    float farSum = m3 + m4;
    float farDifference = m3 - m4;
    to[y] = from[m] + nearSum + farSum;
    to[y + pitch] = Math.fma(P, nearDifference, Q * farDifference);
    to[y + 2 * pitch] = Math.fma(P2, nearSum, Q2 * farSum);
    to[y + 3 * pitch] =
        Math.fma(P3, nearDifference, Math.fma(Q3, farDifference, from[m + 5 * pointStep]));
  }

  @Override
  public void gradient(
      float[] from, int fromAt, int pitch, int count, float[] to, int toAt, int pointStep) {
    for (int i = 0; i < count; i++) {
      int y = fromAt + i;
      float y0 = from[y];
      float y1 = from[y + pitch];
      float y2 = from[y + 2 * pitch];
      float y3 = from[y + 3 * pitch];
      float nearEven = Math.fma(P2, y2, y0);
      float nearOdd = P * Math.fma(P2, y3, y1);
      float farEven = Math.fma(Q2, y2, y0);
      float farOdd = Q * Math.fma(Q2, y3, y1);
      int z = toAt + i;
      to[z] = y0;
      to[z + pointStep] = nearEven + nearOdd;
      to[z + 2 * pointStep] = nearEven - nearOdd;
      to[z + 3 * pointStep] = farEven + farOdd;
      to[z + 4 * pointStep] = farEven - farOdd;
      to[z + 5 * pointStep] = y3;
    }
  }
}
