package io.dfsnet.engine;

/**
 * The forward pass by Winograd's filtering down columns, element by element, in the order of
 * operations that {@link Winograd} and {@link TileTransforms} document. Rules: plain loops,
 * formulas as they stand there, nothing computed once that is used twice.
 */
final class ReferenceWinograd {
  private ReferenceWinograd() {}

  private static final float P = 0.75f;
  private static final float Q = 1.5f;

  static float[] forward(Conv2dGeometry g, float[] input, float[] weights) {
    float[] output = new float[g.outShape().elements()];
    int map = g.outHeight() * g.outWidth();
    for (int b = 0; b < g.n(); b++) {
      for (int o = 0; o < g.outChannels(); o++) {
        for (int first = 0; first < g.outHeight(); first += 4) {
          for (int x = 0; x < g.outWidth(); x++) {
            float[] y = tile(g, input, weights, b, o, first, x);
            for (int row = first; row < Math.min(first + 4, g.outHeight()); row++) {
              output[(b * g.outChannels() + o) * map + row * g.outWidth() + x] = y[row - first];
            }
          }
        }
      }
    }
    return output;
  }

  /** Four rows of a column. */
  private static float[] tile(
      Conv2dGeometry g, float[] input, float[] weights, int b, int o, int first, int x) {
    float[] m = new float[6];
    for (int i = 0; i < g.inChannelsPerGroup(); i++) {
      int c = o / g.outChannelsPerGroup() * g.inChannelsPerGroup() + i;
      for (int s = 0; s < 3; s++) {
        float[] d = new float[6];
        for (int row = 0; row < 6; row++) {
          d[row] = at(g, input, b, c, first - 1 + row, x - 1 + s);
        }
        int weight = (o * g.inChannelsPerGroup() + i) * 9 + s;
        float[] u = kernel(weights[weight], weights[weight + 3], weights[weight + 6]);
        float[] v = source(d);
        for (int point = 0; point < 6; point++) {
          m[point] = Math.fma(u[point], v[point], m[point]);
        }
      }
    }
    return result(m);
  }

  private static float at(Conv2dGeometry g, float[] input, int b, int c, int row, int column) {
    boolean inside = row >= 0 && row < g.inHeight() && column >= 0 && column < g.inWidth();
    int index = ((b * g.inChannels() + c) * g.inHeight() + row) * g.inWidth() + column;
    return inside ? input[index] : 0;
  }

  /** The polynomial of the kernel at the points, over what Lagrange's formula divides by. */
  private static float[] kernel(double g0, double g1, double g2) {
    double[] points = {0, P, -P, Q, -Q};
    float[] u = new float[6];
    for (int k = 0; k < 5; k++) {
      double p = points[k];
      double divisor = 1;
      for (int j = 0; j < 5; j++) {
        divisor *= j == k ? 1 : p - points[j];
      }
      u[k] = (float) (1 / divisor * (g0 + p * p * g2 + p * g1));
    }
    u[5] = (float) g2;
    return u;
  }

  private static float[] source(float[] d) {
    return new float[] {
      Math.fma(P * P * Q * Q, d[0], Math.fma(-(P * P + Q * Q), d[2], d[4])),
      Math.fma(P, Math.fma(-Q * Q, d[1], d[3]), Math.fma(-Q * Q, d[2], d[4])),
      Math.fma(-P, Math.fma(-Q * Q, d[1], d[3]), Math.fma(-Q * Q, d[2], d[4])),
      Math.fma(Q, Math.fma(-P * P, d[1], d[3]), Math.fma(-P * P, d[2], d[4])),
      Math.fma(-Q, Math.fma(-P * P, d[1], d[3]), Math.fma(-P * P, d[2], d[4])),
      Math.fma(P * P * Q * Q, d[1], Math.fma(-(P * P + Q * Q), d[3], d[5]))
    };
  }

  private static float[] result(float[] m) {
    return new float[] {
      m[0] + (m[1] + m[2]) + (m[3] + m[4]),
      Math.fma(P, m[1] - m[2], Q * (m[3] - m[4])),
      Math.fma(P * P, m[1] + m[2], Q * Q * (m[3] + m[4])),
      Math.fma(P * P * P, m[1] - m[2], Math.fma(Q * Q * Q, m[3] - m[4], m[5]))
    };
  }
}
