package io.dfsnet.engine;

import io.dfsnet.engine.Planes.Kind;
import io.dfsnet.engine.Positions.Place;
import io.dfsnet.engine.Positions.Tail;
import io.dfsnet.engine.SumProblem.Part;
import io.dfsnet.engine.SumProblem.Tap;
import io.dfsnet.engine.TileKernel.Tile;
import java.util.List;

/**
 * A planned sum over shifted planes: the forward pass, and backward to data. For every block of
 * images and every group it packs the source channels into {@link Planes} once, then runs the tiles
 * of result channels over them.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class ShiftedSum implements SumPass {
  /** 192 KiB: the planes of several images stay in a second-level cache. */
  private static final int BLOCK_FLOATS = 48 * 1024;

  /** 1 MiB: a larger image is cut into bands. */
  private static final int BAND_FLOATS = 256 * 1024;

  /** Fewer blocks than this could leave threads without work. */
  private static final int LEAST_BLOCKS = 4;

  /** Runs of a band; with fewer, the tail of the last one would count. */
  private static final int LEAST_BAND_RUNS = 16;

  private final Kernels kernels;
  private final SumProblem problem;
  private final int lanes;
  private final WorkCut cut;
  private final Planes planes;
  private final int imagePlanes;
  private final List<Tile<SumKernel>> tiles;
  private final String weightOrder;
  private final boolean inPlace;
  private final List<PlannedPart> parts;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[] source;
  private float[][] weights;
  private Epilogue epilogue;
  private float[] result;
  private int groupRanges;
  private int tileRanges;

  ShiftedSum(Kernels kernels, Kind kind, SumKernel widest, SumProblem problem) {
    this.kernels = kernels;
    this.problem = problem;
    var taps = problem.taps();
    this.lanes = kernels.lanes(taps.positions());
    this.cut = cut(kind);
    this.planes = new Planes(kernels, kind, taps, cut.rowsPerBand());
    int channels =
        isDirect() ? problem.groups() * problem.sourceChannels() : problem.sourceChannels();
    this.imagePlanes = channels * planes.channelSize();
    this.tiles = Tile.split(problem.channels(), kernels.sums(), widest);
    this.weightOrder = "tiles of " + tiles.getFirst().kernel().rows();
    this.inPlace = isInPlace();
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
          to =
              packTile(
                  weights, from, tile.kernel().rows(), parts.get(i).part.taps(), packed[i], to);
        }
      }
    }
  }

  private int packTile(
      float[] weights, int tileAt, int rows, List<Tap> taps, float[] packed, int packedAt) {
    int to = packedAt;
    for (int c = 0; c < problem.sourceChannels(); c++) {
      for (int tap = 0; tap < taps.size(); tap++) {
        int from = tileAt + c * problem.weightOfSource() + taps.get(tap).weight();
        for (int m = 0; m < rows; m++) {
          packed[to++] = weights[from + m * problem.weightOfChannel()];
        }
      }
    }
    return to;
  }

  @Override
  public void run(
      float[] source, float[][] weights, Epilogue epilogue, float[] result, Workers workers) {
    this.source = source;
    this.weights = weights;
    this.epilogue = epilogue;
    this.result = result;
    // How pieces are cut further does not matter to the result, so the thread count may decide it.
    int pieces = cut.blocks() * cut.bands();
    int hands = UnitQueue.hands(problem.multiplyAdds(), workers);
    groupRanges = Math.clamp(Math.ceilDiv(hands, pieces), 1, problem.groups());
    tileRanges = Math.clamp(hands / (pieces * groupRanges), 1, tiles.size());
    units.run(pieces * groupRanges * tileRanges, hands, workers);
    this.source = null;
    this.weights = null;
    this.epilogue = null;
    this.result = null;
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
    final int sumsPerImage;
    final Positions[] positions = new Positions[cut.bands()];

    PlannedPart(Part part) {
      this.part = part;
      this.offsets = offsets();
      this.rowPitch = planes.kind() == Kind.SHIFTED ? part.columns() : planes.pitch();
      this.sumsPerImage = Math.ceilDiv(cut.rowsPerBand() * rowPitch, lanes) * lanes;
      int resultImage = problem.groups() * problem.channels() * problem.mapSize();
      for (int band = 0; band < positions.length; band++) {
        var place =
            new Place(
                cut.firstRow(band),
                rowsIn(band),
                part.columns(),
                cut.imagesPerBlock(),
                imagePlanes,
                inPlace ? resultImage : sumsPerImage,
                inPlace ? cut.firstRow(band) * problem.width() : 0);
        positions[band] =
            Positions.of(planes, place, lanes, inPlace ? Tail.OVERLAPPING : Tail.PADDED);
      }
    }

    private int[] offsets() {
      int[] offsets = new int[problem.sourceChannels() * part.taps().size()];
      int k = 0;
      for (int c = 0; c < problem.sourceChannels(); c++) {
        for (var tap : part.taps()) {
          offsets[k++] = c * planes.channelSize() + planes.tapOffset(tap.row(), tap.column());
        }
      }
      return offsets;
    }

    private int rowsIn(int band) {
      return Math.max(Math.min(cut.firstRow(band + 1), part.rows()) - cut.firstRow(band), 0);
    }

    /** Copies the sums of a band to their places in the map of the result at {@code map}. */
    void spread(float[] sums, int sumsAt, int band, int map) {
      for (int y = 0; y < rowsIn(band); y++) {
        int row = part.firstRow() + (cut.firstRow(band) + y) * part.rowStride();
        kernels.spread(
            sums,
            sumsAt + y * rowPitch,
            result,
            map + row * problem.width(),
            problem.width(),
            part.firstColumn(),
            part.columnStride(),
            part.columns());
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
      // The last run of the last plane reads behind it, and packing overruns it.
      int margin = Math.max(lanes, kernels.overrun());
      packed = isDirect() ? null : new float[cut.imagesPerBlock() * imagePlanes + margin];
      int longest = parts.stream().mapToInt(part -> part.sumsPerImage).max().orElseThrow();
      int rows = tiles.getFirst().kernel().rows();
      sums = inPlace ? null : new float[rows * cut.imagesPerBlock() * longest];
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
        call.runs = call.positions.perImage() * images;
        call.offsets = part.offsets;
        call.reduction = part.offsets.length;
        call.weights = weights[i];
        for (int t = firstTile; t < endTile; t++) {
          var tile = tiles.get(t);
          int channel = group * problem.channels() + tile.firstChannel();
          call.weightsAt = channel * call.reduction;
          sumTile(part, tile, firstImage, images, channel);
        }
      }
    }

    private void packPlanes(int firstSource, int images) {
      int mapSize = problem.taps().sourceHeight() * problem.taps().sourceWidth();
      for (int image = 0; image < images; image++) {
        int from = (firstSource + image * problem.groups() * problem.sourceChannels()) * mapSize;
        planes.pack(
            source,
            from,
            problem.sourceChannels(),
            cut.firstRow(band),
            cut.rowsOf(band),
            packed,
            image * imagePlanes);
      }
    }

    private void sumTile(
        PlannedPart part, Tile<SumKernel> tile, int firstImage, int images, int channel) {
      int imageSize = problem.groups() * problem.channels() * problem.mapSize();
      int resultAt = firstImage * imageSize + channel * problem.mapSize();
      call.out = inPlace ? result : sums;
      call.outAt = inPlace ? resultAt : 0;
      call.outChannelSize = inPlace ? problem.mapSize() : cut.imagesPerBlock() * part.sumsPerImage;
      tile.kernel().run(call);
      for (int m = 0; m < tile.kernel().rows(); m++) {
        for (int image = 0; image < images; image++) {
          int map = resultAt + image * imageSize + m * problem.mapSize();
          if (!inPlace) {
            part.spread(sums, m * call.outChannelSize + image * part.sumsPerImage, band, map);
          }
          if (!epilogue.isNone()) {
            int from = map + cut.firstRow(band) * problem.width();
            int to = map + cut.firstRow(band + 1) * problem.width();
            kernels.finish(result, from, to, epilogue, channel + m);
          }
        }
      }
    }
  }
}
