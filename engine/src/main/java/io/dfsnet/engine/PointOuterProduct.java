package io.dfsnet.engine;

import java.util.Arrays;

/**
 * A planned backward pass to the weights by {@link Winograd}'s filtering: the transposed of the
 * forward pass. Six points of input rows times six points of gradient rows, summed over all tiles
 * and images, are brought back to the kernel's three rows once.
 *
 * <pre>
 *   input maps                     points, as rows
 *   c0 [y][x]        source        V0 [c][image][tile][x] \
 *   c1 [y][x]       ------->       ...                     \   sums               gradient of the weights
 *   ...                            V5                       \  [c][point][j][o]   [o][c][i][j]
 *                                                            ------------------> ------------->
 *   gradient maps   transpose,     Z0 [image][tile][x][o]   /
 *   o0 [y][x]       gradient       ...                     /
 *   ...             ------->       Z5                     /
 * </pre>
 *
 * Behind each row of points stands a column of zeros, of the input and of the gradient: so what
 * reaches beyond a row is nothing, and all rows of all tiles and images are one long row.
 *
 * <p>The batch is cut into chunks as by {@link BlockedOuterProduct}: results do not depend on the
 * thread count. Owns its scratch memory, one piece per thread; one call at a time.
 */
final class PointOuterProduct implements OuterPass {
  /** 512 KiB: half of a second-level cache. */
  private static final int BLOCK_FLOATS = 128 * 1024;

  /** 1 GiB: what the sums of a chunk may take up. */
  private static final int MOST_SUMS = 256 * 1024 * 1024;

  private final Kernels kernels;
  private final PointOuterKernel kernel;
  private final Conv2dGeometry geometry;
  private final int lanes;
  private final int inputs;
  private final int vectors;
  private final int vectorsOfGroup;
  private final int sumsOfVector;

  /** From a row of points to the next. */
  private final int pitch;

  private final OuterSums outerSums;
  private final int chunks;
  private final WorkCut cut;
  private final ChannelBlocks gradientBlocks;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[][] sums;
  private float[] input;
  private float[] gradient;
  private int vectorRanges;

  /** True for the convolutions of {@link Winograd} whose channels and rows make whole tiles. */
  static boolean admits(Conv2dGeometry geometry, PointOuterKernel kernel) {
    return Winograd.serves(SumProblem.forward(geometry))
        && geometry.outHeight() % Winograd.ROWS == 0
        && geometry.inChannelsPerGroup() % kernel.inputs() == 0
        && geometry.outChannelsPerGroup() % kernel.rows() == 0
        && geometry.outWidth() + 1 <= mostPositions(geometry)
        && (long) geometry.outChannels() * sumsOfOutput(geometry) <= MOST_SUMS;
  }

  private static int sumsOfOutput(Conv2dGeometry geometry) {
    return geometry.inChannelsPerGroup() * Winograd.POINTS * Winograd.COLUMNS;
  }

  /** How many positions of points fit the scratch memory and the kernel. */
  private static int mostPositions(Conv2dGeometry geometry) {
    int floats = geometry.inChannelsPerGroup() + geometry.outChannelsPerGroup();
    // An overrun stands behind the last one.
    int most = PointOuterKernel.CHANNEL_STEP - 16;
    return Math.min(BLOCK_FLOATS / (Winograd.POINTS * floats), most);
  }

  PointOuterProduct(Kernels kernels, PointOuterKernel kernel, Conv2dGeometry geometry) {
    this.kernels = kernels;
    this.kernel = kernel;
    this.geometry = geometry;
    this.lanes = kernel.rows();
    this.inputs = geometry.inChannelsPerGroup();
    this.vectors = geometry.outChannels() / lanes;
    this.vectorsOfGroup = geometry.outChannelsPerGroup() / lanes;
    this.sumsOfVector = sumsOfOutput(geometry) * lanes;
    this.pitch = geometry.outWidth() + 1;
    this.outerSums = new OuterSums(kernels, geometry, lanes);
    this.chunks = outerSums.chunks(vectors * sumsOfVector);
    int most = mostPositions(geometry);
    this.cut =
        WorkCut.of(
            geometry.n(),
            Winograd.tiles(geometry.outHeight()),
            new WorkCut.Limits(most, most, chunks, 1),
            tiles -> (long) tiles * pitch);
    this.gradientBlocks =
        new ChannelBlocks(
            kernels,
            lanes,
            geometry.outChannels(),
            geometry.outHeight(),
            geometry.outWidth(),
            1,
            cut.rowsPerBand() * Winograd.ROWS);
  }

  @Override
  public void run(float[] input, float[] gradient, float[] weightGradient, Workers workers) {
    this.input = input;
    this.gradient = gradient;
    if (sums == null) {
      sums = new float[chunks][vectors * sumsOfVector];
    }
    // How chunks are cut further does not matter to the result, so the thread count may decide it.
    int hands = UnitQueue.hands(geometry.macs(), workers);
    vectorRanges = Math.clamp(Math.ceilDiv(hands, chunks), 1, vectors);
    units.run(chunks * vectorRanges, hands, workers);
    for (int chunk = 1; chunk < chunks; chunk++) {
      kernels.add(sums[0], sums[chunk]);
    }
    for (int vector = 0; vector < vectors; vector++) {
      int from = vector * sumsOfVector;
      toKernelRows(sums[0], from);
      outerSums.store(sums[0], from, vector, weightGradient);
    }
    this.input = null;
    this.gradient = null;
  }

  /** {@code [c][point][column][lane]} becomes {@code [c][row][column][lane]}, in place. */
  private void toKernelRows(float[] sums, int at) {
    int row = Winograd.COLUMNS * lanes;
    for (int c = 0; c < inputs; c++) {
      int points = at + c * Winograd.POINTS * row;
      int rows = at + c * Winograd.COLUMNS * row;
      for (int i = 0; i < row; i++) {
        Winograd.kernelGradient(sums, points + i, row, sums, rows + i, row);
      }
    }
  }

  private void runUnit(Scratch scratch, int unit) {
    int range = unit % vectorRanges;
    int chunk = unit / vectorRanges;
    int first = WorkCut.start(vectors, vectorRanges, range);
    int end = WorkCut.start(vectors, vectorRanges, range + 1);
    scratch.call.sums = sums[chunk];
    Arrays.fill(sums[chunk], first * sumsOfVector, end * sumsOfVector, 0);
    int endBlock = WorkCut.start(cut.blocks(), chunks, chunk + 1);
    for (int block = WorkCut.start(cut.blocks(), chunks, chunk); block < endBlock; block++) {
      for (int band = 0; band < cut.bands(); band++) {
        scratch.select(block, band);
        for (int v = first; v < end; ) {
          int endOfGroup = Math.min((v / vectorsOfGroup + 1) * vectorsOfGroup, end);
          scratch.sumVectors(v, endOfGroup);
          v = endOfGroup;
        }
      }
    }
    scratch.call.sums = null;
  }

  /** What one thread needs beside the arrays of the call, and where it is. */
  private final class Scratch {
    final PointOuterKernel.Call call = new PointOuterKernel.Call();
    final TileTransforms transforms = kernels.transforms();
    final SourceTiles sourceTiles =
        new SourceTiles(kernels, geometry.inHeight(), geometry.inWidth());

    /** {@code [point][input channel]}, positions behind each other. */
    final float[] inputPoints;

    final int inputPointStep = inputs * PointOuterKernel.CHANNEL_STEP;

    /** {@code [point]}, of a vector of output channels; a position of zeros before the first. */
    final float[] gradientPoints;

    final int gradientPointStep;

    /** The gradient of a vector's channels in a band of one image. */
    final float[] transposed;

    int firstImage;
    int images;
    int firstTile;
    int tiles;

    Scratch() {
      int mostPositions = cut.imagesPerBlock() * cut.rowsPerBand() * pitch;
      inputPoints = new float[Winograd.POINTS * inputPointStep];
      gradientPointStep = (1 + mostPositions) * lanes;
      gradientPoints = new float[Winograd.POINTS * gradientPointStep];
      int rows = cut.rowsPerBand() * Winograd.ROWS;
      transposed = new float[rows * geometry.outWidth() * lanes];
      sourceTiles.into(inputPoints, PointOuterKernel.CHANNEL_STEP, inputPointStep);
      call.input = inputPoints;
      call.gradient = gradientPoints;
      call.sumsPitch = Winograd.POINTS * Winograd.COLUMNS * lanes;
    }

    void select(int block, int band) {
      firstImage = cut.firstImage(block);
      images = cut.firstImage(block + 1) - firstImage;
      firstTile = cut.firstRow(band);
      tiles = cut.rowsOf(band);
      // The column of zeros behind the last row meets nothing.
      call.positions = images * tiles * pitch - 1;
    }

    /** Sums up for vectors of one group. */
    void sumVectors(int first, int end) {
      inputToPoints(first / vectorsOfGroup);
      for (int v = first; v < end; v++) {
        gradientToPoints(v);
        for (int point = 0; point < Winograd.POINTS; point++) {
          call.gradientAt = point * gradientPointStep + lanes;
          call.inputAt = point * inputPointStep;
          call.sumsAt = v * sumsOfVector + point * Winograd.COLUMNS * lanes;
          for (int c = 0; c < inputs; c += kernel.inputs()) {
            kernel.run(call);
            call.inputAt += kernel.inputs() * PointOuterKernel.CHANNEL_STEP;
            call.sumsAt += kernel.inputs() * call.sumsPitch;
          }
        }
      }
    }

    private void inputToPoints(int group) {
      int width = geometry.inWidth();
      int mapSize = geometry.inHeight() * width;
      int to = 0;
      for (int image = 0; image < images; image++) {
        int map = ((firstImage + image) * geometry.groups() + group) * inputs * mapSize;
        for (int t = 0; t < tiles; t++, to += pitch) {
          sourceTiles.transform(input, map, inputs, firstTile + t, to);
          // The overrun of a row reaches into the column of zeros behind it.
          for (int row = 0; row < Winograd.POINTS * inputs; row++) {
            inputPoints[to + width + row * PointOuterKernel.CHANNEL_STEP] = 0;
          }
        }
      }
    }

    private void gradientToPoints(int vector) {
      int row = geometry.outWidth() * lanes;
      int to = lanes;
      for (int image = 0; image < images; image++) {
        gradientBlocks.packBlock(
            gradient,
            firstImage + image,
            1,
            firstTile * Winograd.ROWS,
            tiles * Winograd.ROWS,
            vector,
            transposed,
            0);
        for (int t = 0; t < tiles; t++, to += pitch * lanes) {
          int from = t * Winograd.ROWS * row;
          transforms.gradient(transposed, from, row, row, gradientPoints, to, gradientPointStep);
          for (int point = 0; point < Winograd.POINTS; point++) {
            int column = to + row + point * gradientPointStep;
            Arrays.fill(gradientPoints, column, column + lanes, 0);
          }
        }
      }
    }
  }
}
