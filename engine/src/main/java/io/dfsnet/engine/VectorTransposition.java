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
import static io.dfsnet.engine.VectorKernels.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The transposition of squares of {@code LENGTH} rows and columns, in registers. Rows at a distance
 * d change those blocks of d lanes that are on the wrong side of the diagonal, for d = LENGTH / 2,
 * ..., 1:
 *
 * <pre>
 * a b c d      a b i j      a e i m
 * e f g h  2   e f m n  1   b f j n
 * i j k l      c d k l      c g k o
 * m n o p      g h o p      d h l p
 * </pre>
 *
 * What two rows a and b give each other is one shuffle, in {@code ab}: the blocks of both that have
 * to move, each already in the lanes where it belongs.
 */
final class VectorTransposition {
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
    squares(from, fromAt, fromPitch, rows - 1, 0, whole, slots, to, toAt, toPitch);
    return whole;
  }

  /**
   * Transposes {@code LENGTH} rows: column {@code c} goes to {@code toAt + slots[c] * toPitch}.
   *
   * @param last the last row that there is; it stands for those behind it
   * @param firstColumn of the first square
   * @param endColumn behind the last square
   */
  static void squares(
      float[] from,
      int fromAt,
      int fromPitch,
      int last,
      int firstColumn,
      int endColumn,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    switch (LENGTH) {
      case 16 ->
          squaresOf16(
              from, fromAt, fromPitch, last, firstColumn, endColumn, slots, to, toAt, toPitch);
      case 8 ->
          squaresOf8(
              from, fromAt, fromPitch, last, firstColumn, endColumn, slots, to, toAt, toPitch);
      default ->
          squaresOf4(
              from, fromAt, fromPitch, last, firstColumn, endColumn, slots, to, toAt, toPitch);
    }
  }

  private static void squaresOf16(
      float[] from,
      int fromAt,
      int fromPitch,
      int last,
      int firstColumn,
      int endColumn,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    int aAt = fromAt;
    int bAt = fromAt + Math.min(1, last) * fromPitch;
    int cAt = fromAt + Math.min(2, last) * fromPitch;
    int dAt = fromAt + Math.min(3, last) * fromPitch;
    int eAt = fromAt + Math.min(4, last) * fromPitch;
    int fAt = fromAt + Math.min(5, last) * fromPitch;
    int gAt = fromAt + Math.min(6, last) * fromPitch;
    int hAt = fromAt + Math.min(7, last) * fromPitch;
    int iAt = fromAt + Math.min(8, last) * fromPitch;
    int jAt = fromAt + Math.min(9, last) * fromPitch;
    int kAt = fromAt + Math.min(10, last) * fromPitch;
    int lAt = fromAt + Math.min(11, last) * fromPitch;
    int mAt = fromAt + Math.min(12, last) * fromPitch;
    int nAt = fromAt + Math.min(13, last) * fromPitch;
    int oAt = fromAt + Math.min(14, last) * fromPitch;
    int pAt = fromAt + Math.min(15, last) * fromPitch;
    for (int column = firstColumn; column < endColumn; column += 16) {
      var a = FloatVector.fromArray(SPECIES, from, aAt + column);
      var b = FloatVector.fromArray(SPECIES, from, bAt + column);
      var c = FloatVector.fromArray(SPECIES, from, cAt + column);
      var d = FloatVector.fromArray(SPECIES, from, dAt + column);
      var e = FloatVector.fromArray(SPECIES, from, eAt + column);
      var f = FloatVector.fromArray(SPECIES, from, fAt + column);
      var g = FloatVector.fromArray(SPECIES, from, gAt + column);
      var h = FloatVector.fromArray(SPECIES, from, hAt + column);
      var i = FloatVector.fromArray(SPECIES, from, iAt + column);
      var j = FloatVector.fromArray(SPECIES, from, jAt + column);
      var k = FloatVector.fromArray(SPECIES, from, kAt + column);
      var l = FloatVector.fromArray(SPECIES, from, lAt + column);
      var m = FloatVector.fromArray(SPECIES, from, mAt + column);
      var n = FloatVector.fromArray(SPECIES, from, nAt + column);
      var o = FloatVector.fromArray(SPECIES, from, oAt + column);
      var p = FloatVector.fromArray(SPECIES, from, pAt + column);
      // Rows 8 apart.
      var ai = i.blend(a, ODD_8).rearrange(SWAP_8);
      a = a.blend(ai, ODD_8);
      i = ai.blend(i, ODD_8);
      var bj = j.blend(b, ODD_8).rearrange(SWAP_8);
      b = b.blend(bj, ODD_8);
      j = bj.blend(j, ODD_8);
      var ck = k.blend(c, ODD_8).rearrange(SWAP_8);
      c = c.blend(ck, ODD_8);
      k = ck.blend(k, ODD_8);
      var dl = l.blend(d, ODD_8).rearrange(SWAP_8);
      d = d.blend(dl, ODD_8);
      l = dl.blend(l, ODD_8);
      var em = m.blend(e, ODD_8).rearrange(SWAP_8);
      e = e.blend(em, ODD_8);
      m = em.blend(m, ODD_8);
      var fn = n.blend(f, ODD_8).rearrange(SWAP_8);
      f = f.blend(fn, ODD_8);
      n = fn.blend(n, ODD_8);
      var go = o.blend(g, ODD_8).rearrange(SWAP_8);
      g = g.blend(go, ODD_8);
      o = go.blend(o, ODD_8);
      var hp = p.blend(h, ODD_8).rearrange(SWAP_8);
      h = h.blend(hp, ODD_8);
      p = hp.blend(p, ODD_8);
      // Rows 4 apart.
      var ae = e.blend(a, ODD_4).rearrange(SWAP_4);
      a = a.blend(ae, ODD_4);
      e = ae.blend(e, ODD_4);
      var bf = f.blend(b, ODD_4).rearrange(SWAP_4);
      b = b.blend(bf, ODD_4);
      f = bf.blend(f, ODD_4);
      var cg = g.blend(c, ODD_4).rearrange(SWAP_4);
      c = c.blend(cg, ODD_4);
      g = cg.blend(g, ODD_4);
      var dh = h.blend(d, ODD_4).rearrange(SWAP_4);
      d = d.blend(dh, ODD_4);
      h = dh.blend(h, ODD_4);
      var im = m.blend(i, ODD_4).rearrange(SWAP_4);
      i = i.blend(im, ODD_4);
      m = im.blend(m, ODD_4);
      var jn = n.blend(j, ODD_4).rearrange(SWAP_4);
      j = j.blend(jn, ODD_4);
      n = jn.blend(n, ODD_4);
      var ko = o.blend(k, ODD_4).rearrange(SWAP_4);
      k = k.blend(ko, ODD_4);
      o = ko.blend(o, ODD_4);
      var lp = p.blend(l, ODD_4).rearrange(SWAP_4);
      l = l.blend(lp, ODD_4);
      p = lp.blend(p, ODD_4);
      // Rows 2 apart.
      var ac = c.blend(a, ODD_2).rearrange(SWAP_2);
      a = a.blend(ac, ODD_2);
      c = ac.blend(c, ODD_2);
      var bd = d.blend(b, ODD_2).rearrange(SWAP_2);
      b = b.blend(bd, ODD_2);
      d = bd.blend(d, ODD_2);
      var eg = g.blend(e, ODD_2).rearrange(SWAP_2);
      e = e.blend(eg, ODD_2);
      g = eg.blend(g, ODD_2);
      var fh = h.blend(f, ODD_2).rearrange(SWAP_2);
      f = f.blend(fh, ODD_2);
      h = fh.blend(h, ODD_2);
      var ik = k.blend(i, ODD_2).rearrange(SWAP_2);
      i = i.blend(ik, ODD_2);
      k = ik.blend(k, ODD_2);
      var jl = l.blend(j, ODD_2).rearrange(SWAP_2);
      j = j.blend(jl, ODD_2);
      l = jl.blend(l, ODD_2);
      var mo = o.blend(m, ODD_2).rearrange(SWAP_2);
      m = m.blend(mo, ODD_2);
      o = mo.blend(o, ODD_2);
      var np = p.blend(n, ODD_2).rearrange(SWAP_2);
      n = n.blend(np, ODD_2);
      p = np.blend(p, ODD_2);
      // Rows 1 apart.
      var ab = b.blend(a, ODD_1).rearrange(SWAP_1);
      a.blend(ab, ODD_1).intoArray(to, toAt + slots[column] * toPitch);
      ab.blend(b, ODD_1).intoArray(to, toAt + slots[column + 1] * toPitch);
      var cd = d.blend(c, ODD_1).rearrange(SWAP_1);
      c.blend(cd, ODD_1).intoArray(to, toAt + slots[column + 2] * toPitch);
      cd.blend(d, ODD_1).intoArray(to, toAt + slots[column + 3] * toPitch);
      var ef = f.blend(e, ODD_1).rearrange(SWAP_1);
      e.blend(ef, ODD_1).intoArray(to, toAt + slots[column + 4] * toPitch);
      ef.blend(f, ODD_1).intoArray(to, toAt + slots[column + 5] * toPitch);
      var gh = h.blend(g, ODD_1).rearrange(SWAP_1);
      g.blend(gh, ODD_1).intoArray(to, toAt + slots[column + 6] * toPitch);
      gh.blend(h, ODD_1).intoArray(to, toAt + slots[column + 7] * toPitch);
      var ij = j.blend(i, ODD_1).rearrange(SWAP_1);
      i.blend(ij, ODD_1).intoArray(to, toAt + slots[column + 8] * toPitch);
      ij.blend(j, ODD_1).intoArray(to, toAt + slots[column + 9] * toPitch);
      var kl = l.blend(k, ODD_1).rearrange(SWAP_1);
      k.blend(kl, ODD_1).intoArray(to, toAt + slots[column + 10] * toPitch);
      kl.blend(l, ODD_1).intoArray(to, toAt + slots[column + 11] * toPitch);
      var mn = n.blend(m, ODD_1).rearrange(SWAP_1);
      m.blend(mn, ODD_1).intoArray(to, toAt + slots[column + 12] * toPitch);
      mn.blend(n, ODD_1).intoArray(to, toAt + slots[column + 13] * toPitch);
      var op = p.blend(o, ODD_1).rearrange(SWAP_1);
      o.blend(op, ODD_1).intoArray(to, toAt + slots[column + 14] * toPitch);
      op.blend(p, ODD_1).intoArray(to, toAt + slots[column + 15] * toPitch);
    }
  }

  private static void squaresOf8(
      float[] from,
      int fromAt,
      int fromPitch,
      int last,
      int firstColumn,
      int endColumn,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    int aAt = fromAt;
    int bAt = fromAt + Math.min(1, last) * fromPitch;
    int cAt = fromAt + Math.min(2, last) * fromPitch;
    int dAt = fromAt + Math.min(3, last) * fromPitch;
    int eAt = fromAt + Math.min(4, last) * fromPitch;
    int fAt = fromAt + Math.min(5, last) * fromPitch;
    int gAt = fromAt + Math.min(6, last) * fromPitch;
    int hAt = fromAt + Math.min(7, last) * fromPitch;
    for (int column = firstColumn; column < endColumn; column += 8) {
      var a = FloatVector.fromArray(SPECIES, from, aAt + column);
      var b = FloatVector.fromArray(SPECIES, from, bAt + column);
      var c = FloatVector.fromArray(SPECIES, from, cAt + column);
      var d = FloatVector.fromArray(SPECIES, from, dAt + column);
      var e = FloatVector.fromArray(SPECIES, from, eAt + column);
      var f = FloatVector.fromArray(SPECIES, from, fAt + column);
      var g = FloatVector.fromArray(SPECIES, from, gAt + column);
      var h = FloatVector.fromArray(SPECIES, from, hAt + column);
      // Rows 4 apart.
      var ae = e.blend(a, ODD_4).rearrange(SWAP_4);
      a = a.blend(ae, ODD_4);
      e = ae.blend(e, ODD_4);
      var bf = f.blend(b, ODD_4).rearrange(SWAP_4);
      b = b.blend(bf, ODD_4);
      f = bf.blend(f, ODD_4);
      var cg = g.blend(c, ODD_4).rearrange(SWAP_4);
      c = c.blend(cg, ODD_4);
      g = cg.blend(g, ODD_4);
      var dh = h.blend(d, ODD_4).rearrange(SWAP_4);
      d = d.blend(dh, ODD_4);
      h = dh.blend(h, ODD_4);
      // Rows 2 apart.
      var ac = c.blend(a, ODD_2).rearrange(SWAP_2);
      a = a.blend(ac, ODD_2);
      c = ac.blend(c, ODD_2);
      var bd = d.blend(b, ODD_2).rearrange(SWAP_2);
      b = b.blend(bd, ODD_2);
      d = bd.blend(d, ODD_2);
      var eg = g.blend(e, ODD_2).rearrange(SWAP_2);
      e = e.blend(eg, ODD_2);
      g = eg.blend(g, ODD_2);
      var fh = h.blend(f, ODD_2).rearrange(SWAP_2);
      f = f.blend(fh, ODD_2);
      h = fh.blend(h, ODD_2);
      // Rows 1 apart.
      var ab = b.blend(a, ODD_1).rearrange(SWAP_1);
      a.blend(ab, ODD_1).intoArray(to, toAt + slots[column] * toPitch);
      ab.blend(b, ODD_1).intoArray(to, toAt + slots[column + 1] * toPitch);
      var cd = d.blend(c, ODD_1).rearrange(SWAP_1);
      c.blend(cd, ODD_1).intoArray(to, toAt + slots[column + 2] * toPitch);
      cd.blend(d, ODD_1).intoArray(to, toAt + slots[column + 3] * toPitch);
      var ef = f.blend(e, ODD_1).rearrange(SWAP_1);
      e.blend(ef, ODD_1).intoArray(to, toAt + slots[column + 4] * toPitch);
      ef.blend(f, ODD_1).intoArray(to, toAt + slots[column + 5] * toPitch);
      var gh = h.blend(g, ODD_1).rearrange(SWAP_1);
      g.blend(gh, ODD_1).intoArray(to, toAt + slots[column + 6] * toPitch);
      gh.blend(h, ODD_1).intoArray(to, toAt + slots[column + 7] * toPitch);
    }
  }

  private static void squaresOf4(
      float[] from,
      int fromAt,
      int fromPitch,
      int last,
      int firstColumn,
      int endColumn,
      int[] slots,
      float[] to,
      int toAt,
      int toPitch) {
    int aAt = fromAt;
    int bAt = fromAt + Math.min(1, last) * fromPitch;
    int cAt = fromAt + Math.min(2, last) * fromPitch;
    int dAt = fromAt + Math.min(3, last) * fromPitch;
    for (int column = firstColumn; column < endColumn; column += 4) {
      var a = FloatVector.fromArray(SPECIES, from, aAt + column);
      var b = FloatVector.fromArray(SPECIES, from, bAt + column);
      var c = FloatVector.fromArray(SPECIES, from, cAt + column);
      var d = FloatVector.fromArray(SPECIES, from, dAt + column);
      // Rows 2 apart.
      var ac = c.blend(a, ODD_2).rearrange(SWAP_2);
      a = a.blend(ac, ODD_2);
      c = ac.blend(c, ODD_2);
      var bd = d.blend(b, ODD_2).rearrange(SWAP_2);
      b = b.blend(bd, ODD_2);
      d = bd.blend(d, ODD_2);
      // Rows 1 apart.
      var ab = b.blend(a, ODD_1).rearrange(SWAP_1);
      a.blend(ab, ODD_1).intoArray(to, toAt + slots[column] * toPitch);
      ab.blend(b, ODD_1).intoArray(to, toAt + slots[column + 1] * toPitch);
      var cd = d.blend(c, ODD_1).rearrange(SWAP_1);
      c.blend(cd, ODD_1).intoArray(to, toAt + slots[column + 2] * toPitch);
      cd.blend(d, ODD_1).intoArray(to, toAt + slots[column + 3] * toPitch);
    }
  }
}
