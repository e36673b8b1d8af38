package io.dfsnet.nn.data;

/**
 * How bytes become the numbers that a network reads: {@code (byte / 255 - mean) / deviation}, mean
 * and standard deviation by channel. Computed in the float steps of torchvision's {@code ToTensor}
 * and {@code Normalize}, so that weights trained there meet the same bits here.
 */
public final class Normalization {
  /** What torchvision's ImageNet weights expect. */
  static final Normalization IMAGENET =
      of(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

  private final float[][] values;

  private Normalization(float[][] values) {
    this.values = values;
  }

  /**
   * @param mean by channel, of bytes scaled to 0..1
   * @param deviation by channel, positive
   */
  public static Normalization of(float[] mean, float[] deviation) {
    if (mean.length == 0 || mean.length != deviation.length) {
      throw new DataException(
          "normalization: needs as many means as deviations, found "
              + mean.length
              + " and "
              + deviation.length);
    }
    float[][] values = new float[mean.length][256];
    for (int channel = 0; channel < mean.length; channel++) {
      if (!Float.isFinite(mean[channel]) || !(deviation[channel] > 0)) {
        throw new DataException(
            "normalization: means are finite and deviations positive, channel "
                + channel
                + " has "
                + mean[channel]
                + " and "
                + deviation[channel]);
      }
      for (int level = 0; level < 256; level++) {
        values[channel][level] = (level / 255f - mean[channel]) / deviation[channel];
      }
    }
    return new Normalization(values);
  }

  int channels() {
    return values.length;
  }

  /** The number for each of the 256 levels of a channel; not to be changed. */
  float[] levels(int channel) {
    return values[channel];
  }
}
