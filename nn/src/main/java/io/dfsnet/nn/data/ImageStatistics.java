package io.dfsnet.nn.data;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * What the bytes and labels of a set are like. Computed from counts of whole numbers, so exact and
 * the same on every machine.
 *
 * @param mean by channel, of bytes scaled to 0..1: what a {@link Normalization} takes
 * @param deviation by channel, the standard deviation of the same
 * @param labels how many images each class has
 */
public record ImageStatistics(double[] mean, double[] deviation, int[] labels) {

  /**
   * Reads all images once.
   *
   * @param progress told how many images have been read
   * @throws DataException naming the file if an image cannot be read
   */
  public static ImageStatistics of(ImageSet images, IntConsumer progress) {
    int channels = images.channels();
    int plane = images.height() * images.width();
    long[][] levels = new long[channels][256];
    int[] labels = new int[images.classes()];
    for (int i = 0; i < images.size(); i++) {
      PixelSource.Pixels image = images.pixels(i);
      for (int channel = 0; channel < channels; channel++) {
        int from = image.offset() + channel * plane;
        for (int p = 0; p < plane; p++) {
          levels[channel][image.bytes()[from + p] & 0xff]++;
        }
      }
      labels[images.label(i)]++;
      progress.accept(i + 1);
    }
    double[] mean = new double[channels];
    double[] deviation = new double[channels];
    for (int channel = 0; channel < channels; channel++) {
      double count = (double) images.size() * plane;
      double sum = 0;
      double squares = 0;
      for (int level = 0; level < 256; level++) {
        sum += (double) level * levels[channel][level];
        squares += (double) level * level * levels[channel][level];
      }
      mean[channel] = sum / count / 255;
      deviation[channel] =
          Math.sqrt(Math.max(squares / count - sum / count * (sum / count), 0)) / 255;
    }
    return new ImageStatistics(mean, deviation, labels);
  }

  /** How many classes have images. */
  public int occurring() {
    return (int) Arrays.stream(labels).filter(count -> count > 0).count();
  }

  /** The fewest images of any class. */
  public int fewest() {
    return Arrays.stream(labels).min().orElse(0);
  }

  /** The most images of any class. */
  public int most() {
    return Arrays.stream(labels).max().orElse(0);
  }
}
