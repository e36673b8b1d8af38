package io.dfsnet.nn.data;

import io.dfsnet.engine.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Image files in a folder for each class, as torchvision's {@code ImageFolder} reads them:
 *
 * <pre>
 *   FOLDER/train/cat/1.jpg        classes are the sorted names of the folders in train
 *   FOLDER/train/dog/2.png        images come by class, then by file name
 *   FOLDER/val/cat/3.jpg          the test images are in val or, if there is none, in test
 * </pre>
 *
 * <p>Files are listed when a part is asked for and decoded when an image is. The square in the
 * middle is what networks see, normalised as torchvision's ImageNet weights expect it.
 */
final class ImageFolder {
  private ImageFolder() {}

  /**
   * The data set in a folder.
   *
   * @throws DataException if this JVM runs without the module that decodes images
   */
  static DataSource in(Path folder, CenterCrop crop) {
    if (ModuleLayer.boot().findModule("java.desktop").isEmpty()) {
      throw new DataException(
          "data 'folder': JPEG and PNG are decoded by the module java.desktop, without which this"
              + " JVM runs; add --add-modules java.desktop");
    }
    return new LazySource(
        "folder",
        () -> read(folder, "train", crop),
        () -> read(folder, Files.isDirectory(folder.resolve("val")) ? "val" : "test", crop));
  }

  private static ImageSet read(Path folder, String part, CenterCrop crop) {
    Path real;
    try {
      real = folder.toRealPath();
    } catch (IOException cause) {
      throw DataException.unreadable(folder, cause);
    }
    String counted = Files.isDirectory(real.resolve("train")) ? "train" : part;
    ImageFiles files = ImageFiles.list(real, part, ImageFiles.classes(real, counted));
    Shape shape = Shape.of(RgbImage.CHANNELS, crop.size(), crop.size());
    return new ImageSet(
        "folder " + part,
        files.classes().size(),
        shape,
        new Decoded(files, crop),
        files.labels(),
        Normalization.IMAGENET);
  }

  /** Decodes an image when it is asked for. Parts that need little memory stay decoded. */
  private static final class Decoded implements PixelSource {
    private static final long KEPT_BYTES = 1L << 28;

    private final ImageFiles files;
    private final CenterCrop crop;

    /** The images that were decoded, or null where they would be too many to keep. */
    private final AtomicReferenceArray<byte[]> kept;

    Decoded(ImageFiles files, CenterCrop crop) {
      this.files = files;
      this.crop = crop;
      long bytes = (long) files.size() * RgbImage.CHANNELS * crop.size() * crop.size();
      this.kept = bytes <= KEPT_BYTES ? new AtomicReferenceArray<>(files.size()) : null;
    }

    @Override
    public Pixels image(int index) {
      byte[] square = kept == null ? null : kept.get(index);
      if (square == null) {
        String name = files.path(index).toString();
        square = crop.apply(ImageDecoder.decode(name, files.read(index)));
        if (kept != null) {
          kept.set(index, square);
        }
      }
      return new Pixels(square, 0);
    }

    @Override
    public boolean byClass() {
      return true;
    }
  }
}
