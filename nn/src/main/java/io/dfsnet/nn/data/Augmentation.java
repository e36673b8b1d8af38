package io.dfsnet.nn.data;

/**
 * How training images are varied, in the order of torchvision's transforms: a random window of the
 * image's own size over the image with a black border, then a mirroring of every second image.
 *
 * <p>The border is black (byte 0) <em>before</em> normalisation, as {@code RandomCrop(32,
 * padding=4)} before {@code ToTensor} makes it; after normalisation it is not zero.
 *
 * @param pad the width of the border, and how far the window moves at most
 * @param flip whether images are mirrored left to right with probability 1/2
 */
public record Augmentation(int pad, boolean flip) {
  /** Images as they are. */
  public static final Augmentation NONE = new Augmentation(0, false);

  /** The usual one for CIFAR. */
  public static final Augmentation CROP_FLIP = new Augmentation(4, true);

  private static final int MAX_PAD = 256;

  public Augmentation {
    if (pad < 0 || pad > MAX_PAD) {
      throw new DataException(
          "augmentation: the border is 0 to " + MAX_PAD + " pixels wide, found " + pad);
    }
  }
}
