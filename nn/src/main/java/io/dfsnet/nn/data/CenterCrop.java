package io.dfsnet.nn.data;

/**
 * Resizing so that the shorter side has a given length, then cutting out the square in the middle:
 * torchvision's {@code Resize(resize)} and {@code CenterCrop(size)} on a Pillow image, to the byte.
 *
 * @param resize the length of the shorter side in pixels
 * @param size the side of the square, at most {@code resize}
 */
record CenterCrop(int resize, int size) {

  /** The square, {@code [3, size, size]}. */
  byte[] apply(RgbImage image) {
    int shorter = Math.min(image.width(), image.height());
    int width = (int) ((long) resize * image.width() / shorter);
    int height = (int) ((long) resize * image.height() / shorter);
    Resampling columns = Resampling.bilinear(image.width(), width, begin(width), size);
    Resampling rows = Resampling.bilinear(image.height(), height, begin(height), size);
    byte[] square = new byte[RgbImage.CHANNELS * size * size];
    // Only the rows that the second pass reads, counted from the first of them.
    int first = rows.first();
    byte[] narrow = new byte[size * (rows.last() - first)];
    for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
      int plane = channel * image.width() * image.height();
      for (int y = first; y < rows.last(); y++) {
        int from = plane + y * image.width();
        for (int x = 0; x < size; x++) {
          narrow[(y - first) * size + x] = columns.sample(image.bytes(), from, 1, x);
        }
      }
      for (int y = 0; y < size; y++) {
        int to = (channel * size + y) * size;
        for (int x = 0; x < size; x++) {
          square[to + x] = rows.sample(narrow, x - first * size, size, y);
        }
      }
    }
    return square;
  }

  /** Where the square begins; halves are rounded to even, as Python's {@code round} does. */
  private int begin(int length) {
    return (int) Math.rint((length - size) / 2.0);
  }
}
