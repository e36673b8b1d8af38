package io.dfsnet.nn.data;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG and PNG files to red, green and blue as {@code PIL.Image.open(file).convert("RGB")}
 * does: samples are taken as they are. Colour profiles and gamma are not applied, transparency is
 * dropped, and Exif's orientation is not obeyed. Of 16 bits the upper 8 are used; so does Pillow
 * with colour, but grey of 16 bits it reads as integers (its mode I), which it clips at 255.
 *
 * <p>What a file is tells its content, not its name: ImageNet has a PNG file called JPEG.
 */
final class ImageDecoder {
  /** Larger than any photograph in ImageNet; decoded it takes 200 MB twice. */
  static final long MAX_PIXELS = 1L << 26;

  static final int MAX_SIDE = 1 << 16;

  /** Deflate turns no byte into more than that. */
  private static final int PNG_BYTES_PER_BYTE = 1032;

  /** Huffman coding needs a bit at least for a block of 8x8 pixels. */
  private static final int JPEG_PIXELS_PER_BYTE = 8 * 64;

  /** Where PNG's header has the bits of a sample and the kind of pixel. */
  private static final int PNG_DEPTH = 24;

  private static final int PNG_COLOUR = 25;

  private ImageDecoder() {}

  /**
   * Decodes the whole content of a file. Its size in pixels is read from its header and checked
   * before anything is decoded.
   *
   * @param name in messages
   * @throws DataException naming the file, if it is no image that can be used
   */
  static RgbImage decode(String name, byte[] file) {
    if (isPng(file)) {
      return decode(name, "png", file);
    }
    if (JpegSegments.isJpeg(file)) {
      return decode(name, "jpeg", JpegSegments.essential(name, file));
    }
    throw new DataException(
        name + ": is neither JPEG nor PNG, whatever its name says; replace or remove it");
  }

  private static boolean isPng(byte[] file) {
    byte[] signature = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    for (int i = 0; i < signature.length; i++) {
      if (file.length <= i || file[i] != signature[i]) {
        return false;
      }
    }
    return true;
  }

  private static RgbImage decode(String name, String format, byte[] file) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
    if (!readers.hasNext()) {
      throw new DataException(
          name + ": this Java has no reader for " + format + "; use a complete java.desktop");
    }
    ImageReader reader = readers.next();
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      long most = format.equals("png") ? pngPixels(file) : jpegPixels(file);
      requireSize(name, reader.getWidth(0), reader.getHeight(0), most);
      BufferedImage image = reader.read(0);
      return rgb(name, image.getRaster(), image.getColorModel());
    } catch (DataException refused) {
      throw refused;
    } catch (IOException | RuntimeException broken) {
      // ImageIO's readers throw any RuntimeException at files that are damaged enough.
      throw new DataException(
          name + ": cannot be decoded (" + broken.getMessage() + "); replace or remove it", broken);
    } finally {
      reader.dispose();
    }
  }

  /** How many pixels a PNG file of that length and kind can hold at most. */
  private static long pngPixels(byte[] file) {
    int samples =
        switch (file[PNG_COLOUR]) {
          case 2 -> 3;
          case 4 -> 2;
          case 6 -> 4;
          default -> 1;
        };
    int bits = Math.max(file[PNG_DEPTH], 1) * samples;
    return (long) file.length * PNG_BYTES_PER_BYTE * 8 / bits;
  }

  private static long jpegPixels(byte[] file) {
    return (long) file.length * JPEG_PIXELS_PER_BYTE;
  }

  /**
   * @param most how many pixels the file's bytes can be, so that a short file whose header claims
   *     much takes no memory
   */
  private static void requireSize(String name, int width, int height, long most) {
    if (width < 1
        || height < 1
        || width > MAX_SIDE
        || height > MAX_SIDE
        || (long) width * height > MAX_PIXELS) {
      throw new DataException(
          name
              + ": images have sides of 1 to "
              + MAX_SIDE
              + " and at most "
              + MAX_PIXELS
              + " pixels, its header says "
              + width
              + "x"
              + height
              + "; make it smaller or remove it");
    }
    if ((long) width * height > most) {
      throw new DataException(
          name
              + ": its header says "
              + width
              + "x"
              + height
              + ", its bytes are at most "
              + most
              + " pixels; it is damaged, replace or remove it");
    }
  }

  /**
   * Takes the samples out of the raster. Not {@link BufferedImage#getRGB}: that takes grey samples
   * for linear light and makes them brighter.
   */
  private static RgbImage rgb(String name, Raster raster, ColorModel colors) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    int bits = raster.getSampleModel().getSampleSize(0);
    if (!(colors instanceof IndexColorModel) && (bands > 4 || bits != 8 && bits != 16)) {
      throw new DataException(
          name
              + ": grey, colour and palette of 8 or 16 bits are read, it has "
              + bands
              + " samples of "
              + bits
              + " bits; convert it to RGB");
    }
    int plane = width * height;
    byte[] bytes = new byte[RgbImage.CHANNELS * plane];
    int[] row = new int[width * bands];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int channel = 0; channel < RgbImage.CHANNELS; channel++) {
        int to = channel * plane + y * width;
        if (colors instanceof IndexColorModel palette) {
          for (int x = 0; x < width; x++) {
            bytes[to + x] = (byte) (palette.getRGB(row[x]) >> 16 - 8 * channel);
          }
        } else {
          // One sample is grey, two are grey and alpha, three colour, four colour and alpha.
          int band = bands < RgbImage.CHANNELS ? 0 : channel;
          for (int x = 0; x < width; x++) {
            bytes[to + x] = (byte) (row[x * bands + band] >> bits - 8);
          }
        }
      }
    }
    return new RgbImage(width, height, bytes);
  }
}
