package io.dfsnet.engine;

import java.util.Arrays;
import java.util.List;

/**
 * The planned backward pass to the weights with vectors over output channels. Images and gradients
 * of a block of images are brought into {@link ChannelBlocks} once; then, for each vector of output
 * channels and each tile of input channels, every kernel row and {@link TapSpan} is one call of a
 * micro-kernel whose sums stay in registers over all rows and images. There are no lanes to add up
 * at the end, and nothing is multiplied with padding.
 *
 * <pre>
 * a vector of 16 output channels       holds                       its input channels
 *   g = 1, 32 channels in and out      half of the group           all of the group's
 *   g = 4, 32 channels in and out      two groups of 8             two groups of 8
 *   g = 4, 16 in, 32 out               two groups of 8             two groups of 4
 * </pre>
 *
 * <p>The batch is cut into chunks whose number depends on the geometry alone; each chunk sums into
 * an array of its own, and the arrays are added in the order of the chunks. So the result does not
 * depend on the thread count.
 *
 * <p>Owns its scratch memory, one piece per thread; one call at a time.
 */
final class BlockedOuterProduct implements OuterPass {
  /** 384 KiB: a block, or a band of a large image, stays in the second-level cache. */
  private static final int BLOCK_FLOATS = 96 * 1024;

  /** 4 MiB: what a band of a single row may take up. */
  private static final int MOST_ROW_FLOATS = 1024 * 1024;

  /** Images per block are as many as make the rows of the result this long. */
  private static final int LONG_ROW = 64;

  private final Kernels kernels;
  private final Conv2dGeometry geometry;
  private final List<BlockedOuterKernel> tiles;
  private final int lanes;
  private final Channels channels;
  private final OuterSums outerSums;
  private final int chunks;
  private final WorkCut cut;
  private final ChannelBlocks inputBlocks;
  private final ChannelBlocks gradientBlocks;
  private final List<TapSpan> spans;

  /** By tile and by the lane of its first input channel. */
  private final BlockedOuterKernel.Spread[][] spreads;

  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[][] sums;
  private float[] input;
  private float[] gradient;
  private int vectorRanges;

  /**
   * @param widest the tile with most input channels; those behind it take what it leaves over
   */
  BlockedOuterProduct(Kernels kernels, BlockedOuterKernel widest, Conv2dGeometry geometry) {
    this.kernels = kernels;
    this.geometry = geometry;
    this.tiles =
        kernels.blockedOuters().stream().filter(t -> t.inputs() <= widest.inputs()).toList();
    this.lanes = widest.rows();
    this.channels = new Channels(geometry, lanes);
    this.outerSums = new OuterSums(kernels, geometry, lanes);
    this.chunks = outerSums.chunks(channels.vectors() * channels.sumsOfVector());
    this.cut = cut();
    this.inputBlocks =
        new ChannelBlocks(
            kernels,
            lanes,
            geometry.inChannels(),
            geometry.inHeight(),
            geometry.inWidth(),
            geometry.strideWidth(),
            inputRows(geometry, cut.rowsPerBand()));
    this.gradientBlocks =
        new ChannelBlocks(
            kernels,
            lanes,
            geometry.outChannels(),
            geometry.outHeight(),
            geometry.outWidth(),
            1,
            cut.rowsPerBand());
    this.spans =
        TapSpan.of(
            geometry.inWidth(),
            geometry.outWidth(),
            geometry.kernelWidth(),
            geometry.strideWidth(),
            geometry.padWidth(),
            geometry.dilationWidth());
    this.spreads = spreads();
  }

  /**
   * True if vectors of {@code lanes} output channels see whole tiles of input channels: a group's
   * output channels fill vectors, and its input channels begin at an even lane; or a vector holds
   * several groups, and their input channels are lanes of one vector, too. And a row must fit the
   * scratch memory.
   */
  static boolean admits(Conv2dGeometry geometry, int lanes) {
    int inputs = geometry.inChannelsPerGroup();
    int outputs = geometry.outChannelsPerGroup();
    boolean wide = outputs % lanes == 0 && (inputs % 2 == 0 || geometry.groups() == 1);
    boolean narrow = lanes % outputs == 0 && outputs % inputs == 0 && inputs > 1;
    return (wide || narrow) && imageFloats(geometry, lanes, 1) <= MOST_ROW_FLOATS;
  }

  /** How many groups the output channels of a vector belong to. */
  static int groupsOfVector(Conv2dGeometry geometry, int lanes) {
    return Math.max(lanes / geometry.outChannelsPerGroup(), 1);
  }

  private static long imageFloats(Conv2dGeometry geometry, int lanes, int rows) {
    return ChannelBlocks.floats(
            lanes,
            geometry.inChannels(),
            geometry.inWidth(),
            geometry.strideWidth(),
            inputRows(geometry, rows))
        + ChannelBlocks.floats(lanes, geometry.outChannels(), geometry.outWidth(), 1, rows);
  }

  /** How many rows of the input that many rows of the output see at most. */
  private static int inputRows(Conv2dGeometry geometry, int rows) {
    long seen =
        (rows - 1L) * geometry.strideHeight()
            + (geometry.kernelHeight() - 1L) * geometry.dilationHeight()
            + 1;
    return (int) Math.min(seen, geometry.inHeight());
  }

  private WorkCut cut() {
    int images = Math.ceilDiv(LONG_ROW, geometry.outWidth());
    int leastBlocks = Math.max(chunks, Math.ceilDiv(geometry.n(), images));
    return WorkCut.of(
        geometry.n(),
        geometry.outHeight(),
        new WorkCut.Limits(BLOCK_FLOATS, BLOCK_FLOATS, leastBlocks, 1),
        rows -> imageFloats(geometry, lanes, rows));
  }

  private BlockedOuterKernel.Spread[][] spreads() {
    var all = new BlockedOuterKernel.Spread[tiles.size()][lanes];
    for (int t = 0; t < all.length; t++) {
      for (int lane = 0; lane < lanes; lane++) {
        all[t][lane] =
            tiles
                .get(t)
                .spread(lane, geometry.inChannelsPerGroup(), lanes / channels.groupsOfVector());
      }
    }
    return all;
  }

  @Override
  public void run(float[] input, float[] gradient, float[] weightGradient, Workers workers) {
    this.input = input;
    this.gradient = gradient;
    if (sums == null) {
      sums = new float[chunks][channels.vectors() * channels.sumsOfVector()];
    }
    // How chunks are cut further does not matter to the result, so the thread count may decide it.
    int hands = UnitQueue.hands(geometry.macs(), workers);
    vectorRanges = Math.clamp(Math.ceilDiv(hands, chunks), 1, channels.vectors());
    units.run(chunks * vectorRanges, hands, workers);
    for (int chunk = 1; chunk < chunks; chunk++) {
      kernels.add(sums[0], sums[chunk]);
    }
    for (int vector = 0; vector < channels.vectors(); vector++) {
      int from = vector * channels.sumsOfVector();
      outerSums.store(sums[0], from, vector, weightGradient);
    }
    this.input = null;
    this.gradient = null;
  }

  private void runUnit(Scratch scratch, int unit) {
    int range = unit % vectorRanges;
    int chunk = unit / vectorRanges;
    scratch.firstVector = WorkCut.start(channels.vectors(), vectorRanges, range);
    scratch.endVector = WorkCut.start(channels.vectors(), vectorRanges, range + 1);
    scratch.call.sums = sums[chunk];
    Arrays.fill(
        sums[chunk],
        scratch.firstVector * channels.sumsOfVector(),
        scratch.endVector * channels.sumsOfVector(),
        0);
    int endBlock = WorkCut.start(cut.blocks(), chunks, chunk + 1);
    for (int block = WorkCut.start(cut.blocks(), chunks, chunk); block < endBlock; block++) {
      for (int band = 0; band < cut.bands(); band++) {
        scratch.sumBlock(block, band);
      }
    }
  }

  /**
   * How the channels of a geometry fill vectors.
   *
   * @param vectors of output channels
   * @param vectorsOfGroup vectors that see the same input channels
   * @param groupsOfVector groups whose output channels share a vector
   * @param inputs input channels of a group, one more if they are odd: its sums mean nothing
   * @param sumsOfVector how many sums belong to a vector
   */
  private record Channels(
      int vectors, int vectorsOfGroup, int groupsOfVector, int inputs, int sumsOfVector) {

    Channels(Conv2dGeometry geometry, int lanes) {
      int inputs = Math.ceilDiv(geometry.inChannelsPerGroup(), 2) * 2;
      this(
          Math.ceilDiv(geometry.outChannels(), lanes),
          Math.max(geometry.outChannelsPerGroup() / lanes, 1),
          BlockedOuterProduct.groupsOfVector(geometry, lanes),
          inputs,
          inputs * geometry.kernelHeight() * geometry.kernelWidth() * lanes);
    }
  }

  /** What one thread needs beside the arrays of the call, and where it is. */
  private final class Scratch {
    final BlockedOuterKernel.Call call = new BlockedOuterKernel.Call();
    final float[] inputs;
    final float[] gradients;
    int firstVector;
    int endVector;
    int images;
    int firstRow;
    int rows;
    int firstInputRow;
    int inputRows;

    Scratch() {
      int most = cut.imagesPerBlock();
      int mostRows = inputRows(geometry, cut.rowsPerBand());
      inputs = new float[inputBlocks.at(inputBlocks.blocks(), mostRows, 0, 0, 0, most)];
      gradients =
          new float[gradientBlocks.at(channels.vectors(), cut.rowsPerBand(), 0, 0, 0, most)];
      call.input = inputs;
      call.gradient = gradients;
      call.step = lanes;
      call.tile = new float[tiles.getFirst().inputs() * BlockedOuterKernel.STREAMS * lanes];
      call.sumsPitch = channels.sumsOfVector() / channels.inputs();
    }

    void sumBlock(int block, int band) {
      int firstImage = cut.firstImage(block);
      images = cut.firstImage(block + 1) - firstImage;
      firstRow = cut.firstRow(band);
      rows = cut.rowsOf(band);
      int top = firstRow * geometry.strideHeight() - geometry.padHeight();
      int bottom =
          (firstRow + rows - 1) * geometry.strideHeight()
              - geometry.padHeight()
              + (geometry.kernelHeight() - 1) * geometry.dilationHeight()
              + 1;
      firstInputRow = Math.clamp(top, 0, geometry.inHeight());
      inputRows = Math.clamp(bottom, firstInputRow, geometry.inHeight()) - firstInputRow;
      int firstBlock = firstInput(firstVector) / lanes;
      int endInput = firstInput(endVector - 1) + inputsOfVector();
      int endBlock = Math.min(Math.ceilDiv(endInput, lanes), inputBlocks.blocks());
      inputBlocks.pack(
          input, firstImage, images, firstInputRow, inputRows, firstBlock, endBlock, inputs);
      gradientBlocks.pack(
          gradient, firstImage, images, firstRow, rows, firstVector, endVector, gradients);
      call.inputPitch = geometry.strideHeight() * inputBlocks.pitch(images);
      call.gradientPitch = gradientBlocks.pitch(images);
      int from = firstVector;
      while (from < endVector) {
        int nextGroup = (from / channels.vectorsOfGroup() + 1) * channels.vectorsOfGroup();
        int to = Math.min(nextGroup, endVector);
        sumVectors(from, to);
        from = to;
      }
    }

    private int firstInput(int vector) {
      return vector / channels.vectorsOfGroup() * inputsOfVector();
    }

    private int inputsOfVector() {
      return channels.groupsOfVector() * geometry.inChannelsPerGroup();
    }

    /** Sums up for vectors that see the same input channels. */
    private void sumVectors(int from, int to) {
      int c = 0;
      while (c < channels.inputs()) {
        int inputChannel = firstInput(from) + c;
        int lane = inputChannel % lanes;
        int t = 0;
        while (tiles.get(t).inputs() > Math.min(channels.inputs() - c, lanes - lane)) {
          t++;
        }
        call.spread = spreads[t][lane];
        for (int i = 0; i < geometry.kernelHeight(); i++) {
          sumKernelRow(tiles.get(t), inputChannel / lanes, c, i, from, to);
        }
        c += tiles.get(t).inputs();
      }
    }

    private void sumKernelRow(
        BlockedOuterKernel tile, int inputBlock, int c, int i, int from, int to) {
      // Output row y meets input row y * stride + shift.
      int stride = geometry.strideHeight();
      int shift = i * geometry.dilationHeight() - geometry.padHeight();
      int y = Math.max(firstRow, Math.ceilDiv(-shift, stride));
      int end = Math.min(firstRow + rows, Math.ceilDiv(geometry.inHeight() - shift, stride));
      call.rows = end - y;
      if (call.rows <= 0) {
        return;
      }
      int inputRow = y * stride + shift - firstInputRow;
      for (var span : spans) {
        call.inputAt =
            inputBlocks.at(inputBlock, inputRows, inputRow, span.phase(), span.first(), images);
        call.run = span.count() * images * lanes;
        for (int tap = 0; tap < span.taps().length; tap += BlockedOuterKernel.STREAMS) {
          int taps = Math.min(BlockedOuterKernel.STREAMS, span.taps().length - tap);
          int parts = Math.ceilDiv(to - from, BlockedOuterKernel.STREAMS / taps);
          for (int part = 0; part < parts; part++) {
            int vector = from + WorkCut.start(to - from, parts, part);
            int endVectors = from + WorkCut.start(to - from, parts, part + 1);
            call.streams = 0;
            for (; vector < endVectors; vector++) {
              for (int s = tap; s < tap + taps; s++) {
                int weight = i * geometry.kernelWidth() + span.taps()[s];
                call.gradientAt[call.streams] =
                    gradientBlocks.at(vector, rows, y - firstRow, 0, span.outputs()[s], images);
                call.sumsAt[call.streams] =
                    vector * channels.sumsOfVector() + c * call.sumsPitch + weight * lanes;
                call.streams++;
              }
            }
            tile.run(call);
          }
        }
      }
    }
  }
}
