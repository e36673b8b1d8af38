package io.dfsnet.nn.data;

/**
 * How training images are varied, in the order of torchvision's transforms: a random window of the
 * image's own size over the image with a black border, then a mirroring with probability 1/2, then
 * cutout (DeVries and Taylor, 2017, arXiv:1708.04552): a square somewhere is filled with the mean.
 *
 * <p>The border is black (byte 0) <em>before</em> normalisation, as {@code RandomCrop(32,
 * padding=4)} before {@code ToTensor} makes it; after normalisation it is not zero.
 *
 * @param pad the width of the border, and how far the window moves at most
 * @param flip whether images are mirrored left to right with probability 1/2
 * @param cutout the side in pixels of the square that is cut out, 0 for none; its centre is any
 *     pixel, what lies outside the image is clipped, and its filling is 0 <em>after</em>
 *     normalisation
 */
public record Augmentation(int pad, boolean flip, int cutout) {
  /** Images as they are. */
  public static final Augmentation NONE = new Augmentation(0, false, 0);

  /** The usual one for CIFAR. */
  public static final Augmentation CROP_FLIP = new Augmentation(4, true, 0);

  private static final int MAX_PAD = 256;
  private static final int MAX_CUTOUT = 1024;

  public Augmentation {
    if (pad < 0 || pad > MAX_PAD) {
      throw new DataException(
          "augmentation: the border is 0 to " + MAX_PAD + " pixels wide, found " + pad);
    }
    if (cutout < 0 || cutout > MAX_CUTOUT) {
      throw new DataException(
          "augmentation: the square that is cut out has a side of 0 to "
              + MAX_CUTOUT
              + " pixels, found "
              + cutout);
    }
  }

  /** Without cutout. */
  public Augmentation(int pad, boolean flip) {
    this(pad, flip, 0);
  }

  public Augmentation withCutout(int side) {
    return new Augmentation(pad, flip, side);
  }
}
