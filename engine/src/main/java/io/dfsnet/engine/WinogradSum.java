package io.dfsnet.engine;

/**
 * A planned 3x3 sum by {@link Winograd}'s filtering, with vectors over output channels: the forward
 * pass, and backward to data. The rows of products are those of {@link BlockedSum}'s kernels, which
 * see a kernel of one row:
 *
 * <pre>
 *   source maps          points, as rows              products of a vector     result maps
 *   c0 [y][x]            V0 [tile][c][x]              of channels              o0 [y][x]
 *   c1 [y][x]  source    V1 [tile][c][x]   rows       M0 [tile][x][lane]       o1 [y][x]
 *   ...        ------->  ...              ------->    ...             result   ...
 *                        V5 [tile][c][x]              M5 [tile][x][lane]  and
 *                                                                        turn
 * </pre>
 *
 * The points of some tiles of all source channels are computed once and serve all vectors of output
 * channels.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class WinogradSum extends PlannedSum {
  /** 24 KiB: the products of a band stay in a first-level cache. */
  private static final int BAND_FLOATS = 6 * 1024;

  /** 192 KiB: the points of a chunk stay in a second-level cache. */
  private static final int CHUNK_FLOATS = 48 * 1024;

  private final Kernels kernels;
  private final SumProblem problem;
  private final RowKernel kernel;
  private final int lanes;
  private final int vectors;
  private final int tiles;
  private final int tilesPerBand;
  private final int tilesPerChunk;
  private final int tileFloats;
  private final int pointWeights;
  private final int[] sourceOffsets;
  private final int[] weightOffsets;
  private final String weightOrder;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // How the call that is under way is cut.
  private int vectorRanges;
  private int tileRanges;

  /** True if {@code kernel} can compute the rows of {@code problem}. */
  static boolean serves(SumProblem problem, RowKernel kernel, int lanes) {
    return Winograd.serves(problem)
        && kernel.sampling() == Sampling.SAME
        && kernel.groups() == 1
        && problem.channels() % lanes == 0
        && kernel.admits(problem.width());
  }

  WinogradSum(Kernels kernels, RowKernel kernel, SumProblem problem) {
    super(problem.multiplyAdds());
    this.kernels = kernels;
    this.problem = problem;
    this.kernel = kernel;
    this.lanes = kernels.lanes(problem.mapSize());
    this.vectors = problem.channels() / lanes;
    this.tiles = Winograd.tiles(problem.height());
    int products = Winograd.POINTS * problem.width() * lanes;
    this.tilesPerBand = Math.clamp(BAND_FLOATS / products, 1, tiles);
    this.tileFloats = problem.sourceChannels() * problem.width();
    this.tilesPerChunk = Math.clamp(CHUNK_FLOATS / (Winograd.POINTS * tileFloats), 1, tiles);
    this.pointWeights = problem.sourceChannels() * Winograd.COLUMNS * lanes;
    this.sourceOffsets = new int[problem.sourceChannels()];
    this.weightOffsets = new int[problem.sourceChannels()];
    for (int c = 0; c < problem.sourceChannels(); c++) {
      sourceOffsets[c] = c * problem.width();
      weightOffsets[c] = c * Winograd.COLUMNS * lanes;
    }
    this.weightOrder = "points of vectors of " + lanes;
  }

  @Override
  public String weightOrder() {
    return weightOrder;
  }

  @Override
  public float[][] pack(float[] weights) {
    float[][] packed = {new float[Winograd.weightFloats(problem)]};
    pack(weights, packed);
    return packed;
  }

  /** {@code [vector][point][source channel][kernel column][lane]}. */
  @Override
  public void pack(float[] weights, float[][] packed) {
    var taps = problem.parts().getFirst().taps();
    int rowStep = taps.get(Winograd.COLUMNS).weight() - taps.get(0).weight();
    int[] from = new int[lanes];
    int to = 0;
    for (int first = 0; first < problem.groups() * problem.channels(); first += lanes) {
      problem.weightStarts(weights.length, first, from);
      for (int c = 0; c < problem.sourceChannels(); c++) {
        for (int column = 0; column < Winograd.COLUMNS; column++, to += lanes) {
          int at = c * problem.weightOfSource() + taps.get(column).weight();
          for (int lane = 0; lane < lanes; lane++) {
            Winograd.kernel(weights, from[lane] + at, rowStep, packed[0], to + lane, pointWeights);
          }
        }
      }
      to += (Winograd.POINTS - 1) * pointWeights;
    }
  }

  @Override
  void sum(int hands, Workers workers) {
    // Threads that share tiles read all weights each, those that share vectors transform all tiles.
    int pieces = problem.images() * problem.groups();
    int ranges = Math.ceilDiv(hands, pieces);
    if (vectors * pointWeights > tiles * tileFloats) {
      vectorRanges = Math.clamp(ranges, 1, vectors);
      tileRanges = Math.clamp(Math.ceilDiv(ranges, vectorRanges), 1, tiles);
    } else {
      tileRanges = Math.clamp(ranges, 1, tiles);
      vectorRanges = Math.clamp(Math.ceilDiv(ranges, tileRanges), 1, vectors);
    }
    units.run(pieces * tileRanges * vectorRanges, hands, workers);
  }

  private void runUnit(Scratch scratch, int unit) {
    int vectorRange = unit % vectorRanges;
    int tileRange = unit / vectorRanges % tileRanges;
    int piece = unit / (vectorRanges * tileRanges);
    int endTile = WorkCut.start(tiles, tileRanges, tileRange + 1);
    int firstVector = WorkCut.start(vectors, vectorRanges, vectorRange);
    int endVector = WorkCut.start(vectors, vectorRanges, vectorRange + 1);
    scratch.call.weights = weights[0];
    int tile = WorkCut.start(tiles, tileRanges, tileRange);
    while (tile < endTile) {
      int end = Math.min(tile + tilesPerChunk, endTile);
      scratch.transform(piece, tile, end);
      for (int v = firstVector; v < endVector; v++) {
        for (int band = tile; band < end; band += tilesPerBand) {
          scratch.sumBand(piece, v, band, Math.min(band + tilesPerBand, end));
        }
      }
      tile = end;
    }
    scratch.call.weights = null;
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final RowKernel.Call call = new RowKernel.Call();
    final TileTransforms transforms = kernels.transforms();
    final SourceTiles sourceTiles = new SourceTiles(kernels, problem.height(), problem.width());

    /** {@code [point][tile][source channel][column]}, an overrun behind each point. */
    final float[] points;

    final int pointStep;

    /** From a row of finished sums, or of products, to the next. */
    final int row = problem.width() * lanes;

    /** The products of a band begin behind its finished sums. */
    final int products = tilesPerBand * Winograd.ROWS * row;

    int firstTile;

    Scratch() {
      pointStep = tilesPerChunk * tileFloats + transforms.overrun();
      points = new float[Winograd.POINTS * pointStep];
      sourceTiles.into(points, problem.width(), pointStep);
      call.source = points;
      call.sourceOffsets = sourceOffsets;
      call.weightOffsets = weightOffsets;
      call.inputRows = problem.sourceChannels();
      call.columns = problem.width();
      call.sourceColumns = problem.width();
      call.sums = new float[products + tilesPerBand * Winograd.POINTS * row];
      call.square = new float[lanes * lanes];
    }

    /** Brings tiles of all source channels of a group to the points. */
    void transform(int piece, int first, int end) {
      firstTile = first;
      int channels = problem.sourceChannels();
      int firstMap = piece * channels * problem.mapSize();
      for (int tile = first; tile < end; tile++) {
        int to = (tile - first) * tileFloats;
        sourceTiles.transform(source, firstMap, channels, tile, to);
      }
    }

    /** Computes some tiles, which are transformed, of a vector of output channels. */
    void sumBand(int piece, int vector, int first, int end) {
      int group = piece % problem.groups();
      int tilesOfBand = end - first;
      int weightsAt = (group * vectors + vector) * Winograd.POINTS * pointWeights;
      for (int point = 0; point < Winograd.POINTS; point++) {
        call.weightsAt = weightsAt + point * pointWeights;
        call.sourceAt = point * pointStep + (first - firstTile) * tileFloats;
        call.sumsAt = products + point * row;
        for (int t = 0; t < tilesOfBand; t++) {
          kernel.run(call);
          call.sourceAt += tileFloats;
          call.sumsAt += Winograd.POINTS * row;
        }
      }
      int tileStep = Winograd.POINTS * row;
      transforms.result(call.sums, products, row, tilesOfBand, tileStep, row, call.sums, 0, row);
      int firstRow = first * Winograd.ROWS;
      int rows = Math.min(tilesOfBand * Winograd.ROWS, problem.height() - firstRow);
      int channel = vector * lanes;
      int resultAt =
          (piece * problem.channels() + channel) * problem.mapSize() + firstRow * problem.width();
      int biasChannel = group * problem.channels() + channel;
      kernel.turn(
          call, rows * problem.width(), result, resultAt, problem.mapSize(), epilogue, biasChannel);
    }
  }
}
