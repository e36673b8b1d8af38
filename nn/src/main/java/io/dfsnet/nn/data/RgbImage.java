package io.dfsnet.nn.data;

/**
 * A decoded colour image.
 *
 * @param bytes {@code [3, height, width]}: the red, the green and the blue plane
 */
record RgbImage(int width, int height, byte[] bytes) {
  static final int CHANNELS = 3;

  RgbImage {
    if (bytes.length != CHANNELS * width * height) {
      throw new IllegalArgumentException(
          "image: " + bytes.length + " bytes for " + width + "x" + height);
    }
  }
}
