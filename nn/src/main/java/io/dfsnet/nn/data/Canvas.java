package io.dfsnet.nn.data;

/** A small square colour image in floats, 0 black to 1 full, on which a scene is painted. */
final class Canvas {
  /** The side in pixels. */
  static final int SIZE = 32;

  static final int CHANNELS = 3;

  private static final int PLANE = SIZE * SIZE;

  private final float[] levels = new float[CHANNELS * PLANE];

  void set(int channel, int y, int x, float level) {
    levels[channel * PLANE + y * SIZE + x] = level;
  }

  void add(int channel, int y, int x, float amount) {
    levels[channel * PLANE + y * SIZE + x] += amount;
  }

  /**
   * Lays paint over one pixel.
   *
   * @param opacity from 0, which leaves the pixel as it is, to 1, which covers it
   * @param colour the level of each channel, before it is multiplied by {@code brightness}
   */
  void blend(int y, int x, float opacity, float brightness, float[] colour) {
    for (int channel = 0; channel < CHANNELS; channel++) {
      int at = channel * PLANE + y * SIZE + x;
      levels[at] += opacity * (brightness * colour[channel] - levels[at]);
    }
  }

  /** Writes the image as bytes, {@code [CHANNELS, SIZE, SIZE]}. */
  void copyTo(byte[] pixels, int offset) {
    for (int i = 0; i < levels.length; i++) {
      pixels[offset + i] = (byte) Math.round(255 * Math.clamp(levels[i], 0f, 1f));
    }
  }
}
