package io.dfsnet.engine;

import io.dfsnet.engine.Planes.Kind;
import io.dfsnet.engine.Positions.Place;
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
final class OuterProduct implements OuterPass {
  private static final int MOST_CHUNKS = 4;

  /** Below this many positions a chunk of its own costs more than it brings. */
  private static final int LEAST_CHUNK_POSITIONS = 2048;

  /** 16 MiB for the sums of all chunks. */
  private static final int CHUNK_FLOATS = 4 * 1024 * 1024;

  /** 128 vectors of 16: enough that adding up their lanes costs little. */
  private static final int BLOCK_POSITIONS = 2048;

  /** 192 KiB: the planes of a few channels stay in the second-level cache. */
  private static final int PLANE_FLOATS = 48 * 1024;

  /**
   * Smaller maps of the gradient are copied next to those of the same channel in the other images
   * of a block. In the batch they lie a power of two apart and push each other out of the cache.
   */
  private static final int LEAST_MAP = 512;

  /** 1 MiB for those copies. */
  private static final int GRADIENT_FLOATS = 256 * 1024;

  private final Kernels kernels;
  private final Conv2dGeometry geometry;
  private final TapGrid taps;
  private final int lanes;
  private final int chunks;
  private final WorkCut cut;
  private final Planes planes;
  private final List<Tile<OuterKernel>> tiles;
  private final int channelsPerPack;
  private final int imagePlanes;
  private final int[] offsets;
  private final boolean gradientInPlace;
  private final int gradientPerImage;
  private final Positions[] positions;
  private final Planes.Band[] bands;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[][] sums;
  private float[] input;
  private float[] gradient;
  private int tileRanges;

  OuterProduct(Kernels kernels, Kind kind, OuterKernel widest, Conv2dGeometry geometry) {
    this.kernels = kernels;
    this.geometry = geometry;
    this.taps = TapGrid.forward(geometry);
    this.lanes = kernels.lanes(taps.positions());
    this.chunks = chunks();
    this.cut = cut();
    this.planes = new Planes(kernels, kind, taps, cut.rowsPerBand());
    this.tiles = Tile.split(geometry.outChannelsPerGroup(), kernels.outers(), widest);
    this.channelsPerPack = channelsPerPack(widest.taps());
    int channels = isDirect() ? geometry.inChannels() : channelsPerPack;
    this.imagePlanes = channels * planes.channelSize();
    this.offsets = offsets();
    this.gradientInPlace = taps.positions() >= LEAST_MAP && bandsAreWholeRuns();
    this.gradientPerImage = Math.ceilDiv(cut.rowsPerBand() * taps.columns(), lanes) * lanes;
    this.positions = positions();
    this.bands = cut.bands(planes);
  }

  private int chunks() {
    long positions = (long) geometry.n() * taps.positions();
    int affordable = CHUNK_FLOATS / geometry.weightShape().elements();
    int most = Math.clamp(affordable, 1, Math.min(MOST_CHUNKS, geometry.n()));
    return Math.clamp(positions / LEAST_CHUNK_POSITIONS, 1, most);
  }

  private WorkCut cut() {
    int leastRows = Math.ceilDiv(lanes, taps.columns());
    return WorkCut.of(
        geometry.n(),
        taps.rows(),
        new WorkCut.Limits(BLOCK_POSITIONS, BLOCK_POSITIONS, chunks, leastRows),
        rows -> {
          long positions = (long) rows * taps.columns();
          long copies = positions * geometry.outChannelsPerGroup();
          return Math.max(positions, copies * BLOCK_POSITIONS / GRADIENT_FLOATS);
        });
  }

  private boolean isDirect() {
    return planes.kind() == Kind.DIRECT;
  }

  /** As many channels as the cache holds, rounded up so that their taps fill tiles. */
  private int channelsPerPack(int tileTaps) {
    int channels = geometry.inChannelsPerGroup();
    long perChannel = (long) cut.imagesPerBlock() * planes.channelSize();
    int fit = Math.clamp(PLANE_FLOATS / Math.max(perChannel, 1), 1, channels);
    int whole = 1;
    while (whole * kernelSize() % tileTaps != 0) {
      whole++;
    }
    return Math.min(channels, Math.ceilDiv(fit, whole) * whole);
  }

  private int kernelSize() {
    return geometry.kernelHeight() * geometry.kernelWidth();
  }

  private int[] offsets() {
    int[] offsets = new int[channelsPerPack * kernelSize()];
    int k = 0;
    for (int c = 0; c < channelsPerPack; c++) {
      for (int i = 0; i < geometry.kernelHeight(); i++) {
        for (int j = 0; j < geometry.kernelWidth(); j++) {
          offsets[k++] = c * planes.channelSize() + planes.tapOffset(i, j);
        }
      }
    }
    return offsets;
  }

  private boolean bandsAreWholeRuns() {
    for (int band = 0; band < cut.bands(); band++) {
      if (cut.rowsOf(band) * taps.columns() % lanes != 0) {
        return false;
      }
    }
    return true;
  }

  private Positions[] positions() {
    var all = new Positions[cut.bands()];
    for (int band = 0; band < all.length; band++) {
      var place =
          new Place(
              cut.firstRow(band),
              cut.rowsOf(band),
              taps.columns(),
              cut.imagesPerBlock(),
              imagePlanes,
              gradientInPlace ? geometry.outChannels() * taps.positions() : gradientPerImage,
              gradientInPlace ? cut.firstRow(band) * taps.columns() : 0);
      all[band] = Positions.of(planes, place, lanes, Tail.PADDED);
    }
    return all;
  }

  @Override
  public void run(float[] input, float[] gradient, float[] weightGradient, Workers workers) {
    this.input = input;
    this.gradient = gradient;
    if (sums == null) {
      sums = new float[chunks][];
      for (int chunk = 1; chunk < chunks; chunk++) {
        sums[chunk] = new float[weightGradient.length];
      }
    }
    sums[0] = weightGradient;
    // How chunks are cut further does not matter to the result, so the thread count may decide it.
    int pieces = chunks * geometry.groups();
    int hands = UnitQueue.hands(geometry.macs(), workers);
    tileRanges = Math.clamp(hands / pieces, 1, tiles.size());
    units.run(pieces * tileRanges, hands, workers);
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
    scratch.firstTile = WorkCut.start(tiles.size(), tileRanges, tileRange);
    scratch.endTile = WorkCut.start(tiles.size(), tileRanges, tileRange + 1);
    scratch.call.sums = sums[chunk];
    scratch.clearSums(group);
    int endBlock = WorkCut.start(cut.blocks(), chunks, chunk + 1);
    for (int block = WorkCut.start(cut.blocks(), chunks, chunk); block < endBlock; block++) {
      for (int band = 0; band < cut.bands(); band++) {
        scratch.sumBlock(block, band, group);
      }
    }
    scratch.call.release();
  }

  /** What one thread needs beside the arrays of the call, and where it is. */
  private final class Scratch {
    final OuterKernel.Call call = new OuterKernel.Call();
    final float[] packed;
    final float[] copies;
    int firstTile;
    int endTile;

    Scratch() {
      int images = cut.imagesPerBlock();
      packed = isDirect() ? null : new float[images * imagePlanes + planes.margin(lanes)];
      copies =
          gradientInPlace
              ? null
              : new float[images * geometry.outChannelsPerGroup() * gradientPerImage];
    }

    void clearSums(int group) {
      int channel = group * geometry.outChannelsPerGroup();
      int from = channel + tiles.get(firstTile).firstChannel();
      int to = channel + tiles.get(endTile - 1).endChannel();
      Arrays.fill(call.sums, from * geometry.reduction(), to * geometry.reduction(), 0);
    }

    void sumBlock(int block, int band, int group) {
      int firstImage = cut.firstImage(block);
      int images = cut.firstImage(block + 1) - firstImage;
      call.positions = positions[band];
      call.runs = positions[band].perImage() * images;
      call.offsets = offsets;
      call.sumsPitch = geometry.reduction();
      int firstOutput =
          firstImage * geometry.outChannels() + group * geometry.outChannelsPerGroup();
      if (gradientInPlace) {
        call.gradient = gradient;
        call.gradientChannelSize = taps.positions();
      } else {
        call.gradient = copies;
        call.gradientChannelSize = cut.imagesPerBlock() * gradientPerImage;
        copyGradient(images, firstOutput, band);
      }
      int firstMap = gradientInPlace ? firstOutput : 0;
      int channels = geometry.inChannelsPerGroup();
      int firstInput = firstImage * geometry.inChannels() + group * channels;
      for (int c = 0; c < channels; c += channelsPerPack) {
        int packedChannels = Math.min(channelsPerPack, channels - c);
        if (isDirect()) {
          call.planes = input;
          call.planesAt = (firstInput + c) * planes.channelSize();
        } else {
          call.planes = packed;
          call.planesAt = 0;
          packPlanes(images, firstInput + c, packedChannels, band);
        }
        call.count = packedChannels * kernelSize();
        for (int t = firstTile; t < endTile; t++) {
          var tile = tiles.get(t);
          int channel = group * geometry.outChannelsPerGroup() + tile.firstChannel();
          call.gradientAt = (firstMap + tile.firstChannel()) * call.gradientChannelSize;
          call.sumsAt = channel * call.sumsPitch + c * kernelSize();
          tile.kernel().run(call);
        }
      }
    }

    private void packPlanes(int images, int firstInput, int channels, int band) {
      int mapSize = geometry.inHeight() * geometry.inWidth();
      for (int image = 0; image < images; image++) {
        int from = (firstInput + image * geometry.inChannels()) * mapSize;
        int at = image * imagePlanes;
        planes.pack(bands[band], input, from, channels, packed, at);
        // A run over the end of the last map multiplies what stands here with zeros.
        int end = at + channels * planes.channelSize();
        kernels.zero(packed, end, end + lanes);
      }
    }

    /** Copies the gradient so that each map is followed by zeros up to whole runs. */
    private void copyGradient(int images, int firstOutput, int band) {
      int from = cut.firstRow(band) * taps.columns();
      int count = cut.rowsOf(band) * taps.columns();
      for (int image = 0; image < images; image++) {
        for (int m = 0; m < geometry.outChannelsPerGroup(); m++) {
          int map = (firstOutput + image * geometry.outChannels() + m) * taps.positions();
          int at = (m * cut.imagesPerBlock() + image) * gradientPerImage;
          System.arraycopy(gradient, map + from, copies, at, count);
          Arrays.fill(copies, at + count, at + gradientPerImage, 0);
        }
      }
    }
  }
}
