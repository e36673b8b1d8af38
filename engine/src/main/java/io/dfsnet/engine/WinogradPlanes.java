package io.dfsnet.engine;

import io.dfsnet.engine.TileKernel.Tile;
import java.util.Arrays;
import java.util.List;

/**
 * As {@link WinogradSum}, but with vectors over positions, for result channels that fill no
 * vectors, and for scalar code. The points of a source channel are planes, as those of {@link
 * Planes}, with a column of zeros before every row and one behind the last; the three kernel
 * columns are the same plane at three offsets:
 *
 * <pre>
 *   a plane of two tiles, four columns      0 a b c d 0 e f g h 0
 *   kernel column 0 of position a reads     ^
 *   kernel column 2 of position a reads         ^
 * </pre>
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class WinogradPlanes extends PlannedSum {
  /** 384 KiB: the planes of a chunk stay in a second-level cache. */
  private static final int CHUNK_FLOATS = 96 * 1024;

  private final Kernels kernels;
  private final SumProblem problem;
  private final List<Tile<SumKernel>> channelTiles;
  private final int pitch;
  private final int tiles;
  private final int tilesPerChunk;
  private final int lanes;
  private final int planeSize;

  /** True if rows are multiples of a run: then runs leave out the columns of zeros. */
  private final boolean wholeRuns;

  private final int[] offsets;
  private final String weightOrder;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // How the call that is under way is cut.
  private int channelRanges;
  private int tileRanges;

  WinogradPlanes(Kernels kernels, SumKernel widest, SumProblem problem) {
    super(problem.multiplyAdds());
    this.kernels = kernels;
    this.problem = problem;
    this.channelTiles = Tile.split(problem.channels(), kernels.sums(), widest);
    this.pitch = problem.width() + 1;
    this.tiles = Winograd.tiles(problem.height());
    int rowFloats = Winograd.POINTS * problem.sourceChannels() * pitch;
    this.tilesPerChunk = Math.clamp(CHUNK_FLOATS / rowFloats, 1, tiles);
    this.lanes = kernels.lanes(tilesPerChunk * pitch);
    this.wholeRuns = problem.width() % lanes == 0;
    // Behind the last position: a run, and the columns that it sees.
    this.planeSize =
        tilesPerChunk * pitch + Math.max(lanes, kernels.transforms().overrun()) + Winograd.COLUMNS;
    this.offsets = new int[problem.sourceChannels() * Winograd.COLUMNS];
    Arrays.setAll(offsets, k -> k / Winograd.COLUMNS * planeSize + k % Winograd.COLUMNS);
    this.weightOrder = "points of tiles of " + channelTiles.getFirst().kernel().rows();
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

  /** {@code [group][tile][point][source channel][kernel column][tile row]}. */
  @Override
  public void pack(float[] weights, float[][] packed) {
    var taps = problem.parts().getFirst().taps();
    int rowStep = taps.get(Winograd.COLUMNS).weight() - taps.get(0).weight();
    int groupSize = weights.length / problem.groups();
    for (int group = 0; group < problem.groups(); group++) {
      for (int i = 0; i < channelTiles.size(); i++) {
        var tile = channelTiles.get(i);
        int rows = tile.kernel().rows();
        for (int m = 0; m < rows; m++) {
          int from = group * groupSize + (tile.firstChannel() + m) * problem.weightOfChannel();
          int to = weightsAt(group, tile) + m;
          for (int k = 0; k < offsets.length; k++, to += rows) {
            int at =
                from
                    + k / Winograd.COLUMNS * problem.weightOfSource()
                    + taps.get(k % Winograd.COLUMNS).weight();
            Winograd.kernel(weights, at, rowStep, packed[0], to, offsets.length * rows);
          }
        }
      }
    }
  }

  private int weightsAt(int group, Tile<SumKernel> tile) {
    int channel = group * problem.channels() + tile.firstChannel();
    return channel * Winograd.POINTS * offsets.length;
  }

  @Override
  void sum(int hands, Workers workers) {
    int pieces = problem.images() * problem.groups();
    tileRanges = Math.clamp(Math.ceilDiv(hands, pieces), 1, tiles);
    channelRanges = Math.clamp(Math.ceilDiv(hands, pieces * tileRanges), 1, channelTiles.size());
    units.run(pieces * tileRanges * channelRanges, hands, workers);
  }

  private void runUnit(Scratch scratch, int unit) {
    int channelRange = unit % channelRanges;
    int tileRange = unit / channelRanges % tileRanges;
    int piece = unit / (channelRanges * tileRanges);
    int endTile = WorkCut.start(tiles, tileRanges, tileRange + 1);
    int first = WorkCut.start(channelTiles.size(), channelRanges, channelRange);
    int end = WorkCut.start(channelTiles.size(), channelRanges, channelRange + 1);
    scratch.call.weights = weights[0];
    int tile = WorkCut.start(tiles, tileRanges, tileRange);
    while (tile < endTile) {
      int count = Math.min(tilesPerChunk, endTile - tile);
      scratch.transform(piece, tile, count);
      for (int i = first; i < end; i++) {
        scratch.sumTile(piece, channelTiles.get(i), tile, count);
      }
      tile += count;
    }
    scratch.call.weights = null;
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final SumKernel.Call call = new SumKernel.Call(lanes);
    final TileTransforms transforms = kernels.transforms();
    final SourceTiles sourceTiles = new SourceTiles(kernels, problem.height(), problem.width());

    /** {@code [point][source channel]}. */
    final float[] planes;

    final int pointPlanes = problem.sourceChannels() * planeSize;

    /** From a row of products to the next. */
    final int productPitch = wholeRuns ? problem.width() : pitch;

    final int runs = Math.ceilDiv(tilesPerChunk * productPitch, lanes);

    /** {@code [point][tile row][position]}. */
    final float[] products;

    /** {@code [row of the result][column]}. */
    final float[] sums;

    /** Vectors may reach beyond a row that is no multiple of them. */
    final int sumsPitch = wholeRuns ? problem.width() : problem.width() + transforms.overrun();

    final int map = runs * lanes + transforms.overrun();

    Scratch() {
      int rows = channelTiles.getFirst().kernel().rows();
      planes = new float[Winograd.POINTS * pointPlanes];
      sourceTiles.into(planes, planeSize, pointPlanes);
      this.products = new float[Winograd.POINTS * rows * map];
      sums = new float[tilesPerChunk * Winograd.ROWS * sumsPitch];
      int[] products = new int[runs];
      int[] sources = new int[runs];
      for (int run = 0; run < runs; run++) {
        products[run] = run * lanes;
        sources[run] = products[run] / productPitch * pitch + products[run] % productPitch;
      }
      call.positions = new Positions(lanes, runs, sources, products);
      call.planes = planes;
      call.offsets = offsets;
      call.reduction = offsets.length;
      call.out = this.products;
      call.outChannelSize = map;
    }

    /** Brings tiles of all source channels of a group to the points. */
    void transform(int piece, int firstTile, int count) {
      int channels = problem.sourceChannels();
      int firstMap = piece * channels * problem.mapSize();
      for (int t = 0; t < count; t++) {
        int to = t * pitch + 1;
        sourceTiles.transform(source, firstMap, channels, firstTile + t, to);
        // The overrun of a row reaches into the column of zeros behind it.
        for (int c = 0; c < channels; c++) {
          zeroColumn(c * planeSize + to + problem.width());
        }
      }
    }

    private void zeroColumn(int at) {
      for (int point = 0; point < Winograd.POINTS; point++) {
        planes[at + point * pointPlanes] = 0;
      }
    }

    /** Computes some tiles, which are transformed, of some channels. */
    void sumTile(int piece, Tile<SumKernel> tile, int firstTile, int count) {
      int group = piece % problem.groups();
      int rows = tile.kernel().rows();
      call.endRun = Math.ceilDiv(count * productPitch, lanes);
      for (int point = 0; point < Winograd.POINTS; point++) {
        call.planesAt = point * pointPlanes;
        call.weightsAt = weightsAt(group, tile) + point * offsets.length * rows;
        call.outAt = point * rows * map;
        tile.kernel().run(call);
      }
      int firstRow = firstTile * Winograd.ROWS;
      int endRow = Math.min(firstRow + count * Winograd.ROWS, problem.height());
      for (int m = 0; m < rows; m++) {
        int channel = tile.firstChannel() + m;
        int firstMap = piece * problem.channels() + channel;
        int to = firstMap * problem.mapSize() + firstRow * problem.width();
        int biasChannel = group * problem.channels() + channel;
        if (wholeRuns && epilogue.isNone() && endRow - firstRow == count * Winograd.ROWS) {
          toRows(m, rows, count, result, to, problem.width());
        } else {
          finish(m, rows, count, endRow - firstRow, to, biasChannel);
        }
      }
    }

    /** Brings the products of a channel to rows, tile by tile. */
    private void toRows(int m, int rows, int tiles, float[] to, int toAt, int rowPitch) {
      int width = problem.width();
      transforms.result(
          products, m * map, rows * map, tiles, productPitch, width, to, toAt, rowPitch);
    }

    private void finish(int m, int rows, int tiles, int resultRows, int to, int channel) {
      toRows(m, rows, tiles, sums, 0, sumsPitch);
      int width = problem.width();
      if (sumsPitch == width) {
        kernels.finish(sums, 0, result, to, resultRows * width, epilogue, channel);
        return;
      }
      for (int y = 0; y < resultRows; y++) {
        kernels.finish(sums, y * sumsPitch, result, to + y * width, width, epilogue, channel);
      }
    }
  }
}
