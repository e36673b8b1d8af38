package io.dfsnet.engine;

import static io.dfsnet.engine.LaneSums.ODD_1;
import static io.dfsnet.engine.LaneSums.ODD_2;
import static io.dfsnet.engine.LaneSums.ODD_4;
import static io.dfsnet.engine.LaneSums.ODD_8;
import static io.dfsnet.engine.LaneSums.SWAP_1;
import static io.dfsnet.engine.LaneSums.SWAP_2;
import static io.dfsnet.engine.LaneSums.SWAP_4;
import static io.dfsnet.engine.LaneSums.SWAP_8;
import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * The transposition of squares of {@code LENGTH} rows and columns. Rows at a distance d change
 * those blocks of d lanes that are on the wrong side of the diagonal, for d = LENGTH / 2, ..., 1:
 *
 * <pre>
 * a b c d      a b i j      a e i m
 * e f g h  2   e f m n  1   b f j n
 * i j k l      c d k l      c g k o
 * m n o p      g h o p      d h l p
 * </pre>
 *
 * Distances of 4 and more come first, for a few squares; their rows wait where the result will be.
 */
final class VectorTransposition {
  /**
   * Rows may lie a power of two apart, which leaves few places in the cache for them. So a few rows
   * are read from several squares before the next ones are.
   */
  private static final int SQUARES = 4;

  private VectorTransposition() {}

  /** As {@link Kernels#transpose}; returns how many columns are done, the others are left over. */
  static int transpose(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int columns,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    int readable = from.length - fromAt - (rows - 1) * fromPitch;
    int whole = Math.min(columns, readable) / LENGTH * LENGTH;
    for (int c = 0; c < whole; c += SQUARES * LENGTH) {
      int end = Math.min(c + SQUARES * LENGTH, whole);
      int quads = LENGTH == 16 ? 4 : LENGTH / 2;
      for (int q = 0; q < quads; q++) {
        farRows(from, fromAt, fromPitch, rows, q, c, end, slots, to, toAt, toPitch);
      }
      for (int quad = c; quad < end; quad += 4) {
        nearRows(slots, quad, to, toAt, toPitch);
      }
    }
    return whole;
  }

  /** Rows that are 4 and 8 apart; there are none in squares of 4. */
  private static void farRows(
      float[] from,
      int fromAt,
      int fromPitch,
      int rows,
      int q,
      int firstColumn,
      int endColumn,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    int last = rows - 1;
    int aAt = fromAt + Math.min(q, last) * fromPitch;
    if (LENGTH == 16) {
      int bAt = fromAt + Math.min(q + 4, last) * fromPitch;
      int cAt = fromAt + Math.min(q + 8, last) * fromPitch;
      int dAt = fromAt + Math.min(q + 12, last) * fromPitch;
      for (int column = firstColumn; column < endColumn; column += 16) {
        var a = load(from, aAt + column);
        var b = load(from, bAt + column);
        var c = load(from, cAt + column);
        var d = load(from, dAt + column);
        var ac = crossed(a, c, ODD_8, SWAP_8);
        var bd = crossed(b, d, ODD_8, SWAP_8);
        a = a.blend(ac, ODD_8);
        c = ac.blend(c, ODD_8);
        b = b.blend(bd, ODD_8);
        d = bd.blend(d, ODD_8);
        var ab = crossed(a, b, ODD_4, SWAP_4);
        var cd = crossed(c, d, ODD_4, SWAP_4);
        int row = column + q;
        a.blend(ab, ODD_4).intoArray(to, toAt + slots[row] * toPitch);
        ab.blend(b, ODD_4).intoArray(to, toAt + slots[row + 4] * toPitch);
        c.blend(cd, ODD_4).intoArray(to, toAt + slots[row + 8] * toPitch);
        cd.blend(d, ODD_4).intoArray(to, toAt + slots[row + 12] * toPitch);
      }
    } else if (LENGTH == 8) {
      int bAt = fromAt + Math.min(q + 4, last) * fromPitch;
      for (int column = firstColumn; column < endColumn; column += 8) {
        var a = load(from, aAt + column);
        var b = load(from, bAt + column);
        var ab = crossed(a, b, ODD_4, SWAP_4);
        int row = column + q;
        a.blend(ab, ODD_4).intoArray(to, toAt + slots[row] * toPitch);
        ab.blend(b, ODD_4).intoArray(to, toAt + slots[row + 4] * toPitch);
      }
    } else {
      int bAt = fromAt + Math.min(q + 2, last) * fromPitch;
      for (int column = firstColumn; column < endColumn; column += 4) {
        load(from, aAt + column).intoArray(to, toAt + slots[column + q] * toPitch);
        load(from, bAt + column).intoArray(to, toAt + slots[column + q + 2] * toPitch);
      }
    }
  }

  /** Four neighbouring rows, 1 and 2 apart, in place. */
  private static void nearRows(int[] slots, int row, float[] to, int toAt, int toPitch) {
    int aAt = toAt + slots[row] * toPitch;
    int bAt = toAt + slots[row + 1] * toPitch;
    int cAt = toAt + slots[row + 2] * toPitch;
    int dAt = toAt + slots[row + 3] * toPitch;
    var a = load(to, aAt);
    var b = load(to, bAt);
    var c = load(to, cAt);
    var d = load(to, dAt);
    var ac = crossed(a, c, ODD_2, SWAP_2);
    var bd = crossed(b, d, ODD_2, SWAP_2);
    a = a.blend(ac, ODD_2);
    c = ac.blend(c, ODD_2);
    b = b.blend(bd, ODD_2);
    d = bd.blend(d, ODD_2);
    var ab = crossed(a, b, ODD_1, SWAP_1);
    var cd = crossed(c, d, ODD_1, SWAP_1);
    a.blend(ab, ODD_1).intoArray(to, aAt);
    ab.blend(b, ODD_1).intoArray(to, bAt);
    c.blend(cd, ODD_1).intoArray(to, cAt);
    cd.blend(d, ODD_1).intoArray(to, dAt);
  }

  /** What two rows give each other, already in the lanes where it belongs. */
  private static FloatVector crossed(
      FloatVector upper, FloatVector lower, VectorMask<Float> odd, VectorShuffle<Float> swap) {
    return lower.blend(upper, odd).rearrange(swap);
  }
}
