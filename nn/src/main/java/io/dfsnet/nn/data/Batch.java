package io.dfsnet.nn.data;

import io.dfsnet.engine.Tensor;

/**
 * Images with their classes.
 *
 * @param images normalised, {@code [n, channels, height, width]}
 * @param labels the class of each image, n of them
 */
public record Batch(Tensor images, int[] labels) {
  public Batch {
    if (images.shape().rank() != 4 || images.shape().size(0) != labels.length) {
      throw new DataException(
          "batch: " + labels.length + " labels do not fit images " + images.shape());
    }
  }
}
