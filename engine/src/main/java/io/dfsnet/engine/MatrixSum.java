package io.dfsnet.engine;

import io.dfsnet.engine.TileKernel.Tile;
import java.util.List;
import java.util.Optional;

/**
 * A planned pointwise convolution, forward or backward to data, as a matrix product with vectors
 * over positions: for every image and group
 *
 * <pre>
 *   result [channels][positions] = weights [channels][sourceChannels] * source [sourceChannels][positions]
 * </pre>
 *
 * The source is read as it is. Its positions are cut into blocks that stay in the cache while tile
 * after tile of channels passes over them. What is left behind the last pair of vectors goes to
 * {@link TransposedTiles}, because a tile of one vector waits for its few sums:
 *
 * <pre>
 *   14x14 map     0 .. 31   32 .. 63   ...   160 .. 191   192 .. 195
 *                 m12v2     m12v2            m12v2        rows of a transposed m4v4
 * </pre>
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class MatrixSum extends PlannedSum implements BandedSum {
  /** 32 KiB of source per block: two thirds of a first-level cache. */
  private static final int BLOCK_FLOATS = 8 * 1024;

  private final Kernels kernels;
  private final SumProblem problem;
  private final int positions;
  private final ProductKernel widest;

  /** Of the channels of a group; the weights of a tile lie {@code [source channel][channel]}. */
  private final List<Tile<ProductKernel>> tiles;

  /** Positions from here on are left to {@link TransposedTiles}, in tiles as these. */
  private final int whole;

  private final List<Tile<ProductKernel>> restTiles;
  private final WeightPanels restWeights;
  private final String weightOrder;
  private final int blockSize;
  private final int[] blockStarts;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // How the call that is under way is cut.
  private int ranges;

  /** True if {@code kernels} can compute {@code problem} so. */
  static boolean serves(Kernels kernels, SumProblem problem) {
    return problem.isPointwise()
        && problem.taps().positions() >= kernels.products().getFirst().leastColumns();
  }

  MatrixSum(Kernels kernels, ProductKernel widest, SumProblem problem) {
    super(problem.multiplyAdds());
    this.kernels = kernels;
    this.problem = problem;
    this.positions = problem.taps().positions();
    this.widest = widest;
    this.tiles = Tile.split(problem.channels(), kernels.products(), widest);
    int tile = widest.columns();
    this.blockSize = Math.max(BLOCK_FLOATS / problem.sourceChannels() / tile, 1) * tile;
    int rest = rest();
    this.whole = positions - rest;
    this.restTiles = rest == 0 ? List.of() : Tile.split(rest, kernels.products(), widest);
    this.restWeights = rest == 0 ? null : WeightPanels.of(problem);
    String order = "tiles of " + widest.rows();
    this.weightOrder = restWeights == null ? order : order + " and " + WeightPanels.order();
    this.blockStarts = blockStarts();
  }

  /**
   * How many positions are left behind the last pair of vectors. None in maps that have no pair, or
   * if channels do not fill a panel.
   */
  private int rest() {
    int pair = 2 * widest.leastColumns();
    boolean fills = problem.channels() >= 4 * widest.leastColumns();
    return positions > pair && fills ? positions % pair : 0;
  }

  /** Multiples of a tile; a rest that is no vector belongs to the last block. */
  private int[] blockStarts() {
    int blocks = Math.max(Math.ceilDiv(whole - widest.leastColumns() + 1, blockSize), 1);
    int[] starts = new int[blocks + 1];
    for (int block = 0; block < blocks; block++) {
      starts[block] = block * blockSize;
    }
    starts[blocks] = whole;
    return starts;
  }

  @Override
  public String weightOrder() {
    return weightOrder;
  }

  @Override
  public float[][] pack(float[] weights) {
    var packed = new float[restWeights == null ? 1 : 2][weights.length];
    pack(weights, packed);
    return packed;
  }

  @Override
  public void pack(float[] weights, float[][] packed) {
    var taps = problem.parts().getFirst().taps();
    int groupSize = problem.channels() * problem.sourceChannels();
    int to = 0;
    for (int group = 0; group < problem.groups(); group++) {
      for (var tile : tiles) {
        int from = group * groupSize + tile.firstChannel() * problem.weightOfChannel();
        to = WeightTiles.pack(problem, taps, weights, from, tile.kernel().rows(), packed[0], to);
      }
    }
    if (restWeights != null) {
      restWeights.pack(weights, packed[1]);
    }
  }

  @Override
  void sum(int hands, Workers workers) {
    int pieces = problem.images() * problem.groups();
    ranges = Math.clamp(Math.ceilDiv(hands, pieces), 1, cells());
    units.run(pieces * ranges, hands, workers);
  }

  /**
   * A cell is a kernel call, a tile of channels by a block of positions, or a panel of channels by
   * the rest of the positions.
   */
  private int cells() {
    return wholeCells() + (restWeights == null ? 0 : restWeights.panels().size());
  }

  private int wholeCells() {
    return (blockStarts.length - 1) * tiles.size();
  }

  private void runUnit(Scratch scratch, int unit) {
    int piece = unit / ranges;
    int range = unit % ranges;
    int firstCell = WorkCut.start(cells(), ranges, range);
    int endCell = WorkCut.start(cells(), ranges, range + 1);
    scratch.begin(source, weights[0], epilogue, piece);
    for (int cell = firstCell; cell < Math.min(endCell, wholeCells()); cell++) {
      int start = blockStarts[cell / tiles.size()];
      int count = blockStarts[cell / tiles.size() + 1] - start;
      var tile = tiles.get(cell % tiles.size());
      int firstMap = piece * problem.channels() + tile.firstChannel();
      scratch.sum(start, count, tile, result, firstMap * positions + start);
    }
    if (endCell > wholeCells()) {
      scratch.sumRest(piece, Math.max(firstCell - wholeCells(), 0), endCell - wholeCells());
    }
    scratch.end();
  }

  @Override
  public Optional<BandedSum> banded() {
    return readsInPlace() ? Optional.of(this) : Optional.empty();
  }

  /** True if the source is read as it is. */
  boolean readsInPlace() {
    return problem.taps().isIdentity();
  }

  @Override
  public long sourceFloats() {
    return (long) problem.sourceChannels() * positions;
  }

  @Override
  public List<Chunk> chunks(int most) {
    return Chunk.of(tiles.stream().mapToInt(Tile::endChannel).toArray(), most);
  }

  @Override
  public Pieces pieces(List<Rows> bands) {
    return new MatrixPieces(bands);
  }

  /**
   * What a thread needs to compute bands of the result from a source of which nothing but a band is
   * there.
   */
  Projection projection(List<Rows> bands) {
    return new Projection(bands);
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final ProductKernel.Call call = new ProductKernel.Call(widest.longestRun());
    final PointwiseSource maps = new PointwiseSource(kernels, problem);
    final TransposedTiles rest =
        restWeights == null
            ? null
            : new TransposedTiles(kernels, restWeights, 1, positions - whole);
    int group;
    int sourceAt;

    void begin(float[] source, float[] weights, Epilogue epilogue, int piece) {
      maps.read(source, piece * problem.sourceChannels());
      begin(maps.values, maps.at, positions, weights, epilogue, piece);
    }

    /**
     * @param step from a source channel to the next
     */
    void begin(float[] source, int at, int step, float[] weights, Epilogue epilogue, int piece) {
      group = piece % problem.groups();
      sourceAt = at;
      call.a = weights;
      call.b = source;
      call.bStep = step;
      call.reduction = problem.sourceChannels();
      call.cRow = positions;
      call.epilogue = epilogue;
    }

    void sum(int start, int count, Tile<ProductKernel> tile, float[] result, int to) {
      int firstChannel = group * problem.channels() + tile.firstChannel();
      call.columns = count;
      call.aAt = firstChannel * problem.sourceChannels();
      call.aStep = tile.kernel().rows();
      call.bAt = sourceAt + start;
      call.c = result;
      call.cAt = to;
      call.channel = firstChannel;
      tile.kernel().run(call);
    }

    void sumRest(int piece, int firstPanel, int endPanel) {
      rest.read(0, restTiles, whole, maps);
      rest.begin(weights[1], epilogue, result);
      for (int panel = firstPanel; panel < endPanel; panel++) {
        rest.sum(0, restTiles, whole, piece, restWeights.panels().get(panel));
      }
      rest.release();
    }

    void end() {
      call.release();
      maps.release();
    }
  }

  /**
   * Computes some tiles for neighbouring positions, block by block.
   *
   * @param first the first position in the source
   * @param to where the first position of the group's channel 0 belongs in {@code result}
   */
  private void sumBlocks(
      Scratch scratch, int firstTile, int endTile, int first, int count, float[] result, int to) {
    int resultMap = scratch.call.cRow;
    for (int from = 0, next; from < count; from = next) {
      next = count - from < blockSize + widest.leastColumns() ? count : from + blockSize;
      for (int t = firstTile; t < endTile; t++) {
        var tile = tiles.get(t);
        int map = to + tile.firstChannel() * resultMap;
        scratch.sum(first + from, next - from, tile, result, map + from);
      }
    }
  }

  /** Bands of the result, one behind the other, from a source that is whole. */
  private final class MatrixPieces implements Pieces {
    private final Scratch scratch = new Scratch();
    private final Spans spans;
    private int band;

    MatrixPieces(List<Rows> bands) {
      this.spans = Spans.of(bands, problem.width());
    }

    @Override
    public void begin(float[] source, float[] weights, Epilogue epilogue, int piece, int band) {
      scratch.begin(source, weights, epilogue, piece);
      scratch.call.cRow = spans.counts[band];
      this.band = band;
    }

    @Override
    public void sum(Chunk chunk, float[] result, int to) {
      int count = spans.counts[band];
      int firstMap = to - chunk.firstChannel() * count;
      sumBlocks(
          scratch, chunk.firstTile(), chunk.endTile(), spans.starts[band], count, result, firstMap);
    }

    @Override
    public void end() {
      scratch.end();
    }
  }

  /** Bands of a result that is whole, from a source in bands, one behind the other. */
  final class Projection {
    private final Scratch scratch = new Scratch();
    private final Spans spans;

    private Projection(List<Rows> bands) {
      this.spans = Spans.of(bands, problem.width());
    }

    /**
     * Computes all channels of a band.
     *
     * @param source from {@code at} on, the band's positions of every source channel of the group
     * @param piece an image's group, counted through all images
     */
    void sum(
        float[] source,
        int at,
        float[] weights,
        Epilogue epilogue,
        int piece,
        int band,
        float[] result) {
      int count = spans.counts[band];
      scratch.begin(source, at, count, weights, epilogue, piece);
      int firstMap = piece * problem.channels() * positions;
      sumBlocks(scratch, 0, tiles.size(), 0, count, result, firstMap + spans.starts[band]);
      scratch.end();
    }
  }

  /** Bands as positions. */
  private record Spans(int[] starts, int[] counts) {

    static Spans of(List<Rows> bands, int width) {
      return new Spans(
          bands.stream().mapToInt(rows -> rows.first() * width).toArray(),
          bands.stream().mapToInt(rows -> rows.count() * width).toArray());
    }
  }
}
