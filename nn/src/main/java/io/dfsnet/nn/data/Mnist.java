package io.dfsnet.nn.data;

import io.dfsnet.engine.Shape;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * MNIST (LeCun, Cortes and Burges, 1998) and Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): four
 * {@link Idx} files, images and labels of either part, 28x28 grey pixels, ten classes.
 *
 * @param name the data set, as users write it
 */
record Mnist(String name, Normalization normalization) {
  static final Mnist MNIST =
      new Mnist("mnist", Normalization.of(new float[] {0.1307f}, new float[] {0.3081f}));

  static final Mnist FASHION_MNIST =
      new Mnist("fashion-mnist", Normalization.of(new float[] {0.2860f}, new float[] {0.3530f}));

  private static final int CLASSES = 10;
  private static final int SIDE = 28;

  /** Twice what the data sets have; bounds what a wrong file can make us allocate. */
  private static final int MAX_IMAGES = 120_000;

  /** The data set in a folder. */
  DataSource in(Path folder) {
    return new LazySource(
        name,
        () -> read(name + " train", folder, "train"),
        () -> read(name + " test", folder, "t10k"));
  }

  private ImageSet read(String part, Path folder, String prefix) {
    Path imageFile = find(folder, prefix + "-images-idx3-ubyte");
    Path labelFile = find(folder, prefix + "-labels-idx1-ubyte");
    Idx labels = Idx.read(labelFile, MAX_IMAGES);
    Idx images = Idx.read(imageFile, MAX_IMAGES, SIDE, SIDE);
    if (images.count() != labels.count()) {
      throw new DataException(
          imageFile
              + ": has "
              + images.count()
              + " images, but "
              + labelFile
              + " has "
              + labels.count()
              + " labels; they do not belong together, download both again");
    }
    int[] classes = new int[labels.count()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = labels.bytes()[i] & 0xff;
      if (classes[i] >= CLASSES) {
        throw new DataException(
            labelFile
                + ": labels are from 0 to "
                + (CLASSES - 1)
                + ", image "
                + i
                + " has "
                + classes[i]
                + "; it is damaged or another file, download it again");
      }
    }
    Shape shape = Shape.of(1, SIDE, SIDE);
    return new ImageSet(part, CLASSES, shape, images.bytes(), classes, normalization);
  }

  /** The file as it was published, gzipped, or as people unpack it, which is preferred. */
  private Path find(Path folder, String plain) {
    Path file = folder.resolve(plain);
    Path gzipped = folder.resolve(plain + ".gz");
    if (!Files.exists(file) && !Files.exists(gzipped)) {
      throw new DataException(
          file
              + ": does not exist, nor does "
              + gzipped.getFileName()
              + "; put the file of "
              + name
              + " there",
          new NoSuchFileException(file.toString()));
    }
    return Files.exists(file) ? file : gzipped;
  }
}
