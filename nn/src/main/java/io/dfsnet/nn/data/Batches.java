package io.dfsnet.nn.data;

import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.Seeds;
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
    Objects.checkIndex(index, perEpoch());
    int[] order = order(epoch);
    Tensor batch = Tensor.zeros(images.shape().prepend(batchSize));
    int[] labels = new int[batchSize];
    for (int i = 0; i < batchSize; i++) {
      int image = order[index * batchSize + i];
      labels[i] = images.label(image);
      augmented(epoch, image, batch.data(), i * images.shape().elements());
    }
    return new Batch(batch, labels);
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
  }

  private int[] order(int epoch) {
    Order order = recent;
    if (order == null || order.epoch() != epoch) {
      order = new Order(epoch, shuffled(epoch));
      recent = order;
    }
    return order.images();
  }

  /** Fisher and Yates' shuffle: every order is equally likely. */
  private int[] shuffled(int epoch) {
    RandomGenerator random = Seeds.random(seed, "shuffle", epoch);
    int[] order = new int[images.size()];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private record Order(int epoch, int[] images) {}
}
