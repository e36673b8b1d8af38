package io.dfsnet.engine;

import io.dfsnet.engine.Planes.Kind;
import io.dfsnet.engine.Positions.Place;
import io.dfsnet.engine.Positions.Tail;
import io.dfsnet.engine.SumProblem.Part;
import io.dfsnet.engine.TileKernel.Tile;
import java.util.List;
import java.util.Optional;

/**
 * A planned sum over shifted planes: the forward pass, and backward to data. For every block of
 * images and every group it packs the source channels into {@link Planes} once, then runs the tiles
 * of result channels over them.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class ShiftedSum extends PlannedSum {
  /** 192 KiB: the planes of several images stay in a second-level cache. */
  private static final int BLOCK_FLOATS = 48 * 1024;

  /** 1 MiB: a larger image is cut into bands. */
  private static final int BAND_FLOATS = 256 * 1024;

  /** Fewer blocks than this could leave threads without work. */
  private static final int LEAST_BLOCKS = 4;

  /**
   * Runs that all tiles compute before the next ones: their planes stay in the caches meanwhile. A
   * multiple of what tiles of 2, 3 and 6 runs take.
   */
  static final int RUN_BLOCK = 12;

  /** Runs of a band; with fewer, the tail of the last one would count. */
  private static final int LEAST_BAND_RUNS = 16;

  private final Kernels kernels;
  private final SumProblem problem;
  private final int lanes;
  private final WorkCut cut;
  private final Planes planes;
  private final int imagePlanes;
  private final int resultImage;
  private final List<Tile<SumKernel>> tiles;
  private final String weightOrder;
  private final boolean inPlace;
  private final List<PlannedPart> parts;
  private final Planes.Band[] bands;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // How the call that is under way is cut.
  private int groupRanges;
  private int tileRanges;

  ShiftedSum(Kernels kernels, Kind kind, SumKernel widest, SumProblem problem) {
    super(problem.multiplyAdds());
    this.kernels = kernels;
    this.problem = problem;
    var taps = problem.taps();
    this.lanes = kernels.lanes(taps.positions());
    this.cut = cut(kind);
    this.planes = new Planes(kernels, kind, taps, cut.rowsPerBand());
    int channels =
        isDirect() ? problem.groups() * problem.sourceChannels() : problem.sourceChannels();
    this.imagePlanes = channels * planes.channelSize();
    this.resultImage = problem.groups() * problem.channels() * problem.mapSize();
    this.tiles = Tile.split(problem.channels(), kernels.sums(), widest);
    this.weightOrder = "tiles of " + tiles.getFirst().kernel().rows();
    this.inPlace = isInPlace();
    this.bands = cut.bands(planes);
    this.parts = problem.parts().stream().map(PlannedPart::new).toList();
  }

  private WorkCut cut(Kind kind) {
    var taps = problem.taps();
    int leastRows = Math.ceilDiv(LEAST_BAND_RUNS * lanes, taps.columns());
    return WorkCut.of(
        problem.images(),
        taps.rows(),
        new WorkCut.Limits(BLOCK_FLOATS, BAND_FLOATS, LEAST_BLOCKS, leastRows),
        rows -> problem.sourceChannels() * new Planes(kernels, kind, taps, rows).channelFloats());
  }

  private boolean isDirect() {
    return planes.kind() == Kind.DIRECT;
  }

  /** True if kernels can write to the result itself: its positions are neighbours, as theirs. */
  private boolean isInPlace() {
    boolean sameRows = planes.kind() == Kind.SHIFTED || planes.pitch() == problem.width();
    return problem.isWhole() && sameRows && problem.taps().positions() >= lanes;
  }

  /** {@code [group][tile][k][tile row]}, for every part. */
  @Override
  public String weightOrder() {
    return weightOrder;
  }

  @Override
  public float[][] pack(float[] weights) {
    float[][] packed = new float[parts.size()][];
    for (int i = 0; i < packed.length; i++) {
      packed[i] = new float[problem.groups() * problem.channels() * parts.get(i).offsets.length];
    }
    pack(weights, packed);
    return packed;
  }

  @Override
  public void pack(float[] weights, float[][] packed) {
    int groupSize = weights.length / problem.groups();
    for (int i = 0; i < packed.length; i++) {
      int to = 0;
      for (int group = 0; group < problem.groups(); group++) {
        for (int t = 0; t < tiles.size(); t++) {
          var tile = tiles.get(t);
          int from = group * groupSize + tile.firstChannel() * problem.weightOfChannel();
          var taps = parts.get(i).part.taps();
          to = WeightTiles.pack(problem, taps, weights, from, tile.kernel().rows(), packed[i], to);
        }
      }
    }
  }

  @Override
  public Optional<BandedSum> banded() {
    return inPlace && !isDirect()
        ? Optional.of(new ShiftedBands(kernels, planes.kind(), problem, tiles))
        : Optional.empty();
  }

  @Override
  void sum(int hands, Workers workers) {
    int pieces = cut.blocks() * cut.bands();
    groupRanges = Math.clamp(Math.ceilDiv(hands, pieces), 1, problem.groups());
    tileRanges = Math.clamp(hands / (pieces * groupRanges), 1, tiles.size());
    units.run(pieces * groupRanges * tileRanges, hands, workers);
  }

  private void runUnit(Scratch scratch, int unit) {
    int tileRange = unit % tileRanges;
    int groupRange = unit / tileRanges % groupRanges;
    int piece = unit / (tileRanges * groupRanges);
    scratch.block = piece / cut.bands();
    scratch.band = piece % cut.bands();
    scratch.firstTile = WorkCut.start(tiles.size(), tileRanges, tileRange);
    scratch.endTile = WorkCut.start(tiles.size(), tileRanges, tileRange + 1);
    int endGroup = WorkCut.start(problem.groups(), groupRanges, groupRange + 1);
    for (int g = WorkCut.start(problem.groups(), groupRanges, groupRange); g < endGroup; g++) {
      scratch.sumGroup(g);
    }
    scratch.call.release();
  }

  /** A part with its offset table, and its positions for each band. */
  private final class PlannedPart {
    final Part part;
    final int[] offsets;
    final int rowPitch;
    final Positions[] positions = new Positions[cut.bands()];

    PlannedPart(Part part) {
      this.part = part;
      this.offsets = planes.offsets(problem.sourceChannels(), part.taps());
      this.rowPitch = planes.kind() == Kind.SHIFTED ? part.columns() : planes.pitch();
      for (int band = 0; band < positions.length; band++) {
        var place =
            new Place(
                cut.firstRow(band),
                rowsIn(band),
                part.columns(),
                cut.imagesPerBlock(),
                imagePlanes,
                inPlace ? resultImage : 0,
                inPlace ? cut.firstRow(band) * problem.width() : 0);
        var tail = inPlace ? Tail.OVERLAPPING : Tail.PADDED;
        var inMap = Positions.of(planes, place, lanes, tail);
        positions[band] = inPlace ? inMap : inMap.oneAfterAnother();
      }
    }

    private int rowsIn(int band) {
      return Math.max(Math.min(cut.firstRow(band + 1), part.rows()) - cut.firstRow(band), 0);
    }

    /**
     * Brings the sums of runs of a band to their places in the map of the result at {@code map}.
     * Behind the columns of a row there may be sums of borders.
     */
    void spread(
        float[] sums,
        int sumsAt,
        int firstRun,
        int runs,
        int band,
        int map,
        Epilogue epilogue,
        int channel) {
      int begin = firstRun * lanes;
      int end = Math.min(begin + runs * lanes, (rowsIn(band) - 1) * rowPitch + part.columns());
      for (int p = begin, y = begin / rowPitch; p < end; y++) {
        int x = p - y * rowPitch;
        int count = Math.min(end - p, part.columns() - x);
        if (count > 0) {
          spreadRow(sums, sumsAt + p - begin, band, y, x, count, map, epilogue, channel);
        }
        p = (y + 1) * rowPitch;
      }
    }

    private void spreadRow(
        float[] sums,
        int at,
        int band,
        int y,
        int x,
        int count,
        int map,
        Epilogue epilogue,
        int channel) {
      int row =
          map + (part.firstRow() + (cut.firstRow(band) + y) * part.rowStride()) * problem.width();
      if (part.columnStride() == 1) {
        int to = row + part.firstColumn() + x;
        kernels.finish(sums, at, result, to, count, epilogue, channel);
      } else {
        int skipped = x * part.columnStride();
        kernels.spread(
            sums,
            at,
            result,
            row + skipped,
            problem.width() - skipped,
            part.firstColumn(),
            part.columnStride(),
            count);
      }
    }
  }

  /** What one thread needs beside the arrays of the call, and where it is. */
  private final class Scratch {
    final SumKernel.Call call = new SumKernel.Call(lanes);
    final float[] packed;
    final float[] sums;
    int block;
    int band;
    int firstTile;
    int endTile;

    Scratch() {
      packed =
          isDirect() ? null : new float[cut.imagesPerBlock() * imagePlanes + planes.margin(lanes)];
      sums = inPlace ? null : new float[tiles.getFirst().kernel().rows() * RUN_BLOCK * lanes];
    }

    void sumGroup(int group) {
      int firstImage = cut.firstImage(block);
      int images = cut.firstImage(block + 1) - firstImage;
      int firstSource = (firstImage * problem.groups() + group) * problem.sourceChannels();
      if (isDirect()) {
        call.planes = source;
        call.planesAt = firstSource * planes.channelSize();
      } else {
        call.planes = packed;
        call.planesAt = 0;
        packPlanes(firstSource, images);
      }
      for (int i = 0; i < parts.size(); i++) {
        var part = parts.get(i);
        call.positions = part.positions[band];
        call.offsets = part.offsets;
        call.reduction = part.offsets.length;
        call.weights = weights[i];
        int runs = call.positions.perImage() * images;
        for (int run = 0; run < runs; run += RUN_BLOCK) {
          call.firstRun = run;
          call.endRun = Math.min(run + RUN_BLOCK, runs);
          for (int t = firstTile; t < endTile; t++) {
            sumTile(part, tiles.get(t), firstImage, group);
          }
        }
      }
    }

    private void packPlanes(int firstSource, int images) {
      int mapSize = problem.taps().sourceHeight() * problem.taps().sourceWidth();
      for (int image = 0; image < images; image++) {
        int from = (firstSource + image * problem.groups() * problem.sourceChannels()) * mapSize;
        planes.pack(
            bands[band], source, from, problem.sourceChannels(), packed, image * imagePlanes);
      }
    }

    private void sumTile(PlannedPart part, Tile<SumKernel> tile, int firstImage, int group) {
      int channel = group * problem.channels() + tile.firstChannel();
      int resultAt = firstImage * resultImage + channel * problem.mapSize();
      call.weightsAt = channel * call.reduction;
      call.out = inPlace ? result : sums;
      call.outAt = inPlace ? resultAt : -call.firstRun * lanes;
      call.outChannelSize = inPlace ? problem.mapSize() : RUN_BLOCK * lanes;
      tile.kernel().run(call);
      if (inPlace && epilogue.isNone()) {
        return;
      }
      int perImage = call.positions.perImage();
      for (int run = call.firstRun; run < call.endRun; ) {
        int image = run / perImage;
        int end = Math.min(call.endRun, (image + 1) * perImage);
        for (int m = 0; m < tile.kernel().rows(); m++) {
          int map = resultAt + image * resultImage + m * problem.mapSize();
          if (inPlace) {
            finishInPlace(run, end, resultAt + m * problem.mapSize(), channel + m);
          } else {
            int at = m * call.outChannelSize + (run - call.firstRun) * lanes;
            part.spread(
                sums, at, run - image * perImage, end - run, band, map, epilogue, channel + m);
          }
        }
        run = end;
      }
    }

    /** Runs of one image; the last may begin before the end of the one before it. */
    private void finishInPlace(int run, int end, int mapAt, int channel) {
      int[] starts = call.positions.mapStarts();
      int count = starts[end - 1] + lanes - starts[run];
      int at = mapAt + starts[run];
      kernels.finish(result, at, result, at, count, epilogue, channel);
    }
  }
}
