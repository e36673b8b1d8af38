package io.dfsnet.nn.data;

import java.io.ByteArrayOutputStream;

/**
 * The segments before the compressed data of a JPEG file (ITU-T T.81, annex B):
 *
 * <pre>
 *   FF D8 | FF marker | length, 2 bytes BE, counts itself | content | ... | FF DA (scan) ...
 * </pre>
 */
final class JpegSegments {
  private static final int START_OF_IMAGE = 0xd8;
  private static final int END_OF_IMAGE = 0xd9;
  private static final int START_OF_SCAN = 0xda;
  private static final int APP_0 = 0xe0;
  private static final int APP_14 = 0xee;
  private static final int APP_15 = 0xef;
  private static final int COMMENT = 0xfe;

  /**
   * Encoders write about ten. Each scan of a few bytes makes the decoder go over all coefficients
   * of the image, so that a small file could keep it busy for hours.
   */
  private static final int MAX_SCANS = 1000;

  private JpegSegments() {}

  static boolean isJpeg(byte[] file) {
    return file.length > 2
        && (file[0] & 0xff) == 0xff
        && (file[1] & 0xff) == START_OF_IMAGE
        && (file[2] & 0xff) == 0xff;
  }

  /**
   * The file without what does not change its samples: colour profiles, which ImageIO would apply,
   * thumbnails, Exif, comments. JFIF's and Adobe's segments stay, they tell the colour space.
   *
   * @throws DataException naming the file, if its segments are damaged, it has four components, or
   *     more scans than any encoder writes
   */
  static byte[] essential(String name, byte[] file) {
    var kept = new ByteArrayOutputStream(file.length);
    kept.write(file, 0, 2);
    int at = 2;
    while (true) {
      while (unsigned(name, file, at) == 0xff && unsigned(name, file, at + 1) == 0xff) {
        at++; // any number of fill bytes may stand before a marker
      }
      int marker = unsigned(name, file, at + 1);
      int length = unsigned(name, file, at + 2) << 8 | unsigned(name, file, at + 3);
      if (unsigned(name, file, at) != 0xff || marker == END_OF_IMAGE || length < 2) {
        throw damaged(name);
      }
      int end = at + 2 + length;
      if (end > file.length) {
        throw damaged(name);
      }
      if (isFrame(marker)) {
        requireComponents(name, unsigned(name, file, at + 9));
      }
      if (marker == START_OF_SCAN) {
        requireScans(name, file, at);
        kept.write(file, at, file.length - at);
        return kept.toByteArray();
      }
      boolean application = marker >= APP_0 && marker <= APP_15;
      if (marker != COMMENT
          && (!application
              || marker == APP_0 && begins(file, at + 4, end, "JFIF\0")
              || marker == APP_14 && begins(file, at + 4, end, "Adobe"))) {
        kept.write(file, at, end - at);
      }
      at = end;
    }
  }

  /** Whether the marker is a start of frame: C0 to CF without DHT, JPG and DAC. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static void requireComponents(String name, int components) {
    if (components != 1 && components != 3) {
      throw new DataException(
          name
              + ": JPEG files with 1 or 3 components are read, it has "
              + components
              + (components == 4 ? ", perhaps CMYK" : "")
              + "; convert it to RGB");
    }
  }

  /** Counts the marker wherever it is: compressed data never hold it, and tables hardly do. */
  private static void requireScans(String name, byte[] file, int from) {
    int scans = 0;
    for (int at = from; at + 1 < file.length; at++) {
      boolean scan = (file[at] & 0xff) == 0xff && (file[at + 1] & 0xff) == START_OF_SCAN;
      scans += scan ? 1 : 0;
    }
    if (scans > MAX_SCANS) {
      throw new DataException(
          name
              + ": JPEG files with at most "
              + MAX_SCANS
              + " scans are read, it has "
              + scans
              + "; save it anew or remove it");
    }
  }

  private static boolean begins(byte[] file, int at, int end, String text) {
    for (int i = 0; i < text.length(); i++) {
      if (at + i >= end || file[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int unsigned(String name, byte[] file, int at) {
    if (at >= file.length) {
      throw damaged(name);
    }
    return file[at] & 0xff;
  }

  private static DataException damaged(String name) {
    return new DataException(
        name + ": is a damaged JPEG file, its segments do not fit; replace or remove it");
  }
}
