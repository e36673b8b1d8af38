package io.dfsnet.engine;

import io.dfsnet.engine.KernelRegistry.Choice;
import io.dfsnet.engine.Positions.Spacing;
import io.dfsnet.engine.Positions.Tail;
import io.dfsnet.engine.TileKernel.Tile;
import java.util.Arrays;
import java.util.List;

/**
 * The planned backward pass to the weights. The batch is cut into chunks whose number depends on
 * the geometry alone; each chunk sums into an array of its own, image after image, and the arrays
 * are added in the order of the chunks. So the result does not depend on the thread count.
 *
 * <p>A tile needs the planes of the input channels whose taps it holds and no others. So a few
 * channels at a time are packed, for many images: tiles then add up many positions before their
 * lanes are added.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class OuterProduct {
  private static final int CHUNKS = 4;

  /** 16 MiB for the sums of all chunks. */
  private static final int CHUNK_FLOATS = 4 * 1024 * 1024;

  /** 256 KiB: the gradients of a block stay within the second-level cache. */
  private static final int GRADIENT_FLOATS = 64 * 1024;

  /** 192 KiB: so do the planes of a few channels. */
  private static final int PLANE_FLOATS = 48 * 1024;

  private final Kernels kernels;
  private final Conv2dGeometry geometry;
  private final Planes planes;
  private final WorkCut cut;
  private final List<Tile<OuterKernel>> tiles;
  private final int chunks;
  private final int channelsPerPack;
  private final int imagePlanes;
  private final int[] offsets;
  private final boolean gradientInPlace;
  private final int gradientPerImage;
  private final Positions[] positions;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[][] sums;
  private float[] input;
  private float[] gradient;
  private int tileRanges;

  OuterProduct(Kernels kernels, Choice<OuterKernel> choice, Conv2dGeometry geometry) {
    this.kernels = kernels;
    this.geometry = geometry;
    var taps = TapGrid.forward(geometry);
    boolean direct = choice.planes() == Planes.Kind.DIRECT;
    this.cut =
        WorkCut.of(
            geometry.n(),
            taps.rows(),
            Math.ceilDiv(Math.max(kernels.lanes(), 1), taps.columns()),
            GRADIENT_FLOATS,
            rows -> (long) geometry.outChannelsPerGroup() * rows * taps.columns());
    this.planes = new Planes(kernels, choice.planes(), taps, cut.rowsPerBand());
    this.tiles = Tile.split(geometry.outChannelsPerGroup(), kernels.outers(), choice.tile());
    this.chunks =
        Math.clamp(
            CHUNK_FLOATS / geometry.weightShape().elements(), 1, Math.min(CHUNKS, cut.blocks()));
    this.channelsPerPack = channelsPerPack(choice.tile().taps());
    this.imagePlanes = (direct ? geometry.inChannels() : channelsPerPack) * planes.channelSize();
    this.offsets = offsets(taps);
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

  /** As many channels as the cache holds, rounded so that their taps fill tiles. */
  private int channelsPerPack(int tileTaps) {
    int channels = geometry.inChannelsPerGroup();
    long perChannel = (long) cut.imagesPerBlock() * planes.channelSize();
    int fit = Math.clamp(PLANE_FLOATS / perChannel, 1, channels);
    int kernel = geometry.kernelHeight() * geometry.kernelWidth();
    int whole = 1;
    while (whole * kernel % tileTaps != 0) {
      whole++;
    }
    return Math.min(channels, Math.ceilDiv(fit, whole) * whole);
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

  private int[] offsets(TapGrid taps) {
    int kernelHeight = taps.rowShifts().length;
    int kernelWidth = taps.columnShifts().length;
    int[] offsets = new int[channelsPerPack * kernelHeight * kernelWidth];
    int k = 0;
    for (int c = 0; c < channelsPerPack; c++) {
      for (int i = 0; i < kernelHeight; i++) {
        for (int j = 0; j < kernelWidth; j++) {
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
    // How units are cut further does not matter to the result, so the thread count may decide it.
    int pieces = chunks * geometry.groups();
    tileRanges = Math.clamp(workers.threads() / pieces, 1, tiles.size());
    units.run(pieces * tileRanges, workers);
    for (int chunk = 1; chunk < chunks; chunk++) {
      kernels.add(weightGradient, sums[chunk]);
    }
    sums[0] = null;
    this.input = null;
    this.gradient = null;
  }

  private void runUnit(Scratch scratch, int unit) {
    int tileRange = unit % tileRanges;
    int group = unit / tileRanges % geometry.groups();
    int chunk = unit / (tileRanges * geometry.groups());
    int firstTile = WorkCut.start(tiles.size(), tileRanges, tileRange);
    int endTile = WorkCut.start(tiles.size(), tileRanges, tileRange + 1);
    clear(sums[chunk], group, firstTile, endTile);
    int endBlock = WorkCut.start(cut.blocks(), chunks, chunk + 1);
    for (int block = WorkCut.start(cut.blocks(), chunks, chunk); block < endBlock; block++) {
      for (int band = 0; band < cut.bands(); band++) {
        sumBlock(scratch, sums[chunk], block, band, group, firstTile, endTile);
      }
    }
  }

  private void clear(float[] sums, int group, int firstTile, int endTile) {
    int channel = group * geometry.outChannelsPerGroup();
    int from = channel + tiles.get(firstTile).firstChannel();
    int to = channel + tiles.get(endTile - 1).endChannel();
    Arrays.fill(sums, from * geometry.reduction(), to * geometry.reduction(), 0);
  }

  private void sumBlock(
      Scratch scratch, float[] sums, int block, int band, int group, int firstTile, int endTile) {
    var call = scratch.call;
    int firstImage = cut.firstImage(block);
    int images = cut.firstImage(block + 1) - firstImage;
    call.positions = positions[band];
    call.runs = positions[band].perImage() * images;
    call.offsets = offsets;
    call.sums = sums;
    call.sumsPitch = geometry.reduction();
    int firstOutput = firstImage * geometry.outChannels() + group * geometry.outChannelsPerGroup();
    if (gradientInPlace) {
      call.gradient = gradient;
      call.gradientChannelSize = geometry.outHeight() * geometry.outWidth();
    } else {
      call.gradient = scratch.gradient;
      call.gradientChannelSize = gradientPerImage;
      packGradient(scratch.gradient, images, firstOutput, band);
    }
    int firstMap = gradientInPlace ? firstOutput : 0;
    int channels = geometry.inChannelsPerGroup();
    int firstInput = firstImage * geometry.inChannels() + group * channels;
    int kernel = geometry.kernelHeight() * geometry.kernelWidth();
    for (int c = 0; c < channels; c += channelsPerPack) {
      int packed = Math.min(channelsPerPack, channels - c);
      if (planes.kind() == Planes.Kind.DIRECT) {
        call.planes = input;
        call.planesAt = (firstInput + c) * planes.channelSize();
      } else {
        call.planes = scratch.planes;
        call.planesAt = 0;
        packPlanes(scratch.planes, images, firstInput + c, packed, band);
      }
      call.count = packed * kernel;
      for (int t = firstTile; t < endTile; t++) {
        var tile = tiles.get(t);
        int channel = group * geometry.outChannelsPerGroup() + tile.firstChannel();
        call.gradientAt = (firstMap + tile.firstChannel()) * call.gradientChannelSize;
        call.sumsAt = channel * call.sumsPitch + c * kernel;
        tile.kernel().run(call);
      }
    }
  }

  private void packPlanes(float[] to, int images, int firstInput, int channels, int band) {
    int mapSize = geometry.inHeight() * geometry.inWidth();
    int firstRow = cut.firstRow(band);
    int rows = cut.firstRow(band + 1) - firstRow;
    for (int image = 0; image < images; image++) {
      int from = (firstInput + image * geometry.inChannels()) * mapSize;
      planes.pack(input, from, channels, firstRow, rows, to, image * imagePlanes);
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

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final OuterKernel.Call call = new OuterKernel.Call();
    final float[] planes;
    final float[] gradient;

    Scratch() {
      boolean direct = OuterProduct.this.planes.kind() == Planes.Kind.DIRECT;
      int images = cut.imagesPerBlock();
      planes = direct ? null : new float[images * imagePlanes + Planes.margin(kernels)];
      gradient =
          gradientInPlace
              ? null
              : new float[images * geometry.outChannelsPerGroup() * gradientPerImage];
    }
  }
}
