package io.dfsnet.engine;

import io.dfsnet.engine.TileKernel.Tile;
import java.util.ArrayList;
import java.util.List;

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

  // How the call that is under way is cut.
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
      int size = WorkCut.start(positions, bands, band + 1) - WorkCut.start(positions, bands, band);
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
    int pieces = cut.blocks() * problem.groups();
    int wanted = hands == 1 ? 1 : Math.ceilDiv(RANGES_PER_HAND * hands, pieces);
    ranges = Math.clamp(wanted, 1, cells());
    units.run(pieces * ranges, hands, workers);
  }

  /** A cell is a panel of channels by a band of positions. */
  private int cells() {
    return weightPanels.panels().size() * bands;
  }

  private void runUnit(Scratch scratch, int unit) {
    int piece = unit / ranges;
    int range = unit % ranges;
    int block = piece / problem.groups();
    int group = piece % problem.groups();
    int firstCell = WorkCut.start(cells(), ranges, range);
    int endCell = WorkCut.start(cells(), ranges, range + 1);
    scratch.sumCells(block, group, firstCell, endCell);
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final PointwiseSource maps = new PointwiseSource(kernels, problem);
    final TransposedTiles sums =
        new TransposedTiles(kernels, weightPanels, Math.ceilDiv(positions, bands));

    /** Panel after panel, so that a panel is read once for a block of images. */
    void sumCells(int block, int group, int firstCell, int endCell) {
      sums.begin(weights[0], epilogue, result);
      for (int cell = firstCell; cell < endCell; cell++) {
        var panel = weightPanels.panels().get(cell / bands);
        int band = cell % bands;
        int first = WorkCut.start(positions, bands, band);
        for (int image = cut.firstImage(block); image < cut.firstImage(block + 1); image++) {
          int piece = image * problem.groups() + group;
          maps.read(source, piece * problem.sourceChannels());
          sums.sum(bandTiles.get(band), first, maps, piece, panel);
        }
      }
      sums.release();
      maps.release();
    }
  }
}
