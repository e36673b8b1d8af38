package io.dfsnet.nn.data;

import io.dfsnet.engine.Shape;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The binary version of CIFAR-10 and CIFAR-100 (Krizhevsky, 2009): records without anything
 * between, each the labels, one byte each, and 3072 bytes, the red, green and blue plane of 32x32
 * pixels.
 *
 * @param name the data set, as users write it
 * @param classes how many classes the label that is used counts
 * @param labelBytes how many labels a record has; the last one is used, which for CIFAR-100 is the
 *     fine one
 */
record Cifar(
    String name,
    int classes,
    int labelBytes,
    List<String> trainFiles,
    List<String> testFiles,
    Normalization normalization) {

  static final Cifar CIFAR10 =
      new Cifar(
          "cifar10",
          10,
          1,
          IntStream.rangeClosed(1, 5).mapToObj(i -> "data_batch_" + i + ".bin").toList(),
          List.of("test_batch.bin"),
          Normalization.IMAGENET);

  static final Cifar CIFAR100 =
      new Cifar(
          "cifar100",
          100,
          2,
          List.of("train.bin"),
          List.of("test.bin"),
          Normalization.of(
              new float[] {0.507f, 0.487f, 0.441f}, new float[] {0.267f, 0.256f, 0.276f}));

  private static final Shape SHAPE = Shape.of(3, 32, 32);

  /** More than twice what the data sets have; bounds what a wrong file can make us allocate. */
  private static final int MAX_IMAGES = 120_000;

  /** The data set in a folder. */
  DataSource in(Path folder) {
    return new LazySource(
        name,
        () -> read(name + " train", folder, trainFiles),
        () -> read(name + " test", folder, testFiles));
  }

  private ImageSet read(String part, Path folder, List<String> files) {
    int[] counts = files.stream().mapToInt(file -> images(folder.resolve(file))).toArray();
    int images = IntStream.of(counts).sum();
    if (images > MAX_IMAGES) {
      throw new DataException(
          part + ": at most " + MAX_IMAGES + " images are read, found " + images + " in " + folder);
    }
    byte[] pixels = new byte[images * SHAPE.elements()];
    int[] labels = new int[images];
    int first = 0;
    for (int i = 0; i < counts.length; i++) {
      read(folder.resolve(files.get(i)), counts[i], pixels, labels, first);
      first += counts[i];
    }
    return new ImageSet(part, classes, SHAPE, pixels, labels, normalization);
  }

  /** How many records the file has. */
  private int images(Path file) {
    long size;
    try {
      size = Files.size(file);
    } catch (NoSuchFileException missing) {
      throw new DataException(
          file
              + ": does not exist; put the binary version of "
              + name
              + " there (www.cs.toronto.edu/~kriz/cifar.html)",
          missing);
    } catch (IOException cause) {
      throw DataException.unreadable(file, cause);
    }
    if (size == 0 || size % recordBytes() != 0 || size / recordBytes() > MAX_IMAGES) {
      throw new DataException(
          file
              + ": has "
              + size
              + " bytes, which is not a whole number (1 to "
              + MAX_IMAGES
              + ") of records of "
              + recordBytes()
              + " bytes; it is truncated or no binary file of "
              + name
              + ", download it again");
    }
    return (int) (size / recordBytes());
  }

  /** Reads {@code count} records to {@code first} and the places behind it. */
  private void read(Path file, int count, byte[] pixels, int[] labels, int first) {
    byte[] labelsOfRecord = new byte[labelBytes];
    try (InputStream stream = Files.newInputStream(file);
        var in = new DataInputStream(new BufferedInputStream(stream, 1 << 16))) {
      for (int i = 0; i < count; i++) {
        in.readFully(labelsOfRecord);
        int label = labelsOfRecord[labelBytes - 1] & 0xff;
        if (label >= classes) {
          throw new DataException(
              file
                  + ": labels are from 0 to "
                  + (classes - 1)
                  + ", record "
                  + i
                  + " has "
                  + label
                  + "; it is damaged or no binary file of "
                  + name
                  + ", download it again");
        }
        labels[first + i] = label;
        in.readFully(pixels, (first + i) * SHAPE.elements(), SHAPE.elements());
      }
    } catch (EOFException shrunk) {
      throw new DataException(file + ": became shorter while it was read; try again", shrunk);
    } catch (IOException cause) {
      throw DataException.unreadable(file, cause);
    }
  }

  private int recordBytes() {
    return labelBytes + SHAPE.elements();
  }
}
