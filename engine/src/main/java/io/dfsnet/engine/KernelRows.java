package io.dfsnet.engine;

/** Inputs and gradients as they are: each row of the kernel sums its own products. */
final class KernelRows extends OuterBlocks {
  /** 384 KiB: a block, or a band of a large image, stays in the second-level cache. */
  private static final int BLOCK_FLOATS = 96 * 1024;

  /** 4 MiB: what a band of a single row may take up. */
  private static final int MOST_ROW_FLOATS = 1024 * 1024;

  private final Conv2dGeometry geometry;
  private final WorkCut cut;
  private final ChannelBlocks inputBlocks;
  private final ChannelBlocks gradientBlocks;

  KernelRows(Kernels kernels, Conv2dGeometry geometry, int lanes, int leastBlocks) {
    this.geometry = geometry;
    this.cut =
        WorkCut.of(
            geometry.n(),
            geometry.outHeight(),
            new WorkCut.Limits(BLOCK_FLOATS, BLOCK_FLOATS, leastBlocks, 1),
            rows -> imageFloats(geometry, lanes, rows));
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
  }

  /** True if a row fits the scratch memory. */
  static boolean fits(Conv2dGeometry geometry, int lanes) {
    return imageFloats(geometry, lanes, 1) <= MOST_ROW_FLOATS;
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

  @Override
  WorkCut cut() {
    return cut;
  }

  @Override
  int sumRows() {
    return geometry.kernelHeight();
  }

  @Override
  Loaded newMemory() {
    return new Memory();
  }

  @Override
  void toKernelRows(float[] sums, int at, int inputs, int lanes) {
    // They are.
  }

  private final class Memory extends Loaded {
    private final float[] inputs;
    private final float[] gradients;
    private int images;
    private int firstRow;
    private int rows;
    private int firstInputRow;
    private int inputRows;

    Memory() {
      int most = cut.imagesPerBlock();
      int mostRows = inputRows(geometry, cut.rowsPerBand());
      inputs = new float[inputBlocks.at(inputBlocks.blocks(), mostRows, 0, 0, 0, most)];
      gradients =
          new float[gradientBlocks.at(gradientBlocks.blocks(), cut.rowsPerBand(), 0, 0, 0, most)];
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
      inputBlocks.pack(
          input, firstImage, images, firstInputRow, inputRows, firstBlock, endBlock, inputs);
      gradientBlocks.pack(
          gradient, firstImage, images, firstRow, rows, firstVector, endVector, gradients);
    }

    /** Output row {@code y} meets input row {@code y * stride + shift}. */
    private int shift(int i) {
      return i * geometry.dilationHeight() - geometry.padHeight();
    }

    private int firstMeeting(int i) {
      return Math.max(firstRow, Math.ceilDiv(-shift(i), geometry.strideHeight()));
    }

    @Override
    int meeting(int i) {
      int end = Math.ceilDiv(geometry.inHeight() - shift(i), geometry.strideHeight());
      return Math.max(Math.min(firstRow + rows, end) - firstMeeting(i), 0);
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
      int row = firstMeeting(i) * geometry.strideHeight() + shift(i) - firstInputRow;
      return inputBlocks.at(block, inputRows, row, phase, column, images);
    }

    @Override
    int inputPitch() {
      return geometry.strideHeight() * inputBlocks.pitch(images);
    }

    @Override
    int gradientAt(int i, int vector, int column) {
      return gradientBlocks.at(vector, rows, firstMeeting(i) - firstRow, 0, column, images);
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
