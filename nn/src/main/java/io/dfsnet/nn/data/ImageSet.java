package io.dfsnet.nn.data;

import io.dfsnet.engine.Shape;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Labelled images of one size, bytes that are normalised when they are asked for. Most sets hold
 * the bytes in memory; image folders decode them when they are asked for. Subsets share the bytes.
 * Immutable, so any number of threads may read it.
 */
public final class ImageSet {
  private final String name;
  private final int classes;
  private final Shape shape;
  private final PixelSource pixels;
  private final int[] labels;
  private final Normalization normalization;

  /** Where this set's images are in {@link #pixels}: image i is the {@code stored[i]}-th. */
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
    this(
        name,
        classes,
        shape,
        PixelSource.inMemory(pixels, shape.elements()),
        labels,
        normalization);
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
  }

  /** A set whose {@code i}-th image is the {@code i}-th of a source. */
  ImageSet(
      String name,
      int classes,
      Shape shape,
      PixelSource pixels,
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
      PixelSource pixels,
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

  /**
   * Writes image {@code index}, normalised, to {@code target} from {@code offset} on.
   *
   * @throws DataException naming the file if the image has to be read and cannot be
   */
  public void normalized(int index, float[] target, int offset) {
    shifted(index, 0, 0, false, target, offset);
  }

  /** The images from {@code from} up to, not including, {@code to}. */
  public ImageSet subset(int from, int to) {
    Objects.checkFromToIndex(from, to, size());
    return with(IntStream.range(from, to));
  }

  /**
   * At most {@code count} images that stand for all: the first ones, or evenly spaced ones where
   * images come class by class, as in image folders.
   */
  public ImageSet limited(int count) {
    if (count >= size()) {
      return this;
    }
    return pixels.byClass()
        ? with(IntStream.range(0, count).map(i -> (int) ((long) i * size() / count)))
        : subset(0, count);
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

  /** The bytes of image {@code index}, before normalisation. */
  PixelSource.Pixels pixels(int index) {
    return pixels.image(stored[index]);
  }

  /** The byte of a pixel, from 0 to 255. */
  int pixel(int index, int channel, int y, int x) {
    PixelSource.Pixels image = pixels(index);
    return image.bytes()[image.offset() + (channel * height() + y) * width() + x] & 0xff;
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
    PixelSource.Pixels image = pixels(index);
    // The columns that the window sees; mirrored, they come from right to left.
    int first = Math.clamp(-left, 0, width);
    int last = Math.clamp((long) width - left, first, width);
    int before = mirrored ? width - last : first;
    int after = before + last - first;
    int to = offset;
    for (int channel = 0; channel < channels(); channel++) {
      float[] levels = normalization.levels(channel);
      for (int y = top; y < top + height; y++) {
        if (y < 0 || y >= height) {
          Arrays.fill(target, to, to + width, levels[0]);
        } else {
          int from = image.offset() + (channel * height + y) * width + left;
          Arrays.fill(target, to, to + before, levels[0]);
          if (mirrored) {
            reversed(image.bytes(), from + last, levels, target, to + before, to + after);
          } else {
            copied(image.bytes(), from + first, levels, target, to + before, to + after);
          }
          Arrays.fill(target, to + after, to + width, levels[0]);
        }
        to += width;
      }
    }
  }

  /** Fills {@code target[begin..end)} with the levels of the bytes from {@code from} on. */
  private static void copied(
      byte[] bytes, int from, float[] levels, float[] target, int begin, int end) {
    for (int i = 0; i < end - begin; i++) {
      target[begin + i] = levels[bytes[from + i] & 0xff];
    }
  }

  /** As {@link #copied}, but of the bytes before {@code from}, from there backwards. */
  private static void reversed(
      byte[] bytes, int from, float[] levels, float[] target, int begin, int end) {
    for (int i = 0; i < end - begin; i++) {
      target[begin + i] = levels[bytes[from - 1 - i] & 0xff];
    }
  }

  private ImageSet with(IntStream indexes) {
    return new ImageSet(
        name, classes, shape, pixels, labels, normalization, indexes.map(index -> stored[index]));
  }
}
