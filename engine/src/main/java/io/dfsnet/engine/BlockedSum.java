package io.dfsnet.engine;

import io.dfsnet.engine.Sampling.Meeting;
import io.dfsnet.engine.SumProblem.Tap;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A planned sum with vectors over output channels, for 3x3 kernels with stride 1 or 2 and a border
 * of one: the forward pass, and backward to data. It reads the source as it is, without packing,
 * and leaves out the products with the padding, which are 16 % of all on maps of 8x8. Sums come out
 * as {@code [position][channel]} and are turned into maps band by band:
 *
 * <pre>
 *   source maps           sums of a vector          result maps
 *   c0 [y][x]             of channels               o0 [y][x]
 *   c1 [y][x]   rows  ->  [y][x][lane]     turn ->  o1 [y][x]
 *   ...                                             ...
 * </pre>
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class BlockedSum extends PlannedSum {
  private static final int KERNEL = 3;

  /** 16 KiB: the sums of a band stay in a first-level cache beside the rows they come from. */
  private static final int BAND_FLOATS = 4 * 1024;

  private static final int CACHE_LINE_FLOATS = 16;

  /** 64 KiB. */
  private static final int READ_AHEAD_FLOATS = 16 * 1024;

  private final SumProblem problem;
  private final int lanes;
  private final RowKernel kernel;
  private final int vectors;
  private final int weightsPerVector;
  private final int sourceMap;
  private final int rowsPerBand;
  private final int bands;
  private final int[] taps;
  private final String weightOrder;
  private final InputRows[] inputRows;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // How the call that is under way is cut.
  private int vectorRanges;
  private int bandRanges;

  /**
   * The input rows that output rows with the same neighbours read.
   *
   * @param sourceOffsets relative to the row of the first channel that lies level
   * @param weightOffsets relative to the weights of a vector of output channels
   */
  private record InputRows(int[] sourceOffsets, int[] weightOffsets) {}

  /** True if {@code kernel} can compute {@code problem}. */
  static boolean serves(SumProblem problem, RowKernel kernel, int lanes) {
    return problem.isPadded3x3(kernel.sampling())
        && fillsVectors(problem, kernel, lanes)
        && kernel.admits(problem.width());
  }

  private static boolean fillsVectors(SumProblem problem, RowKernel kernel, int lanes) {
    return kernel.groups() == 1
        ? problem.channels() % lanes == 0
        : problem.channels() * kernel.groups() == lanes && problem.groups() % kernel.groups() == 0;
  }

  BlockedSum(Kernels kernels, RowKernel kernel, SumProblem problem) {
    super(problem.multiplyAdds());
    this.problem = problem;
    this.kernel = kernel;
    this.lanes = kernels.lanes(problem.mapSize());
    this.vectors = problem.channels() * kernel.groups() / lanes;
    this.sourceMap = problem.taps().sourceHeight() * problem.taps().sourceWidth();
    this.weightsPerVector = problem.sourceChannels() * KERNEL * KERNEL * lanes;
    this.rowsPerBand = Math.clamp(BAND_FLOATS / (lanes * problem.width()), 1, problem.height());
    this.bands = Math.ceilDiv(problem.height(), rowsPerBand);
    this.taps = taps();
    this.weightOrder = "vectors of " + lanes;
    this.inputRows = new InputRows[problem.height()];
    for (int y = 0; y < problem.height(); y++) {
      // Away from the edges every second row is alike.
      boolean alike = y > 2 && y < problem.height() - 2;
      inputRows[y] = alike ? inputRows[y - 2] : inputRowsOf(y);
    }
  }

  private InputRows inputRowsOf(int y) {
    int level = kernel.sampling().level(y);
    List<Meeting> meetings =
        kernel.sampling().meetings(y).stream()
            .filter(meeting -> level + meeting.offset() >= 0)
            .filter(meeting -> level + meeting.offset() < problem.taps().sourceHeight())
            .toList();
    int[] sourceOffsets = new int[problem.sourceChannels() * meetings.size()];
    int[] weightOffsets = new int[sourceOffsets.length];
    int k = 0;
    for (int c = 0; c < problem.sourceChannels(); c++) {
      for (var meeting : meetings) {
        sourceOffsets[k] = c * sourceMap + meeting.offset() * problem.taps().sourceWidth();
        weightOffsets[k] = (c * KERNEL + meeting.tap()) * KERNEL * lanes;
        k++;
      }
    }
    return new InputRows(sourceOffsets, weightOffsets);
  }

  @Override
  public String weightOrder() {
    return weightOrder;
  }

  @Override
  public float[][] pack(float[] weights) {
    float[][] packed = {new float[weights.length]};
    pack(weights, packed);
    return packed;
  }

  /** {@code [vector][source channel][kernel row][kernel column][lane]}. */
  @Override
  public void pack(float[] weights, float[][] packed) {
    int[] rows = new int[lanes];
    int at = 0;
    for (int first = 0; first < problem.groups() * problem.channels(); first += lanes) {
      problem.weightStarts(weights.length, first, rows);
      for (int c = 0; c < problem.sourceChannels(); c++, at += taps.length * lanes) {
        packLanes(weights, c * problem.weightOfSource(), rows, taps, packed[0], at);
      }
    }
  }

  private static void packLanes(
      float[] weights, int from, int[] rows, int[] taps, float[] to, int at) {
    for (int lane = 0; lane < rows.length; lane++) {
      int row = from + rows[lane];
      for (int t = 0; t < taps.length; t++) {
        to[at + t * rows.length + lane] = weights[row + taps[t]];
      }
    }
  }

  /** Elements of the kernel in the order of the source that they meet, but for {@code UP}. */
  private int[] taps() {
    return kernel.sampling() == Sampling.UP
        ? IntStream.range(0, KERNEL * KERNEL).toArray()
        : problem.parts().getFirst().taps().stream().mapToInt(Tap::weight).toArray();
  }

  @Override
  void sum(int hands, Workers workers) {
    int pieces = problem.images() * problem.groups() / kernel.groups();
    vectorRanges = Math.clamp(Math.ceilDiv(hands, pieces), 1, vectors);
    bandRanges = Math.clamp(Math.ceilDiv(hands, pieces * vectorRanges), 1, bands);
    units.run(pieces * vectorRanges * bandRanges, hands, workers);
  }

  private void runUnit(Scratch scratch, int unit) {
    int bandRange = unit % bandRanges;
    int vectorRange = unit / bandRanges % vectorRanges;
    int piece = unit / (bandRanges * vectorRanges);
    int firstBand = WorkCut.start(bands, bandRanges, bandRange);
    int endBand = WorkCut.start(bands, bandRanges, bandRange + 1);
    int endVector = WorkCut.start(vectors, vectorRanges, vectorRange + 1);
    scratch.call.source = source;
    scratch.call.weights = weights[0];
    for (int v = WorkCut.start(vectors, vectorRanges, vectorRange); v < endVector; v++) {
      for (int band = firstBand; band < endBand; band++) {
        scratch.sumBand(piece, v, band);
      }
    }
    scratch.call.release();
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final RowKernel.Call call = new RowKernel.Call();

    /** Kept, because the compiler leaves out reads whose values nobody sees. */
    float seen;

    Scratch() {
      call.columns = problem.width();
      call.sourceColumns = problem.taps().sourceWidth();
      call.sourcePerGroup = problem.sourceChannels() * sourceMap;
      call.sums = new float[rowsPerBand * problem.width() * lanes];
      call.square = new float[lanes * lanes];
    }

    /**
     * @param piece the group, or the span of groups, counted through all images
     */
    void sumBand(int piece, int vector, int band) {
      int firstRow = band * rowsPerBand;
      int endRow = Math.min(firstRow + rowsPerBand, problem.height());
      int span = piece % (problem.groups() / kernel.groups());
      call.weightsAt = (span * vectors + vector) * weightsPerVector;
      int sources = kernel.groups() * problem.sourceChannels();
      int map = piece * sources * sourceMap;
      if (vector == 0 && band == 0) {
        readAhead(map, sources * sourceMap);
      }
      for (int y = firstRow; y < endRow; y++) {
        var rows = inputRows[y];
        call.sourceOffsets = rows.sourceOffsets;
        call.weightOffsets = rows.weightOffsets;
        call.inputRows = rows.sourceOffsets.length;
        call.sourceAt = map + kernel.sampling().level(y) * problem.taps().sourceWidth();
        call.sumsAt = (y - firstRow) * problem.width() * lanes;
        kernel.run(call);
      }
      int positions = (endRow - firstRow) * problem.width();
      int channel = vector * lanes;
      int resultAt =
          (piece * vectors * lanes + channel) * problem.mapSize() + firstRow * problem.width();
      int first = span * vectors * lanes + channel;
      kernel.turn(call, positions, result, resultAt, problem.mapSize(), epilogue, first);
    }

    /**
     * Reads one value of every cache line. The rows of many channels are too many streams for the
     * processor to read ahead, one sweep over their maps is not; for maps in outer caches it is a
     * tenth of the time. Larger maps would push themselves out again.
     */
    private void readAhead(int from, int count) {
      if (count > READ_AHEAD_FLOATS) {
        return;
      }
      float sum = 0;
      for (int i = from; i < from + count; i += CACHE_LINE_FLOATS) {
        sum += source[i];
      }
      seen = sum;
    }
  }
}
