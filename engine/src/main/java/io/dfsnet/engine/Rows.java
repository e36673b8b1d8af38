package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Equally spaced rows of neighbouring values within an array: what a few images hold of a channel.
 *
 * <pre>
 *     first                 first + pitch
 *     |&lt; length >|          |&lt; length >|
 * ....aaaaaaaaaaaa..........bbbbbbbbbbbb......
 * </pre>
 *
 * @param first where the first row begins
 * @param pitch from the beginning of a row to that of the next
 * @param count how many rows
 * @param length values in a row
 */
record Rows(int first, int pitch, int count, int length) {
  /** 16 KiB: two arrays of as many values stay in the first-level cache. */
  private static final int CHUNK = 4096;

  /**
   * The values of channel 0 of {@code [images, channels, plane]} in chunks that a cache holds;
   * those of channel {@code c} stand {@code c * plane} behind them. The cut depends on the sizes
   * alone.
   */
  static Rows[] chunks(int images, int channels, int plane) {
    List<Rows> chunks = new ArrayList<>();
    int pitch = channels * plane;
    int together = Math.max(CHUNK / plane, 1);
    for (int image = 0; image < images; image += together) {
      int count = Math.min(together, images - image);
      for (int i = 0; i < plane; i += CHUNK) {
        chunks.add(new Rows(image * pitch + i, pitch, count, Math.min(CHUNK, plane - i)));
      }
    }
    return chunks.toArray(Rows[]::new);
  }

  /** How many values there are. */
  int elements() {
    return count * length;
  }
}
