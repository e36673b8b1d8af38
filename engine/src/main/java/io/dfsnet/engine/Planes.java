package io.dfsnet.engine;

import io.dfsnet.engine.SumProblem.Tap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A layout of feature maps in which every tap of a {@link TapGrid} is, for all positions of the
 * result, the same plane at a constant offset: position {@code p} of tap {@code t} of channel
 * {@code c} stands at {@code c * channelSize + tapOffset(t) + p}. A convolution then is a sum over
 * shifted planes, and its kernel knows nothing about padding, stride or dilation.
 *
 * <p>With a stride, taps whose shifts differ by a multiple of it read the same rows and columns of
 * the source and share a <i>phase</i> plane. Three kinds:
 *
 * <pre>
 * SHIFTED  one plane per phase with zero borders; taps are offsets along rows and columns.
 *          One copy of the map; a run of positions must not leave its row.
 *
 *            0 0 0 0 0 0
 *            0 a b c d 0     3x3 kernel, pad 1: tap (0, 0) of position (0, 0) is the corner,
 *            0 e f g h 0     tap (1, 2) lies one row (the pitch) and two columns further
 *            0 0 0 0 0 0
 *
 * COPIES   one plane per kernel column, each already shifted: its rows are as wide as the result's,
 *          so that positions run on across rows, as they do in the result. No tail per row, but
 *          kernelWidth copies of the map.
 *
 *            column 0    column 1    column 2
 *            0 0 0 0     0 0 0 0     0 0 0 0
 *            0 a b c     a b c d     b c d 0
 *            0 e f g     e f g h     f g h 0
 *            0 0 0 0     0 0 0 0     0 0 0 0
 *
 * DIRECT   the source as it is, where each position needs its own element only (1x1, stride 1).
 * </pre>
 */
final class Planes {
  enum Kind {
    DIRECT,
    SHIFTED,
    COPIES
  }

  private final Kernels kernels;
  private final Kind kind;
  private final TapGrid taps;
  private final Axis vertical;
  private final Axis horizontal;

  private final int pitch;
  private final int planeRows;
  private final long channelFloats;

  /** True if a plane is the map, shifted: its rows continue each other as those of the map do. */
  private final boolean isFlat;

  /**
   * @param bandRows for how many rows of positions there is room; {@link #pack} fills as many or
   *     fewer
   */
  Planes(Kernels kernels, Kind kind, TapGrid taps, int bandRows) {
    this.kernels = kernels;
    this.kind = kind;
    this.taps = taps;
    this.vertical = Axis.shared(taps.rowShifts(), taps.strideHeight());
    this.horizontal =
        kind == Kind.COPIES
            ? Axis.separate(taps.columnShifts())
            : Axis.shared(taps.columnShifts(), taps.strideWidth());
    this.pitch = taps.columns() + horizontal.reach();
    this.planeRows = bandRows + vertical.reach();
    this.channelFloats =
        kind == Kind.DIRECT
            ? (long) taps.sourceHeight() * taps.sourceWidth()
            : (long) vertical.planes() * horizontal.planes() * planeRows * pitch;
    this.isFlat =
        taps.strideHeight() == 1 && taps.strideWidth() == 1 && pitch == taps.sourceWidth();
  }

  Kind kind() {
    return kind;
  }

  /** From a position to the one below it. */
  int pitch() {
    return pitch;
  }

  /** How many values a channel takes up, be it more than an array can hold. */
  long channelFloats() {
    return channelFloats;
  }

  /** From a channel to the next. */
  int channelSize() {
    return Math.toIntExact(channelFloats);
  }

  /** Where tap {@code (i, j)} of position 0 stands within its channel. */
  int tapOffset(int i, int j) {
    if (kind == Kind.DIRECT) {
      return 0;
    }
    int plane = vertical.plane[i] * horizontal.planes() + horizontal.plane[j];
    return (plane * planeRows + vertical.offset[i]) * pitch + horizontal.offset[j];
  }

  /** Where each tap of each channel stands, taps running fastest. */
  int[] offsets(int channels, List<Tap> taps) {
    int[] offsets = new int[channels * taps.size()];
    int k = 0;
    for (int c = 0; c < channels; c++) {
      for (var tap : taps) {
        offsets[k++] = c * channelSize() + tapOffset(tap.row(), tap.column());
      }
    }
    return offsets;
  }

  /**
   * How much {@link #pack} writes behind the last plane, and a run reads there.
   *
   * @param lanes of a run
   */
  int margin(int lanes) {
    return Math.max(lanes, kernels.overrun());
  }

  /** What {@link #pack} copies for the positions of {@code rows} rows from {@code firstRow} on. */
  Band band(int firstRow, int rows) {
    List<Fill> fills = new ArrayList<>();
    for (int a = 0; a < vertical.planes(); a++) {
      int firstSourceRow = firstRow * taps.strideHeight() + vertical.first[a];
      for (int b = 0; b < horizontal.planes(); b++) {
        fills.add(fill(firstSourceRow, horizontal.first[b], rows + vertical.reach()));
      }
    }
    return new Band(fills.toArray(Fill[]::new));
  }

  private Fill fill(int firstSourceRow, int firstSourceColumn, int rows) {
    int width = taps.sourceWidth();
    int left = steps(-firstSourceColumn, taps.strideWidth(), 0, pitch);
    int right = steps(width - firstSourceColumn, taps.strideWidth(), left, pitch);
    int top = steps(-firstSourceRow, taps.strideHeight(), 0, rows);
    int end = steps(taps.sourceHeight() - firstSourceRow, taps.strideHeight(), top, rows);
    // A plane that lies beside the map altogether has no row inside it either.
    int bottom = left < right ? end : top;
    int from =
        (firstSourceRow + top * taps.strideHeight()) * width
            + firstSourceColumn
            + left * taps.strideWidth();
    return new Fill(from, top, bottom, left, right);
  }

  /**
   * Copies the maps of neighbouring channels into their planes, borders included. Writes into the
   * margin behind the last plane.
   */
  void pack(Band band, float[] source, int sourceAt, int channels, float[] planes, int planesAt) {
    int mapSize = taps.sourceHeight() * taps.sourceWidth();
    int planeSize = planeRows * pitch;
    int to = planesAt;
    for (int c = 0; c < channels; c++) {
      for (Fill fill : band.fills) {
        packPlane(fill, source, sourceAt + c * mapSize + fill.from, planes, to);
        to += planeSize;
      }
    }
  }

  /** In ascending order, because {@link Kernels#copyRows} writes beyond its rows. */
  private void packPlane(Fill fill, float[] source, int from, float[] planes, int planeAt) {
    int inside = planeAt + fill.top * pitch;
    int rows = fill.bottom - fill.top;
    kernels.zero(planes, planeAt, inside);
    if (!isFlat) {
      int stride = taps.strideWidth();
      int fromPitch = taps.strideHeight() * taps.sourceWidth();
      kernels.copyRows(
          source, from, fromPitch, stride, planes, inside, pitch, rows, fill.left, fill.right);
    } else if (rows > 0) {
      int count = rows * pitch - fill.left - (pitch - fill.right);
      kernels.copy(source, from, planes, inside + fill.left, count);
      zeroColumns(planes, inside, rows, 0, fill.left);
      zeroColumns(planes, inside, rows, fill.right, pitch);
    }
    kernels.zero(planes, planeAt + fill.bottom * pitch, planeAt + planeRows * pitch);
  }

  /** How many steps of {@code stride} it takes to cover {@code distance}, within bounds. */
  private static int steps(int distance, int stride, int least, int most) {
    return Math.clamp(Math.ceilDiv(distance, stride), least, most);
  }

  private void zeroColumns(float[] planes, int at, int rows, int from, int to) {
    for (int u = from; u < to; u++) {
      for (int t = 0; t < rows; t++) {
        planes[at + t * pitch + u] = 0;
      }
    }
  }

  /** What to copy for some rows of positions: for each plane of a channel its part of the map. */
  static final class Band {
    private final Fill[] fills;

    private Band(Fill[] fills) {
      this.fills = fills;
    }
  }

  /**
   * The part of a plane that holds values of the map; zeros surround it.
   *
   * @param from the first value in the map
   * @param top its row in the plane
   * @param bottom behind the last row
   * @param left its column in the plane
   * @param right behind the last column
   */
  private record Fill(int from, int top, int bottom, int left, int right) {}

  /**
   * How the taps of one axis spread over planes.
   *
   * @param first for each plane the source element that its first element holds at position 0
   * @param plane for each tap its plane
   * @param offset for each tap its distance from the plane's first element
   * @param reach the largest offset
   */
  private record Axis(int[] first, int[] plane, int[] offset, int reach) {

    /** Taps that differ by multiples of the stride share a plane. */
    static Axis shared(int[] shifts, int stride) {
      List<Integer> first = new ArrayList<>();
      int[] plane = new int[shifts.length];
      int[] offset = new int[shifts.length];
      for (int tap : ascending(shifts)) {
        int shift = shifts[tap];
        int p = 0;
        while (p < first.size() && Math.floorMod(shift - first.get(p), stride) != 0) {
          p++;
        }
        if (p == first.size()) {
          first.add(shift);
        }
        plane[tap] = p;
        offset[tap] = (shift - first.get(p)) / stride;
      }
      int reach = Arrays.stream(offset).max().orElse(0);
      return new Axis(first.stream().mapToInt(Integer::intValue).toArray(), plane, offset, reach);
    }

    /** A plane for every tap. */
    static Axis separate(int[] shifts) {
      int[] plane = new int[shifts.length];
      Arrays.setAll(plane, tap -> tap);
      return new Axis(shifts, plane, new int[shifts.length], 0);
    }

    int planes() {
      return first.length;
    }

    private static int[] ascending(int[] shifts) {
      return IntStream.range(0, shifts.length)
          .boxed()
          .sorted((s, t) -> Integer.compare(shifts[s], shifts[t]))
          .mapToInt(Integer::intValue)
          .toArray();
    }
  }
}
