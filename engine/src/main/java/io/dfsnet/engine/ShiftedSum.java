package io.dfsnet.engine;

import io.dfsnet.engine.KernelRegistry.Choice;
import io.dfsnet.engine.Positions.Spacing;
import io.dfsnet.engine.Positions.Tail;
import io.dfsnet.engine.TileKernel.Tile;
import java.util.ArrayList;
import java.util.List;

/**
 * A planned sum over shifted planes: the forward pass, and backward to data. For every block of
 * images and every group it packs the source channels into {@link Planes} once, then runs the tiles
 * of result channels over them.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class ShiftedSum {
  /**
   * What is summed, from the view of a group.
   *
   * @param taps how the result sees the source
   * @param parts the positions of the result, part by part; forward has one part
   * @param sourceChannels channels per group that are summed over
   * @param channels channels per group of the result
   * @param height of the result's maps
   * @param width of the result's maps
   * @param weightOfChannel distance in the weights from a result channel to the next
   * @param weightOfSource distance in the weights from a source channel to the next
   */
  record Problem(
      TapGrid taps,
      List<Part> parts,
      int images,
      int groups,
      int sourceChannels,
      int channels,
      int height,
      int width,
      int weightOfChannel,
      int weightOfSource) {}

  /**
   * Positions of the result that share their taps. Position {@code (y, x)} is element {@code
   * (firstRow + y * rowStride, firstColumn + x * columnStride)} of a result map.
   */
  record Part(
      int rows,
      int columns,
      int firstRow,
      int firstColumn,
      int rowStride,
      int columnStride,
      List<Tap> taps) {}

  /** A kernel element, by its index in {@code [kernelHeight][kernelWidth]}, and its grid tap. */
  record Tap(int weight, int row, int column) {}

  /** 192 KiB: planes, weights and results together stay within the second-level cache. */
  private static final int PLANE_FLOATS = 48 * 1024;

  private final Kernels kernels;
  private final Problem problem;
  private final Planes planes;
  private final WorkCut cut;
  private final List<Tile<SumKernel>> tiles;
  private final List<PlannedPart> parts = new ArrayList<>();
  private final boolean inPlace;
  private final int imagePlanes;

  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[] source;
  private float[][] weights;
  private Epilogue epilogue;
  private float[] result;
  private int groupRanges;
  private int tileRanges;

  ShiftedSum(Kernels kernels, Choice<SumKernel> choice, Problem problem) {
    this.kernels = kernels;
    this.problem = problem;
    var taps = problem.taps;
    int atLeast = Math.ceilDiv(Math.max(kernels.lanes(), 1), taps.columns());
    this.cut =
        WorkCut.of(
            problem.images,
            taps.rows(),
            atLeast,
            PLANE_FLOATS,
            rows ->
                choice.planes() == Planes.Kind.DIRECT
                    ? 0
                    : (long) problem.sourceChannels
                        * new Planes(kernels, choice.planes(), taps, rows).channelSize());
    this.planes = new Planes(kernels, choice.planes(), taps, cut.rowsPerBand());
    this.imagePlanes =
        choice.planes() == Planes.Kind.DIRECT
            ? problem.groups * problem.sourceChannels * planes.channelSize()
            : problem.sourceChannels * planes.channelSize();
    this.tiles = Tile.split(problem.channels, kernels.sums(), choice.tile());
    this.inPlace =
        problem.parts.size() == 1
            && problem.parts.getFirst().rowStride == 1
            && problem.parts.getFirst().columnStride == 1
            && taps.rows() / cut.bands() * taps.columns() >= kernels.lanes()
            && (choice.planes() == Planes.Kind.SHIFTED || planes.pitch() == taps.columns());
    for (var part : problem.parts) {
      parts.add(new PlannedPart(part));
    }
  }

  /** The weights in the order of the tiles, {@code [group][tile][k][tile row]}, for every part. */
  float[][] pack(float[] weights) {
    float[][] packed = new float[parts.size()][];
    for (int i = 0; i < packed.length; i++) {
      packed[i] = new float[problem.groups * problem.channels * parts.get(i).offsets.length];
    }
    pack(weights, packed);
    return packed;
  }

  /** As {@link #pack(float[])}, into arrays that it returned before. */
  void pack(float[] weights, float[][] packed) {
    int kernel = Math.min(problem.weightOfChannel, problem.weightOfSource);
    for (int i = 0; i < packed.length; i++) {
      var taps = parts.get(i).part.taps;
      int to = 0;
      for (int group = 0; group < problem.groups; group++) {
        int groupAt = group * problem.channels * problem.sourceChannels * kernel;
        for (var tile : tiles) {
          int tileAt = groupAt + tile.firstChannel() * problem.weightOfChannel;
          for (int c = 0; c < problem.sourceChannels; c++) {
            for (var tap : taps) {
              int from = tileAt + c * problem.weightOfSource + tap.weight;
              for (int m = 0; m < tile.kernel().rows(); m++) {
                packed[i][to++] = weights[from + m * problem.weightOfChannel];
              }
            }
          }
        }
      }
    }
  }

  void run(float[] source, float[][] weights, Epilogue epilogue, float[] result, Workers workers) {
    this.source = source;
    this.weights = weights;
    this.epilogue = epilogue;
    this.result = result;
    int pieces = cut.blocks() * cut.bands();
    // How units are cut further does not matter to the result, so the thread count may decide it.
    groupRanges = Math.clamp(Math.ceilDiv(workers.threads(), pieces), 1, problem.groups);
    tileRanges = Math.clamp(workers.threads() / (pieces * groupRanges), 1, tiles.size());
    units.run(pieces * groupRanges * tileRanges, workers);
    this.source = null;
    this.weights = null;
    this.epilogue = null;
    this.result = null;
  }

  private void runUnit(Scratch scratch, int unit) {
    int tileRange = unit % tileRanges;
    int groupRange = unit / tileRanges % groupRanges;
    int piece = unit / (tileRanges * groupRanges);
    int firstGroup = WorkCut.start(problem.groups, groupRanges, groupRange);
    int endGroup = WorkCut.start(problem.groups, groupRanges, groupRange + 1);
    for (int group = firstGroup; group < endGroup; group++) {
      sumGroup(scratch, piece / cut.bands(), piece % cut.bands(), group, tileRange);
    }
  }

  private void sumGroup(Scratch scratch, int block, int band, int group, int tileRange) {
    var call = scratch.call;
    int firstImage = cut.firstImage(block);
    int images = cut.firstImage(block + 1) - firstImage;
    int firstSource = (firstImage * problem.groups + group) * problem.sourceChannels;
    if (planes.kind() == Planes.Kind.DIRECT) {
      call.planes = source;
      call.planesAt = firstSource * planes.channelSize();
    } else {
      call.planes = scratch.planes;
      call.planesAt = 0;
      packPlanes(scratch.planes, images, firstSource, band);
    }
    int firstTile = WorkCut.start(tiles.size(), tileRanges, tileRange);
    int endTile = WorkCut.start(tiles.size(), tileRanges, tileRange + 1);
    for (int i = 0; i < parts.size(); i++) {
      var part = parts.get(i);
      call.positions = part.positions[band];
      call.runs = call.positions.perImage() * images;
      call.offsets = part.offsets;
      call.reduction = part.offsets.length;
      call.weights = weights[i];
      for (int t = firstTile; t < endTile; t++) {
        var tile = tiles.get(t);
        int channel = group * problem.channels + tile.firstChannel();
        call.weightsAt = channel * call.reduction;
        sumTile(call, scratch, part, tile, firstImage, images, channel, band);
      }
    }
  }

  private void packPlanes(float[] to, int images, int firstSource, int band) {
    int mapSize = problem.taps.sourceHeight() * problem.taps.sourceWidth();
    int firstRow = cut.firstRow(band);
    int rows = cut.firstRow(band + 1) - firstRow;
    for (int image = 0; image < images; image++) {
      int from = firstSource + image * problem.groups * problem.sourceChannels;
      planes.pack(
          source, from * mapSize, problem.sourceChannels, firstRow, rows, to, image * imagePlanes);
    }
  }

  private void sumTile(
      SumKernel.Call call,
      Scratch scratch,
      PlannedPart part,
      Tile<SumKernel> tile,
      int firstImage,
      int images,
      int channel,
      int band) {
    int mapSize = problem.height * problem.width;
    int resultAt = (firstImage * problem.groups * problem.channels + channel) * mapSize;
    if (inPlace) {
      call.out = result;
      call.outAt = resultAt;
      call.outChannelSize = mapSize;
    } else {
      call.out = scratch.sums;
      call.outAt = 0;
      call.outChannelSize = cut.imagesPerBlock() * part.sumsPerImage;
    }
    tile.kernel().run(call);
    for (int m = 0; m < tile.kernel().rows(); m++) {
      for (int image = 0; image < images; image++) {
        int map = resultAt + (image * problem.groups * problem.channels + m) * mapSize;
        if (!inPlace) {
          part.spread(
              scratch.sums, m * call.outChannelSize + image * part.sumsPerImage, band, result, map);
        }
        if (!epilogue.isNone()) {
          int from = map + cut.firstRow(band) * problem.width;
          int to = map + cut.firstRow(band + 1) * problem.width;
          kernels.finish(result, from, to, epilogue, channel + m);
        }
      }
    }
  }

  /** A part with its offset table, and its positions for each band. */
  private final class PlannedPart {
    final Part part;
    final int[] offsets;
    final Positions[] positions = new Positions[cut.bands()];
    final int rowPitch;
    final int sumsPerImage;

    PlannedPart(Part part) {
      this.part = part;
      this.offsets = offsets();
      boolean byRows = planes.kind() == Planes.Kind.SHIFTED;
      this.rowPitch = byRows ? part.columns : planes.pitch();
      int longest = cut.rowsPerBand() * rowPitch;
      int lanes =
          kernels.lanes() > 0
              ? kernels.lanes()
              : ScalarKernels.lanes(!byRows && cut.bands() == 1, longest, rowPitch);
      this.sumsPerImage = Math.ceilDiv(longest, lanes) * lanes;
      var spacing =
          new Spacing(
              imagePlanes,
              inPlace
                  ? problem.groups * problem.channels * problem.height * problem.width
                  : sumsPerImage);
      for (int band = 0; band < positions.length; band++) {
        int rows = rowsIn(band);
        int mapAt = inPlace ? cut.firstRow(band) * problem.width : 0;
        int images = cut.imagesPerBlock();
        int planesAt =
            planes.kind() == Planes.Kind.DIRECT ? cut.firstRow(band) * planes.pitch() : 0;
        positions[band] =
            byRows
                ? Positions.rows(rows, part.columns, planes.pitch(), lanes, images, spacing, mapAt)
                : Positions.flat(
                    rows * planes.pitch(),
                    lanes,
                    inPlace ? Tail.OVERLAPPING : Tail.PADDED,
                    images,
                    spacing,
                    planesAt,
                    mapAt);
      }
    }

    private int[] offsets() {
      int[] offsets = new int[problem.sourceChannels * part.taps.size()];
      int k = 0;
      for (int c = 0; c < problem.sourceChannels; c++) {
        for (var tap : part.taps) {
          offsets[k++] = c * planes.channelSize() + planes.tapOffset(tap.row, tap.column);
        }
      }
      return offsets;
    }

    private int rowsIn(int band) {
      return Math.max(Math.min(cut.firstRow(band + 1), part.rows) - cut.firstRow(band), 0);
    }

    /** Copies the sums of a band to their places in a map of the result. */
    void spread(float[] sums, int sumsAt, int band, float[] result, int map) {
      for (int y = 0; y < rowsIn(band); y++) {
        int row = part.firstRow + (cut.firstRow(band) + y) * part.rowStride;
        kernels.spread(
            sums,
            sumsAt + y * rowPitch,
            result,
            map + row * problem.width,
            problem.width,
            part.firstColumn,
            part.columnStride,
            part.columns);
      }
    }
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final SumKernel.Call call = new SumKernel.Call();
    final float[] planes;
    final float[] sums;

    Scratch() {
      boolean direct = ShiftedSum.this.planes.kind() == Planes.Kind.DIRECT;
      planes =
          direct ? null : new float[cut.imagesPerBlock() * imagePlanes + Planes.margin(kernels)];
      int longest = parts.stream().mapToInt(part -> part.sumsPerImage).max().orElseThrow();
      int rows = tiles.stream().mapToInt(tile -> tile.kernel().rows()).max().orElseThrow();
      sums = inPlace ? null : new float[rows * cut.imagesPerBlock() * longest];
    }
  }
}
