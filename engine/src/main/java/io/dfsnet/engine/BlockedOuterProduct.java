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
  private static final int MOST_CHUNKS = 4;

  /** Below this many positions a chunk of its own costs more than it brings. */
  private static final int LEAST_CHUNK_POSITIONS = 2048;

  /** 16 MiB for the sums of all chunks. */
  private static final int CHUNK_FLOATS = 4 * 1024 * 1024;

  /** Images per block are as many as make the rows of the result this long. */
  private static final int LONG_ROW = 64;

  private final Kernels kernels;
  private final Conv2dGeometry geometry;
  private final List<BlockedOuterKernel> tiles;
  private final int lanes;
  private final Channels channels;
  private final int chunks;
  private final OuterBlocks blocks;
  private final WorkCut cut;
  private final List<TapSpan> spans;

  /** By tile and by the lane of its first input channel. */
  private final BlockedOuterKernel.Spread[][] spreads;

  /** 0, 1, 2, ...: a vector of sums becomes a column of the weights. */
  private final int[] rowsOfWeights;

  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[][] sums;
  private float[] input;
  private float[] gradient;
  private int vectorRanges;

  /**
   * @param widest the tile with most input channels; those behind it take what it leaves over
   * @param isWinograd if rows are brought to the points of {@link Winograd}
   */
  BlockedOuterProduct(
      Kernels kernels, BlockedOuterKernel widest, Conv2dGeometry geometry, boolean isWinograd) {
    this.kernels = kernels;
    this.geometry = geometry;
    this.tiles =
        kernels.blockedOuters().stream().filter(t -> t.inputs() <= widest.inputs()).toList();
    this.lanes = widest.rows();
    int sumRows = isWinograd ? Winograd.POINTS : geometry.kernelHeight();
    this.channels = new Channels(geometry, lanes, sumRows);
    this.chunks = chunks();
    int images = Math.ceilDiv(LONG_ROW, geometry.outWidth());
    int leastBlocks = Math.max(chunks, Math.ceilDiv(geometry.n(), images));
    this.blocks =
        isWinograd
            ? new PointRows(kernels, geometry, lanes, leastBlocks)
            : new KernelRows(kernels, geometry, lanes, leastBlocks);
    this.cut = blocks.cut();
    this.spans =
        TapSpan.of(
            geometry.inWidth(),
            geometry.outWidth(),
            geometry.kernelWidth(),
            geometry.strideWidth(),
            geometry.padWidth(),
            geometry.dilationWidth());
    this.spreads = spreads();
    this.rowsOfWeights = new int[lanes];
    Arrays.setAll(rowsOfWeights, lane -> lane);
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
    return (wide || narrow) && KernelRows.fits(geometry, lanes);
  }

  /** How many groups the output channels of a vector belong to. */
  static int groupsOfVector(Conv2dGeometry geometry, int lanes) {
    return Math.max(lanes / geometry.outChannelsPerGroup(), 1);
  }

  private int chunks() {
    long positions = (long) geometry.n() * geometry.outHeight() * geometry.outWidth();
    int affordable = CHUNK_FLOATS / (channels.vectors() * channels.sumsOfVector());
    int most = Math.clamp(affordable, 1, Math.min(MOST_CHUNKS, geometry.n()));
    return Math.clamp(positions / LEAST_CHUNK_POSITIONS, 1, most);
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
      blocks.toKernelRows(sums[0], vector * channels.sumsOfVector(), channels.inputs(), lanes);
      storeSums(vector, weightGradient);
    }
    this.input = null;
    this.gradient = null;
  }

  /** {@code [input channel][tap][lane]} becomes {@code [output channel][input channel][tap]}. */
  private void storeSums(int vector, float[] weightGradient) {
    int reduction = geometry.reduction();
    int from = vector * channels.sumsOfVector();
    int first = vector * lanes;
    int count = Math.min(lanes, geometry.outChannels() - first);
    if (reduction < lanes) {
      for (int m = 0; m < count; m++) {
        for (int k = 0; k < reduction; k++) {
          weightGradient[(first + m) * reduction + k] = sums[0][from + k * lanes + m];
        }
      }
      return;
    }
    for (int k = 0; k < reduction; k += lanes) {
      // The last square overlaps the one before it.
      int start = Math.min(k, reduction - lanes);
      kernels.transpose(
          sums[0],
          from + start * lanes,
          lanes,
          lanes,
          count,
          rowsOfWeights,
          weightGradient,
          first * reduction + start,
          reduction);
    }
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

    Channels(Conv2dGeometry geometry, int lanes, int sumRows) {
      int inputs = Math.ceilDiv(geometry.inChannelsPerGroup(), 2) * 2;
      this(
          Math.ceilDiv(geometry.outChannels(), lanes),
          Math.max(geometry.outChannelsPerGroup() / lanes, 1),
          BlockedOuterProduct.groupsOfVector(geometry, lanes),
          inputs,
          inputs * sumRows * geometry.kernelWidth() * lanes);
    }
  }

  /** What one thread needs beside the arrays of the call, and where it is. */
  private final class Scratch {
    final BlockedOuterKernel.Call call = new BlockedOuterKernel.Call();
    final OuterBlocks.Loaded loaded = blocks.newMemory();
    int firstVector;
    int endVector;

    Scratch() {
      call.input = loaded.inputs();
      call.gradient = loaded.gradients();
      call.step = lanes;
      call.tile = new float[tiles.getFirst().inputs() * BlockedOuterKernel.STREAMS * lanes];
      call.sumsPitch = channels.sumsOfVector() / channels.inputs();
    }

    void sumBlock(int block, int band) {
      int firstBlock = firstInput(firstVector) / lanes;
      int endInput = firstInput(endVector - 1) + inputsOfVector();
      int endBlock = Math.ceilDiv(Math.min(endInput, geometry.inChannels()), lanes);
      loaded.load(input, gradient, block, band, firstBlock, endBlock, firstVector, endVector);
      call.inputPitch = loaded.inputPitch();
      call.gradientPitch = loaded.gradientPitch();
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
        for (int i = 0; i < blocks.sumRows(); i++) {
          sumRow(tiles.get(t), inputChannel / lanes, c, i, from, to);
        }
        c += tiles.get(t).inputs();
      }
    }

    private void sumRow(BlockedOuterKernel tile, int inputBlock, int c, int i, int from, int to) {
      call.rows = loaded.meeting(i);
      if (call.rows == 0) {
        return;
      }
      for (var span : spans) {
        call.inputAt = loaded.inputAt(i, inputBlock, span.phase(), span.first());
        call.run = span.count() * loaded.images() * lanes;
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
                call.gradientAt[call.streams] = loaded.gradientAt(i, vector, span.outputs()[s]);
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
