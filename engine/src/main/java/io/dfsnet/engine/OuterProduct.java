package io.dfsnet.engine;

import io.dfsnet.engine.KernelRegistry.Choice;
import io.dfsnet.engine.Positions.Spacing;
import io.dfsnet.engine.Positions.Tail;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * The planned backward pass to the weights. The batch is cut into chunks whose number depends on
 * the geometry alone; each chunk sums into an array of its own, image after image, and the arrays
 * are added in the order of the chunks. So the result does not depend on the thread count.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class OuterProduct {
  private static final int CHUNKS = 8;

  /** 16 MiB for the sums of all chunks. */
  private static final int CHUNK_FLOATS = 4 * 1024 * 1024;

  private final Kernels kernels;
  private final Conv2dGeometry geometry;
  private final Planes planes;
  private final WorkCut cut;
  private final List<Tile> tiles;
  private final int[] offsets;
  private final int chunks;
  private final boolean gradientInPlace;
  private final int gradientPerImage;
  private final int imagePlanes;
  private final Positions[] positions;

  // The call that is under way; `work` runs on all threads.
  private final AtomicInteger nextUnit = new AtomicInteger();
  private final IntConsumer work = this::work;
  private Scratch[] scratch = {};
  private float[][] sums;
  private float[] input;
  private float[] gradient;
  private int tileRanges;

  OuterProduct(Kernels kernels, Choice<OuterKernel> choice, Conv2dGeometry geometry) {
    this.kernels = kernels;
    this.geometry = geometry;
    var taps = TapGrid.forward(geometry);
    int channels = geometry.inChannelsPerGroup();
    boolean direct = choice.planes() == Planes.Kind.DIRECT;
    this.cut =
        WorkCut.of(
            geometry.n(),
            taps.rows(),
            Math.ceilDiv(Math.max(kernels.lanes(), 1), taps.columns()),
            rows ->
                direct
                    ? 0
                    : (long) channels * new Planes(choice.planes(), taps, rows).channelSize());
    this.planes = new Planes(choice.planes(), taps, cut.rowsPerBand());
    this.imagePlanes = (direct ? geometry.inChannels() : channels) * planes.channelSize();
    this.tiles = Tile.split(geometry.outChannelsPerGroup(), kernels.outers(), choice.tile());
    this.offsets = offsets(taps, channels);
    this.chunks =
        Math.clamp(
            CHUNK_FLOATS / geometry.weightShape().elements(), 1, Math.min(CHUNKS, cut.blocks()));
    boolean byRows = choice.planes() == Planes.Kind.SHIFTED;
    int longest = cut.rowsPerBand() * taps.columns();
    int lanes =
        kernels.lanes() > 0
            ? kernels.lanes()
            : ScalarKernels.lanes(!byRows && cut.bands() == 1, longest, taps.columns());
    this.gradientInPlace = byRows || wholeRuns(taps, lanes);
    this.gradientPerImage = Math.ceilDiv(longest, lanes) * lanes;
    this.positions = positions(taps, byRows, lanes);
  }

  /** True if the positions of every band are whole runs. */
  private boolean wholeRuns(TapGrid taps, int lanes) {
    for (int band = 0; band < cut.bands(); band++) {
      if ((cut.firstRow(band + 1) - cut.firstRow(band)) * taps.columns() % lanes != 0) {
        return false;
      }
    }
    return true;
  }

  private Positions[] positions(TapGrid taps, boolean byRows, int lanes) {
    int mapSize = taps.rows() * taps.columns();
    var spacing =
        new Spacing(
            imagePlanes,
            gradientInPlace
                ? geometry.outChannels() * mapSize
                : geometry.outChannelsPerGroup() * gradientPerImage);
    var all = new Positions[cut.bands()];
    for (int band = 0; band < all.length; band++) {
      int firstRow = cut.firstRow(band);
      int rows = cut.firstRow(band + 1) - firstRow;
      int mapAt = gradientInPlace ? firstRow * taps.columns() : 0;
      int images = cut.imagesPerBlock();
      int planesAt = planes.kind() == Planes.Kind.DIRECT ? firstRow * planes.pitch() : 0;
      all[band] =
          byRows
              ? Positions.rows(rows, taps.columns(), planes.pitch(), lanes, images, spacing, mapAt)
              : Positions.flat(
                  rows * taps.columns(), lanes, Tail.PADDED, images, spacing, planesAt, mapAt);
    }
    return all;
  }

  private int[] offsets(TapGrid taps, int channels) {
    int[] offsets = new int[geometry.reduction()];
    int k = 0;
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < taps.rowShifts().length; i++) {
        for (int j = 0; j < taps.columnShifts().length; j++) {
          offsets[k++] = c * planes.channelSize() + planes.tapOffset(i, j);
        }
      }
    }
    return offsets;
  }

  void run(float[] input, float[] gradient, float[] weightGradient, Workers workers) {
    this.input = input;
    this.gradient = gradient;
    if (sums == null) {
      sums = new float[chunks][];
      for (int chunk = 1; chunk < chunks; chunk++) {
        sums[chunk] = new float[weightGradient.length];
      }
    }
    sums[0] = weightGradient;
    int pieces = chunks * geometry.groups();
    tileRanges = Math.clamp(workers.threads() / pieces, 1, tiles.size());
    int hands = Math.min(workers.threads(), pieces * tileRanges);
    prepareScratch(hands);
    nextUnit.set(0);
    workers.forEach(hands, work);
    for (int chunk = 1; chunk < chunks; chunk++) {
      kernels.add(weightGradient, 0, sums[chunk], 0, weightGradient.length);
    }
    sums[0] = null;
    this.input = null;
    this.gradient = null;
  }

  private void prepareScratch(int hands) {
    int before = scratch.length;
    if (before < hands) {
      scratch = Arrays.copyOf(scratch, hands);
      for (int i = before; i < hands; i++) {
        scratch[i] = new Scratch();
      }
    }
  }

  private void work(int hand) {
    int units = chunks * geometry.groups() * tileRanges;
    int unit;
    while ((unit = nextUnit.getAndIncrement()) < units) {
      int tileRange = unit % tileRanges;
      int group = unit / tileRanges % geometry.groups();
      int chunk = unit / (tileRanges * geometry.groups());
      int firstTile = WorkCut.start(tiles.size(), tileRanges, tileRange);
      int endTile = WorkCut.start(tiles.size(), tileRanges, tileRange + 1);
      clear(sums[chunk], group, firstTile, endTile);
      int endBlock = WorkCut.start(cut.blocks(), chunks, chunk + 1);
      for (int block = WorkCut.start(cut.blocks(), chunks, chunk); block < endBlock; block++) {
        for (int band = 0; band < cut.bands(); band++) {
          sumBlock(scratch[hand], sums[chunk], block, band, group, firstTile, endTile);
        }
      }
    }
  }

  private void clear(float[] sums, int group, int firstTile, int endTile) {
    int channel = group * geometry.outChannelsPerGroup();
    int from = channel + tiles.get(firstTile).firstChannel;
    int to = channel + tiles.get(endTile - 1).endChannel();
    Arrays.fill(sums, from * geometry.reduction(), to * geometry.reduction(), 0);
  }

  private void sumBlock(
      Scratch scratch, float[] sums, int block, int band, int group, int firstTile, int endTile) {
    var call = scratch.call;
    int firstImage = cut.firstImage(block);
    int images = cut.firstImage(block + 1) - firstImage;
    int firstInput = firstImage * geometry.inChannels() + group * geometry.inChannelsPerGroup();
    if (planes.kind() == Planes.Kind.DIRECT) {
      call.planes = input;
      call.planesAt = firstInput * planes.channelSize();
    } else {
      call.planes = scratch.planes;
      call.planesAt = 0;
      packPlanes(scratch.planes, images, firstInput, band);
    }
    call.positions = positions[band];
    call.runs = positions[band].perImage() * images;
    call.offsets = offsets;
    call.reduction = offsets.length;
    call.sums = sums;
    int mapSize = geometry.outHeight() * geometry.outWidth();
    int firstOutput = firstImage * geometry.outChannels() + group * geometry.outChannelsPerGroup();
    if (gradientInPlace) {
      call.gradient = gradient;
      call.gradientChannelSize = mapSize;
    } else {
      call.gradient = scratch.gradient;
      call.gradientChannelSize = gradientPerImage;
      packGradient(scratch.gradient, images, firstOutput, band);
    }
    for (int t = firstTile; t < endTile; t++) {
      var tile = tiles.get(t);
      int channel = group * geometry.outChannelsPerGroup() + tile.firstChannel;
      call.gradientAt =
          ((gradientInPlace ? firstOutput : 0) + tile.firstChannel) * call.gradientChannelSize;
      call.sumsAt = channel * call.reduction;
      tile.kernel.run(call);
    }
  }

  private void packPlanes(float[] to, int images, int firstInput, int band) {
    int mapSize = geometry.inHeight() * geometry.inWidth();
    int firstRow = cut.firstRow(band);
    int rows = cut.firstRow(band + 1) - firstRow;
    for (int image = 0; image < images; image++) {
      for (int c = 0; c < geometry.inChannelsPerGroup(); c++) {
        int from = firstInput + image * geometry.inChannels() + c;
        int at = image * imagePlanes + c * planes.channelSize();
        planes.pack(input, from * mapSize, firstRow, rows, to, at);
      }
    }
  }

  /** Copies the gradient so that each map is followed by zeros up to whole runs. */
  private void packGradient(float[] to, int images, int firstOutput, int band) {
    int mapSize = geometry.outHeight() * geometry.outWidth();
    int from = cut.firstRow(band) * geometry.outWidth();
    int count = cut.firstRow(band + 1) * geometry.outWidth() - from;
    for (int image = 0; image < images; image++) {
      for (int m = 0; m < geometry.outChannelsPerGroup(); m++) {
        int map = (firstOutput + image * geometry.outChannels() + m) * mapSize;
        int at = (image * geometry.outChannelsPerGroup() + m) * gradientPerImage;
        System.arraycopy(gradient, map + from, to, at, count);
        Arrays.fill(to, at + count, at + gradientPerImage, 0);
      }
    }
  }

  /** Output channels of a group that one kernel call computes. */
  private record Tile(OuterKernel kernel, int firstChannel) {

    /** As many of the widest tile as fit, then the next narrower one, and so on. */
    static List<Tile> split(int channels, List<OuterKernel> kernels, OuterKernel widest) {
      List<Tile> tiles = new ArrayList<>();
      int channel = 0;
      while (channels - channel >= widest.rows()) {
        tiles.add(new Tile(widest, channel));
        channel += widest.rows();
      }
      for (var kernel : kernels) {
        while (kernel.rows() < widest.rows() && channels - channel >= kernel.rows()) {
          tiles.add(new Tile(kernel, channel));
          channel += kernel.rows();
        }
      }
      return tiles;
    }

    int endChannel() {
      return firstChannel + kernel.rows();
    }
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final OuterKernel.Call call = new OuterKernel.Call();
    final float[] planes;
    final float[] gradient;

    Scratch() {
      boolean direct = OuterProduct.this.planes.kind() == Planes.Kind.DIRECT;
      int images = cut.imagesPerBlock();
      // A run at the end of the last plane reads up to a run beyond it.
      planes = direct ? null : new float[images * imagePlanes + Math.max(kernels.lanes(), 1)];
      gradient =
          gradientInPlace
              ? null
              : new float[images * geometry.outChannelsPerGroup() * gradientPerImage];
    }
  }
}
