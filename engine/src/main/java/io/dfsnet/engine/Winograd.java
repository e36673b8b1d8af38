package io.dfsnet.engine;

/**
 * Winograd's minimal filtering F(4, 3) down the columns of maps: four rows of the result of a
 * kernel with three rows from six products per input channel and kernel column, where the
 * definition takes twelve.
 *
 * <p>A column of the result is the product of two polynomials (Winograd, Arithmetic Complexity of
 * Computations, 1980; Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016): the
 * factors are evaluated at six points, multiplied point by point, and the result is interpolated.
 *
 * <pre>
 *   source rows d[0..5]                 6 products                  result rows y[0..3]
 *   4t - 1  d[0] \                   V[0] * U[0] = M[0]            / y[0]   4t
 *   4t      d[1]  |                  V[1] * U[1] = M[1]           |  y[1]   4t + 1
 *   4t + 1  d[2]  |  source          V[2] * U[2] = M[2]   result  |  y[2]   4t + 2
 *   4t + 2  d[3]  |  ------->        V[3] * U[3] = M[3]  ------->  \ y[3]   4t + 3
 *   4t + 3  d[4]  |                  V[4] * U[4] = M[4]
 *   4t + 4  d[5] /                   V[5] * U[5] = M[5]
 *                          kernel rows g[0..2] ---^ once
 * </pre>
 *
 * Each product is a sum over input channels and kernel columns. Along rows nothing is transformed:
 * rows stay rows, of any width, and the kernels that multiply them are those of an ordinary
 * convolution with a single kernel row.
 *
 * <p>The points are 0, 3/4, -3/4, 3/2, -3/2 and infinity. The customary 0, 1, -1, 2, -2 lose twice
 * as much to rounding; with these the errors are 1.3 to 1.4 times those of the definition (root
 * mean square, 16 and 64 channels of normal values).
 */
final class Winograd {
  private Winograd() {}

  /** Rows of the result that a tile computes. */
  static final int ROWS = 4;

  /** Rows of the source that a tile reads, and points at which it multiplies. */
  static final int POINTS = 6;

  /** Columns of the kernel, along which nothing is transformed. */
  static final int COLUMNS = 3;

  /** The two distances of points from 0. */
  static final float P = 0.75f;

  static final float Q = 1.5f;

  // All of these are exact.
  static final float P2 = P * P;
  static final float Q2 = Q * Q;
  static final float P3 = P2 * P;
  static final float Q3 = Q2 * Q;
  static final float P2Q2 = P2 * Q2;
  static final float P2_PLUS_Q2 = P2 + Q2;

  /** With fewer channels transforming the source takes longer than the products that it saves. */
  private static final int LEAST_CHANNELS = 16;

  /** Smaller maps have few positions to share weights that are twice as many. */
  private static final int LEAST_SIDE = 8;

  // What Lagrange's interpolation divides by: the product of a point's distances to the others.
  private static final double ZERO_SCALE = 1.0 / P2Q2;
  private static final double NEAR_SCALE = 1.0 / (2 * P2 * (P2 - Q2));
  private static final double FAR_SCALE = 1.0 / (2 * Q2 * (Q2 - P2));

  /**
   * True for the sums that are computed so. Nothing about the result's channels or the groups may
   * decide on it: nodes that share a convolution have fewer of them each, and must sum alike.
   */
  static boolean serves(SumProblem problem) {
    return problem.isPadded3x3(Sampling.SAME)
        && problem.sourceChannels() >= LEAST_CHANNELS
        && problem.height() >= LEAST_SIDE
        && problem.width() >= LEAST_SIDE;
  }

  /**
   * How many values the weights take up at the points.
   *
   * @throws ShapeException if that is more than an array can hold
   */
  static int weightFloats(SumProblem problem) {
    long channels = (long) problem.groups() * problem.channels();
    long floats = channels * problem.sourceChannels() * POINTS * COLUMNS;
    if (floats > Integer.MAX_VALUE - Long.BYTES) {
      throw new ShapeException(
          "conv2d",
          "the weights of %d by %d channels, brought to %d points, would take %d values, more than"
                  .formatted(channels, problem.sourceChannels(), POINTS, floats)
              + " an array; divide them into groups");
    }
    return (int) floats;
  }

  /** How many tiles it takes to cover rows; the last one may reach beyond them. */
  static int tiles(int rows) {
    return Math.ceilDiv(rows, ROWS);
  }

  /**
   * Brings a column of a kernel to the points: the value there of the polynomial {@code g0 + g1 x +
   * g2 x^2}, scaled, and rounded once.
   *
   * @param rowStep from a kernel row to the next
   * @param pointStep from a point to the next
   */
  static void kernel(float[] weights, int at, int rowStep, float[] to, int toAt, int pointStep) {
    double g0 = weights[at];
    double g1 = weights[at + rowStep];
    double g2 = weights[at + 2 * rowStep];
    double nearEven = g0 + P2 * g2;
    double nearOdd = P * g1;
    double farEven = g0 + Q2 * g2;
    double farOdd = Q * g1;
    to[toAt] = (float) (ZERO_SCALE * g0);
    to[toAt + pointStep] = (float) (NEAR_SCALE * (nearEven + nearOdd));
    to[toAt + 2 * pointStep] = (float) (NEAR_SCALE * (nearEven - nearOdd));
    to[toAt + 3 * pointStep] = (float) (FAR_SCALE * (farEven + farOdd));
    to[toAt + 4 * pointStep] = (float) (FAR_SCALE * (farEven - farOdd));
    to[toAt + 5 * pointStep] = (float) g2;
  }

  /**
   * The transposed of {@link #kernel}: brings the gradients at the points back to the kernel's
   * rows. The two may be the same place.
   */
  static void kernelGradient(
      float[] points, int at, int pointStep, float[] to, int toAt, int rowStep) {
    double u0 = points[at];
    double u1 = points[at + pointStep];
    double u2 = points[at + 2 * pointStep];
    double u3 = points[at + 3 * pointStep];
    double u4 = points[at + 4 * pointStep];
    double u5 = points[at + 5 * pointStep];
    double nearSum = NEAR_SCALE * (u1 + u2);
    double farSum = FAR_SCALE * (u3 + u4);
    double nearDifference = NEAR_SCALE * (u1 - u2);
    double farDifference = FAR_SCALE * (u3 - u4);
    to[toAt] = (float) (ZERO_SCALE * u0 + nearSum + farSum);
    to[toAt + rowStep] = (float) (P * nearDifference + Q * farDifference);
    to[toAt + 2 * rowStep] = (float) (P2 * nearSum + Q2 * farSum + u5);
  }
}
