package io.dfsnet.engine;

import io.dfsnet.engine.SumProblem.Tap;
import java.util.List;

/**
 * A planned sum that reads its source in place, for 3x3 kernels with stride 1 and a border of one,
 * and few channels per group: the forward pass, and backward to data. With few channels a value is
 * used so seldom that packing it, or turning sums into maps, would cost a good part of the time.
 * Vectors hold positions of a row, as the maps themselves do:
 *
 * <pre>
 *    source channel                         result channels
 *      above    . . . . . . . . .
 *      row 0    . [a b c d e f g h] .         [ patch of       ]
 *      row 1    . [i j k l m n o p] .   ->    [ rows x lanes,  ]  for m channels
 *      below    . . . . . . . . .             [ in registers   ]
 * </pre>
 *
 * Rows of padding are read from an array of zeros. At the left and right edge a vector reaches into
 * a neighbouring row, and that lane is set to zero. Only patches that read the first or the last
 * row of all could reach out of the source: they read a copy.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class InPlaceSum extends PlannedSum {
  private static final int KERNEL = 3;

  /** Before and behind what is copied or zero, for vectors that reach beyond a row. */
  private static final int MARGIN = 16;

  private final Kernels kernels;
  private final SumProblem problem;
  private final PatchKernel kernel;
  private final PatchKernel narrower;
  private final int tiles;
  private final int wholePatches;
  private final String weightOrder;
  private final float[] zeros;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // How the call that is under way is cut.
  private int patchRanges;

  /** True if {@code kernel} can compute {@code problem}. */
  static boolean serves(SumProblem problem, PatchKernel kernel) {
    return problem.isPadded3x3(Sampling.SAME)
        && problem.channels() % kernel.rows() == 0
        && problem.width() >= kernel.columns()
        && problem.height() >= kernel.patchRows();
  }

  InPlaceSum(Kernels kernels, PatchKernel kernel, SumProblem problem) {
    super(problem.multiplyAdds());
    this.kernels = kernels;
    this.problem = problem;
    this.kernel = kernel;
    this.narrower = kernel.narrower();
    this.tiles = problem.channels() / kernel.rows();
    this.wholePatches = problem.height() / kernel.patchRows();
    this.weightOrder = "tiles of " + kernel.rows();
    this.zeros = new float[MARGIN + problem.width() + MARGIN];
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

  /** {@code [group][tile][source channel][kernel row][kernel column][tile row]}. */
  @Override
  public void pack(float[] weights, float[][] packed) {
    List<Tap> taps = problem.parts().getFirst().taps();
    int groupSize = weights.length / problem.groups();
    int to = 0;
    for (int group = 0; group < problem.groups(); group++) {
      for (int m = 0; m < problem.channels(); m += kernel.rows()) {
        int from = group * groupSize + m * problem.weightOfChannel();
        to = WeightTiles.pack(problem, taps, weights, from, kernel.rows(), packed[0], to);
      }
    }
  }

  @Override
  void sum(int hands, Workers workers) {
    int maps = problem.images() * problem.groups();
    patchRanges = Math.clamp(Math.ceilDiv(hands, maps), 1, wholePatches);
    units.run(maps * patchRanges, hands, workers);
  }

  private void runUnit(Scratch scratch, int unit) {
    int maps = unit / patchRanges;
    int range = unit % patchRanges;
    scratch.begin();
    int first = WorkCut.start(wholePatches, patchRanges, range);
    int end = WorkCut.start(wholePatches, patchRanges, range + 1);
    for (int p = first; p < end; p++) {
      scratch.sumRows(maps, p * kernel.patchRows());
    }
    if (end == wholePatches && problem.height() % kernel.patchRows() > 0) {
      // The last patch repeats rows of the one before it, which the same thread has computed.
      scratch.sumRows(maps, problem.height() - kernel.patchRows());
    }
    int endRow = end == wholePatches ? problem.height() : end * kernel.patchRows();
    scratch.finish(maps, first * kernel.patchRows(), endRow);
    scratch.call.release();
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final PatchKernel.Call call = new PatchKernel.Call();
    final float[] copy;

    Scratch() {
      int rows = problem.sourceChannels() * (kernel.patchRows() + KERNEL - 1);
      copy = new float[MARGIN + rows * problem.width() + MARGIN];
      call.channels = problem.sourceChannels();
      call.sourcePitch = problem.width();
      call.resultPitch = problem.width();
      call.resultChannel = problem.mapSize();
      call.weightsPerChannel = KERNEL * KERNEL * kernel.rows();
    }

    void begin() {
      call.weights = weights[0];
      call.result = result;
    }

    /**
     * Computes {@link PatchKernel#patchRows} rows of all channels of a group.
     *
     * @param maps the group, counted through all images
     * @param y the first row
     */
    void sumRows(int maps, int y) {
      int group = maps % problem.groups();
      int firstChannel = maps * problem.channels();
      placeRows(maps, y);
      int resultAt = firstChannel * problem.mapSize() + y * problem.width();
      int width = problem.width();
      for (int x = 0; x < width; x += kernel.columns()) {
        var patch = width - x <= narrower.columns() ? narrower : kernel;
        // The last patch repeats columns of the one before it.
        int column = Math.min(x, width - patch.columns());
        sumPatch(patch, group, column, resultAt + column);
      }
    }

    /** All rows of a unit at once: for the few of a patch a call takes longer than what it does. */
    void finish(int maps, int firstRow, int endRow) {
      if (epilogue.isNone()) {
        return;
      }
      int firstChannel = maps * problem.channels();
      int group = maps % problem.groups();
      for (int m = 0; m < problem.channels(); m++) {
        int at = (firstChannel + m) * problem.mapSize() + firstRow * problem.width();
        int count = (endRow - firstRow) * problem.width();
        kernels.finish(result, at, result, at, count, epilogue, group * problem.channels() + m);
      }
    }

    /** Where the kernel finds the source of rows {@code y} and following. */
    private void placeRows(int maps, int y) {
      int end = y + kernel.patchRows();
      int width = problem.width();
      call.source = source;
      call.sourceChannel = problem.mapSize();
      call.sourceAt = maps * problem.sourceChannels() * problem.mapSize() + y * width;
      // Vectors reach one value beyond the rows that they load, those above and below included.
      boolean readsFirst = maps == 0 && y <= 1;
      boolean readsLast =
          maps == problem.images() * problem.groups() - 1 && end >= problem.height() - 1;
      if (readsFirst || readsLast) {
        copyRows(y == 0 ? 0 : y - 1, Math.min(end + 1, problem.height()), y);
      }
      call.above = y == 0 ? zeros : call.source;
      call.aboveAt = y == 0 ? MARGIN : call.sourceAt - width;
      call.aboveChannel = y == 0 ? 0 : call.sourceChannel;
      boolean atBottom = end == problem.height();
      call.below = atBottom ? zeros : call.source;
      call.belowAt = atBottom ? MARGIN : call.sourceAt + kernel.patchRows() * width;
      call.belowChannel = atBottom ? 0 : call.sourceChannel;
    }

    /** Lets the kernel read rows from {@code first} to {@code end} from a copy with margins. */
    private void copyRows(int first, int end, int y) {
      int width = problem.width();
      int count = (end - first) * width;
      int from = call.sourceAt + (first - y) * width;
      for (int c = 0; c < problem.sourceChannels(); c++) {
        System.arraycopy(source, from + c * problem.mapSize(), copy, MARGIN + c * count, count);
      }
      call.source = copy;
      call.sourceAt = MARGIN + (y - first) * width;
      call.sourceChannel = count;
    }

    private void sumPatch(PatchKernel patch, int group, int column, int resultAt) {
      call.atLeftEdge = column == 0;
      call.atRightEdge = column == problem.width() - patch.columns();
      call.sourceAt += column;
      call.aboveAt += column;
      call.belowAt += column;
      int tileSize = call.channels * KERNEL * KERNEL * kernel.rows();
      for (int t = 0; t < tiles; t++) {
        call.weightsAt = (group * tiles + t) * tileSize;
        call.resultAt = resultAt + t * kernel.rows() * problem.mapSize();
        patch.run(call);
      }
      call.sourceAt -= column;
      call.aboveAt -= column;
      call.belowAt -= column;
    }
  }
}
