package io.dfsnet.engine;

/**
 * A layout of feature maps with channels side by side: a vector holds one position of {@code lanes}
 * neighbouring channels. Images stand next to each other within a position, so that a row of small
 * maps is long, too:
 *
 * <pre>
 * [channel block][row][phase][column][image][lane]
 * </pre>
 *
 * With a stride, columns that differ by a multiple of it share a phase and are neighbours. There
 * are no borders; who reads knows which products there are (see {@link TapSpan}).
 */
final class ChannelBlocks {
  private final Kernels kernels;
  private final int lanes;
  private final int channels;
  private final int height;
  private final int width;
  private final int phases;
  private final int phaseColumns;

  /** For each element of a band, row after row, how many vectors of an image stand before it. */
  private final int[] slots;

  /**
   * @param stride of columns
   * @param bandRows for how many rows there is room
   */
  ChannelBlocks(
      Kernels kernels, int lanes, int channels, int height, int width, int stride, int bandRows) {
    this.kernels = kernels;
    this.lanes = lanes;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.phases = Math.min(stride, width);
    this.phaseColumns = Math.ceilDiv(width, stride);
    this.slots = new int[bandRows * width];
    for (int i = 0; i < slots.length; i++) {
      int column = i % width;
      slots[i] = slot(i / width, column % stride, column / stride);
    }
  }

  private int slot(int row, int phase, int column) {
    return (row * phases + phase) * phaseColumns + column;
  }

  /** How many values an image takes up, for a band of {@code rows} rows. */
  static long floats(int lanes, int channels, int width, int stride, int rows) {
    long columns = (long) Math.min(stride, width) * Math.ceilDiv(width, stride);
    return Math.ceilDiv(channels, lanes) * lanes * rows * columns;
  }

  int blocks() {
    return Math.ceilDiv(channels, lanes);
  }

  /** From a row to the next. */
  int pitch(int images) {
    return phases * phaseColumns * images * lanes;
  }

  /** Where a position of a block stands, the row counted from the band's first. */
  int at(int block, int bandRows, int row, int phase, int column, int images) {
    return (block * bandRows * phases * phaseColumns + slot(row, phase, column)) * images * lanes;
  }

  /**
   * Fills the channel blocks from {@code firstBlock} (inclusive) to {@code endBlock} (exclusive)
   * with {@code bandRows} rows of {@code images} images. Lanes beyond the last channel get
   * anything.
   */
  void pack(
      float[] maps,
      int firstImage,
      int images,
      int firstRow,
      int bandRows,
      int firstBlock,
      int endBlock,
      float[] packed) {
    for (int block = firstBlock; block < endBlock; block++) {
      int to = at(block, bandRows, 0, 0, 0, images);
      packBlock(maps, firstImage, images, firstRow, bandRows, block, packed, to);
    }
  }

  /** The same for a single block, which begins at {@code packedAt}. */
  void packBlock(
      float[] maps,
      int firstImage,
      int images,
      int firstRow,
      int bandRows,
      int block,
      float[] packed,
      int packedAt) {
    int mapSize = height * width;
    int rows = Math.min(lanes, channels - block * lanes);
    for (int image = 0; image < images; image++) {
      int map = (firstImage + image) * channels + block * lanes;
      kernels.transpose(
          maps,
          map * mapSize + firstRow * width,
          mapSize,
          rows,
          bandRows * width,
          slots,
          packed,
          packedAt + image * lanes,
          images * lanes);
    }
  }
}
