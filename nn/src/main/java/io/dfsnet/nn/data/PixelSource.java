package io.dfsnet.nn.data;

/**
 * Where the bytes of images are: in memory, or in files that are decoded when they are asked for.
 * Safe for use by several threads.
 */
interface PixelSource {

  /**
   * The bytes of one image, {@code [channels, height, width]}.
   *
   * @throws DataException naming the file if the image cannot be read
   */
  Pixels image(int index);

  /** Whether the images come class by class, so that the first ones are of few classes. */
  default boolean byClass() {
    return false;
  }

  /**
   * The bytes of one image from {@code offset} on; not to be changed.
   *
   * @param bytes may hold other images too
   */
  record Pixels(byte[] bytes, int offset) {}

  /** Images one after another in memory, {@code elements} bytes each. */
  static PixelSource inMemory(byte[] bytes, int elements) {
    return index -> new Pixels(bytes, index * elements);
  }
}
