package io.dfsnet.engine;

import io.dfsnet.engine.TileKernel.Tile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A planned pointwise convolution, forward or backward to data, as a matrix product with vectors
 * over the channels of the result, for maps that do not fill vectors: {@link TransposedTiles}, band
 * of positions by panel of channels.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class TransposedSum extends PlannedSum {
  /** A band has this many positions up to almost twice as many. */
  private static final int BAND_POSITIONS = 96;

  /** 256 KiB: the maps of a block of images stay in a second-level cache. */
  private static final int BLOCK_FLOATS = 64 * 1024;

  /** Cells per thread, so that threads end at about the same time. */
  private static final int RANGES_PER_HAND = 4;

  private final Kernels kernels;
  private final SumProblem problem;
  private final int positions;
  private final int bands;
  private final WeightPanels weightPanels;
  private final List<List<Tile<ProductKernel>>> bandTiles = new ArrayList<>();
  private final WorkCut cut;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way, and how it is cut.
  private long calls;
  private int ranges;

  /** True if {@code kernels} can compute {@code problem} so. */
  static boolean serves(Kernels kernels, SumProblem problem) {
    return problem.isPointwise()
        && problem.channels() >= kernels.products().getFirst().leastColumns();
  }

  TransposedSum(Kernels kernels, ProductKernel widest, SumProblem problem) {
    super(problem.multiplyAdds());
    this.kernels = kernels;
    this.problem = problem;
    this.positions = problem.taps().positions();
    this.bands = Math.max(positions / BAND_POSITIONS, 1);
    this.weightPanels = WeightPanels.of(problem);
    for (int band = 0; band < bands; band++) {
      int size = firstPosition(band + 1) - firstPosition(band);
      bandTiles.add(Tile.split(size, kernels.products(), widest));
    }
    int imageFloats = problem.sourceChannels() * positions;
    this.cut =
        WorkCut.of(
            problem.images(), 1, new WorkCut.Limits(BLOCK_FLOATS, 1, 1, 1), _ -> imageFloats);
  }

  @Override
  public String weightOrder() {
    return WeightPanels.order();
  }

  @Override
  public float[][] pack(float[] weights) {
    float[][] packed = {new float[weights.length]};
    pack(weights, packed);
    return packed;
  }

  @Override
  public void pack(float[] weights, float[][] packed) {
    weightPanels.pack(weights, packed[0]);
  }

  @Override
  void sum(int hands, Workers workers) {
    calls++;
    int pieces = cut.blocks() * problem.groups();
    int wanted = hands == 1 ? 1 : Math.ceilDiv(RANGES_PER_HAND * hands, pieces);
    ranges = Math.clamp(wanted, 1, cells());
    units.run(pieces * ranges, hands, workers);
  }

  private int firstPosition(int band) {
    return WorkCut.start(positions, bands, band);
  }

  private int mostImages() {
    return IntStream.range(0, cut.blocks())
        .map(block -> cut.firstImage(block + 1) - cut.firstImage(block))
        .max()
        .orElseThrow();
  }

  /** A cell is a panel of channels by a band of positions. */
  private int cells() {
    return weightPanels.panels().size() * bands;
  }

  private void runUnit(Scratch scratch, int unit) {
    int piece = unit / ranges;
    int range = unit % ranges;
    int firstCell = WorkCut.start(cells(), ranges, range);
    int endCell = WorkCut.start(cells(), ranges, range + 1);
    scratch.sumCells(piece, firstCell, endCell);
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final PointwiseSource maps = new PointwiseSource(kernels, problem);
    final TransposedTiles sums =
        new TransposedTiles(
            kernels, weightPanels, bands * mostImages(), Math.ceilDiv(positions, bands));

    /** Of which block and group the bands are packed, and in which call. */
    private int packedPiece;

    private long packedCall;

    /** Panel after panel, so that a panel is read once for a block of images. */
    void sumCells(int piece, int firstCell, int endCell) {
      int firstImage = cut.firstImage(piece / problem.groups());
      int endImage = cut.firstImage(piece / problem.groups() + 1);
      int group = piece % problem.groups();
      if (packedCall != calls || packedPiece != piece) {
        packBands(firstImage, endImage, group);
        packedCall = calls;
        packedPiece = piece;
      }
      sums.begin(weights[0], epilogue, result);
      for (int cell = firstCell; cell < endCell; cell++) {
        var panel = weightPanels.panels().get(cell / bands);
        int band = cell % bands;
        for (int image = firstImage; image < endImage; image++) {
          int packed = (image - firstImage) * bands + band;
          int imageGroup = image * problem.groups() + group;
          sums.sum(packed, bandTiles.get(band), firstPosition(band), imageGroup, panel);
        }
      }
      sums.release();
    }

    private void packBands(int firstImage, int endImage, int group) {
      for (int image = firstImage; image < endImage; image++) {
        maps.read(source, (image * problem.groups() + group) * problem.sourceChannels());
        for (int band = 0; band < bands; band++) {
          int packed = (image - firstImage) * bands + band;
          sums.read(packed, bandTiles.get(band), firstPosition(band), maps);
        }
      }
      maps.release();
    }
  }
}
