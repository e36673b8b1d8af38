package io.dfsnet.nn.data;

import io.dfsnet.engine.Shape;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Labelled images of one size, held as bytes and normalised when they are asked for. Subsets share
 * the bytes. Immutable, so any number of threads may read it.
 */
public final class ImageSet {
  private final String name;
  private final int classes;
  private final Shape shape;
  private final byte[] pixels;
  private final int[] labels;
  private final Normalization normalization;

  /** Where this set's images lie in {@link #pixels}: image i is the {@code stored[i]}-th. */
  private final int[] stored;

  /**
   * @param shape one image, {@code [channels, height, width]}
   * @param pixels all images one after another, each {@code [channels, height, width]}; kept, not
   *     copied
   * @param labels the class of each image, from 0; kept, not copied
   * @throws DataException if the sizes do not fit together or a label is out of range
   */
  public ImageSet(
      String name,
      int classes,
      Shape shape,
      byte[] pixels,
      int[] labels,
      Normalization normalization) {
    this(name, classes, shape, pixels, labels, normalization, IntStream.range(0, labels.length));
    if (shape.rank() != 3 || shape.size(0) != normalization.channels()) {
      throw new DataException(
          name
              + ": images are [channels, height, width] with a mean and deviation for each channel,"
              + " found "
              + shape
              + " and "
              + normalization.channels()
              + " means");
    }
    if (pixels.length != (long) labels.length * shape.elements()) {
      throw new DataException(
          name
              + ": "
              + labels.length
              + " images "
              + shape
              + " need "
              + (long) labels.length * shape.elements()
              + " bytes, found "
              + pixels.length);
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new DataException(
            name
                + ": labels are from 0 to "
                + (classes - 1)
                + ", image "
                + i
                + " has "
                + labels[i]);
      }
    }
  }

  private ImageSet(
      String name,
      int classes,
      Shape shape,
      byte[] pixels,
      int[] labels,
      Normalization normalization,
      IntStream stored) {
    this.name = name;
    this.classes = classes;
    this.shape = shape;
    this.pixels = pixels;
    this.labels = labels;
    this.normalization = normalization;
    this.stored = stored.toArray();
  }

  /** The data set and the part, for example {@code cifar100 train}. */
  public String name() {
    return name;
  }

  /** How many images there are. */
  public int size() {
    return stored.length;
  }

  /** How many classes the labels count; not every class must occur. */
  public int classes() {
    return classes;
  }

  public int channels() {
    return shape.size(0);
  }

  public int height() {
    return shape.size(1);
  }

  public int width() {
    return shape.size(2);
  }

  /** One image, {@code [channels, height, width]}. */
  public Shape shape() {
    return shape;
  }

  /** The class of image {@code index}. */
  public int label(int index) {
    return labels[stored[index]];
  }

  /** A copy of all labels, in order. */
  public int[] labels() {
    return IntStream.range(0, size()).map(this::label).toArray();
  }

  /** Writes image {@code index}, normalised, to {@code target} from {@code offset} on. */
  public void normalized(int index, float[] target, int offset) {
    shifted(index, 0, 0, false, target, offset);
  }

  /** The images from {@code from} up to, not including, {@code to}. */
  public ImageSet subset(int from, int to) {
    Objects.checkFromToIndex(from, to, size());
    return with(IntStream.range(from, to));
  }

  /** These images, in this order; an index may be there more than once. */
  public ImageSet select(int[] indexes) {
    return with(IntStream.of(indexes));
  }

  /** As {@code cifar100 train: 50000 images [3, 32, 32] of 100 classes}. */
  @Override
  public String toString() {
    return name + ": " + size() + " images " + shape + " of " + classes + " classes";
  }

  /** The byte of a pixel, from 0 to 255. */
  int pixel(int index, int channel, int y, int x) {
    return pixels[(stored[index] * channels() + channel) * height() * width() + y * width() + x]
        & 0xff;
  }

  /**
   * Writes image {@code index}, normalised, as seen through a window of the image's own size that
   * begins at row {@code top} and column {@code left} of it, mirrored left to right if {@code
   * mirrored}. Where the window leaves the image it sees black, byte 0.
   */
  void shifted(int index, int top, int left, boolean mirrored, float[] target, int offset) {
    int height = height();
    int width = width();
    Objects.checkFromIndexSize(offset, shape.elements(), target.length);
    int from = stored[index] * shape.elements();
    int to = offset;
    for (int channel = 0; channel < channels(); channel++) {
      float[] levels = normalization.levels(channel);
      for (int y = top; y < top + height; y++) {
        for (int column = 0; column < width; column++) {
          int x = left + (mirrored ? width - 1 - column : column);
          boolean inside = y >= 0 && y < height && x >= 0 && x < width;
          target[to++] = levels[inside ? pixels[from + y * width + x] & 0xff : 0];
        }
      }
      from += height * width;
    }
  }

  private ImageSet with(IntStream indexes) {
    return new ImageSet(
        name, classes, shape, pixels, labels, normalization, indexes.map(index -> stored[index]));
  }
}
