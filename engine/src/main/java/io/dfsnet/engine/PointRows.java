package io.dfsnet.engine;

/**
 * Inputs and gradients at the points of {@link Winograd}: with the transposed of the filtering that
 * computes four rows of the output, the gradient of a kernel's three rows takes six products for
 * four rows, not twelve.
 *
 * <pre>
 *   input rows of a tile      6  source    6 points  \
 *                                                     products, summed over tiles   6 points -> 3 kernel rows
 *   gradient rows of a tile   4  gradient  6 points  /                              once
 * </pre>
 *
 * A block of channels is transposed into scratch memory of its own, and goes from there to the
 * points while it is in the cache.
 */
final class PointRows extends OuterBlocks {
  /** 512 KiB: half of a second-level cache. */
  private static final int BLOCK_FLOATS = 128 * 1024;

  private static final int COLUMNS = 3;

  private final Kernels kernels;
  private final Conv2dGeometry geometry;
  private final int lanes;
  private final WorkCut cut;
  private final ChannelBlocks inputBlocks;
  private final ChannelBlocks gradientBlocks;

  /** True for 3x3 kernels with stride 1 and a border of one, on maps of whole tiles. */
  static boolean admits(Conv2dGeometry geometry, int lanes) {
    return Winograd.serves(SumProblem.forward(geometry))
        && geometry.outHeight() % Winograd.ROWS == 0
        && tileFloats(geometry, lanes) <= BLOCK_FLOATS;
  }

  /** What the points of a row of tiles of one image take up. */
  private static long tileFloats(Conv2dGeometry geometry, int lanes) {
    int width = geometry.inWidth();
    return ChannelBlocks.floats(lanes, geometry.inChannels(), width, 1, Winograd.POINTS)
        + ChannelBlocks.floats(lanes, geometry.outChannels(), width, 1, Winograd.POINTS);
  }

  PointRows(Kernels kernels, Conv2dGeometry geometry, int lanes, int leastBlocks) {
    this.kernels = kernels;
    this.geometry = geometry;
    this.lanes = lanes;
    long tileFloats = tileFloats(geometry, lanes);
    this.cut =
        WorkCut.of(
            geometry.n(),
            Winograd.tiles(geometry.outHeight()),
            new WorkCut.Limits(BLOCK_FLOATS, BLOCK_FLOATS, leastBlocks, 1),
            tiles -> tiles * tileFloats);
    int rows = Math.min(cut.rowsPerBand() * Winograd.ROWS + 2, geometry.inHeight());
    this.inputBlocks = blocks(geometry.inChannels(), rows);
    this.gradientBlocks = blocks(geometry.outChannels(), rows);
  }

  private ChannelBlocks blocks(int channels, int rows) {
    return new ChannelBlocks(
        kernels, lanes, channels, geometry.inHeight(), geometry.inWidth(), 1, rows);
  }

  @Override
  WorkCut cut() {
    return cut;
  }

  @Override
  int sumRows() {
    return Winograd.POINTS;
  }

  @Override
  Loaded newMemory() {
    return new Memory();
  }

  @Override
  void toKernelRows(float[] sums, int at, int inputs, int lanes) {
    int row = COLUMNS * lanes;
    for (int c = 0; c < inputs; c++) {
      int points = at + c * Winograd.POINTS * row;
      int rows = at + c * COLUMNS * row;
      for (int i = 0; i < row; i++) {
        Winograd.kernelGradient(sums, points + i, row, sums, rows + i, row);
      }
    }
  }

  private final class Memory extends Loaded {
    private final TileTransforms transforms = kernels.transforms();
    private final SourceTiles sourceTiles;
    private final float[] inputs;
    private final float[] gradients;

    /** The rows of a block of channels. */
    private final float[] transposed;

    private int images;
    private int tiles;

    Memory() {
      int most = cut.imagesPerBlock();
      int points = Winograd.POINTS * cut.rowsPerBand();
      inputs = new float[inputBlocks.at(inputBlocks.blocks(), points, 0, 0, 0, most)];
      gradients = new float[gradientBlocks.at(gradientBlocks.blocks(), points, 0, 0, 0, most)];
      int rows = Math.min(cut.rowsPerBand() * Winograd.ROWS + 2, geometry.inHeight());
      transposed = new float[rows * inputBlocks.pitch(most) + transforms.overrun()];
      sourceTiles = new SourceTiles(kernels, geometry.inHeight(), inputBlocks.pitch(most));
    }

    @Override
    void load(
        float[] input,
        float[] gradient,
        int block,
        int band,
        int firstBlock,
        int endBlock,
        int firstVector,
        int endVector) {
      int firstImage = cut.firstImage(block);
      images = cut.firstImage(block + 1) - firstImage;
      int firstTile = cut.firstRow(band);
      tiles = cut.rowsOf(band);
      int firstRow = firstTile * Winograd.ROWS;
      int rows = tiles * Winograd.ROWS;
      for (int b = firstBlock; b < endBlock; b++) {
        inputToPoints(input, firstImage, firstTile, b);
      }
      for (int v = firstVector; v < endVector; v++) {
        gradientBlocks.packBlock(gradient, firstImage, images, firstRow, rows, v, transposed, 0);
        gradientToPoints(v);
      }
    }

    /** A tile sees the rows beside it, too. */
    private void inputToPoints(float[] input, int firstImage, int firstTile, int block) {
      int top = Math.max(firstTile * Winograd.ROWS - 1, 0);
      int bottom = Math.min((firstTile + tiles) * Winograd.ROWS + 1, geometry.inHeight());
      inputBlocks.packBlock(input, firstImage, images, top, bottom - top, block, transposed, 0);
      int row = inputBlocks.pitch(images);
      for (int t = 0; t < tiles; t++) {
        sourceTiles.transform(
            transposed,
            -top * row,
            firstTile + t,
            row,
            inputs,
            pointsAt(inputBlocks, block, t),
            tiles * row);
      }
    }

    private void gradientToPoints(int vector) {
      int row = gradientBlocks.pitch(images);
      for (int t = 0; t < tiles; t++) {
        int from = t * Winograd.ROWS * row;
        int to = pointsAt(gradientBlocks, vector, t);
        transforms.gradient(transposed, from, row, row, gradients, to, tiles * row);
      }
    }

    /** Where the first point of a tile begins. */
    private int pointsAt(ChannelBlocks blocks, int block, int tile) {
      return blocks.at(block, Winograd.POINTS * tiles, tile, 0, 0, images);
    }

    @Override
    int meeting(int i) {
      return tiles;
    }

    @Override
    float[] inputs() {
      return inputs;
    }

    @Override
    float[] gradients() {
      return gradients;
    }

    @Override
    int inputAt(int i, int block, int phase, int column) {
      return inputBlocks.at(block, Winograd.POINTS * tiles, i * tiles, phase, column, images);
    }

    @Override
    int inputPitch() {
      return inputBlocks.pitch(images);
    }

    @Override
    int gradientAt(int i, int vector, int column) {
      return gradientBlocks.at(vector, Winograd.POINTS * tiles, i * tiles, 0, column, images);
    }

    @Override
    int gradientPitch() {
      return gradientBlocks.pitch(images);
    }

    @Override
    int images() {
      return images;
    }
  }
}
