package io.dfsnet.nn.data;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Seeds;
import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * The batches of every epoch, by number. A batch is a function of the seed, the epoch and its index
 * alone: asked for again, in another order or from another thread, it is the same, bit for bit. So
 * nothing has to be stored to continue an interrupted run. Safe for use by several threads.
 */
public final class Batches {
  private final ImageSet images;
  private final int batchSize;
  private final Augmentation augmentation;
  private final long seed;

  /** The order of the epoch that was asked for last; threads that disagree only shuffle again. */
  private volatile Order recent;

  /**
   * @param batchSize images in a batch, at most as many as the set has
   */
  public Batches(ImageSet images, int batchSize, Augmentation augmentation, long seed) {
    if (batchSize < 1 || batchSize > images.size()) {
      throw new DataException(
          "batches: a batch has 1 to " + images.size() + " images of this set, found " + batchSize);
    }
    this.images = images;
    this.batchSize = batchSize;
    this.augmentation = augmentation;
    this.seed = seed;
  }

  /** How many batches an epoch has; images that do not fill a batch are left out of that epoch. */
  public int perEpoch() {
    return images.size() / batchSize;
  }

  /** Batch {@code index} of {@code epoch}, both counted from 0, in tensors of its own. */
  public Batch get(int epoch, int index) {
    Batch batch = empty();
    fill(batch, epoch, index);
    return batch;
  }

  /** Room for a batch. */
  public Batch empty() {
    return new Batch(Tensor.zeros(images.shape().prepend(batchSize)), new int[batchSize]);
  }

  /** Overwrites {@code batch}, which {@link #empty} made, with what {@link #get} would give. */
  public void fill(Batch batch, int epoch, int index) {
    Objects.checkIndex(index, perEpoch());
    int[] order = order(epoch);
    float[] pixels = batch.images().data();
    for (int i = 0; i < batchSize; i++) {
      int image = order[index * batchSize + i];
      batch.labels()[i] = images.label(image);
      augmented(epoch, image, pixels, i * images.shape().elements());
    }
  }

  private void augmented(int epoch, int image, float[] target, int offset) {
    if (augmentation.equals(Augmentation.NONE)) {
      images.normalized(image, target, offset);
      return;
    }
    RandomGenerator random = Seeds.random(seed, "augment", epoch, image);
    int pad = augmentation.pad();
    int top = random.nextInt(-pad, pad + 1);
    int left = random.nextInt(-pad, pad + 1);
    boolean mirrored = augmentation.flip() && random.nextBoolean();
    images.shifted(image, top, left, mirrored, target, offset);
    if (augmentation.cutout() > 0) {
      // Drawn last, so that the same seed crops and mirrors alike with and without it.
      int row = random.nextInt(images.height());
      int column = random.nextInt(images.width());
      cutOut(row, column, target, offset);
    }
  }

  /** Clears the square around a pixel: 0 is the mean of normalised images. */
  private void cutOut(int row, int column, float[] target, int offset) {
    int height = images.height();
    int width = images.width();
    int side = augmentation.cutout();
    int top = Math.max(row - side / 2, 0);
    int bottom = Math.min(row - side / 2 + side, height);
    int left = Math.max(column - side / 2, 0);
    int right = Math.min(column - side / 2 + side, width);
    for (int channel = 0; channel < images.channels(); channel++) {
      for (int y = top; y < bottom; y++) {
        int begin = offset + (channel * height + y) * width;
        Arrays.fill(target, begin + left, begin + right, 0f);
      }
    }
  }

  private int[] order(int epoch) {
    Order order = recent;
    if (order == null || order.epoch() != epoch) {
      order = new Order(epoch, Seeds.shuffled(images.size(), seed, "shuffle", epoch));
      recent = order;
    }
    return order.images();
  }

  private record Order(int epoch, int[] images) {}
}
