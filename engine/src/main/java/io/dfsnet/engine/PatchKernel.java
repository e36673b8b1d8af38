package io.dfsnet.engine;

/**
 * A micro-kernel of {@link InPlaceSum}: a patch of neighbouring rows and one vector of columns, for
 * a few result channels of a 3x3 convolution with stride 1 and a border of one. Every element is
 * one chain of fused multiply-adds from +0 over ascending source channels, kernel rows and kernel
 * columns.
 */
interface PatchKernel extends TileKernel {
  /** How many neighbouring rows of the result the kernel computes at once. */
  int patchRows();

  /** How many neighbouring columns of the result the kernel computes at once. */
  int columns();

  /** The same patch with fewer columns, for the rest of a row; this one if there is none. */
  default PatchKernel narrower() {
    return this;
  }

  /** How many columns it takes patches to cover a row; the last patch repeats some. */
  default int computedColumns(int width) {
    int rest = width % columns();
    int last = rest == 0 ? 0 : rest <= narrower().columns() ? narrower().columns() : columns();
    return width - rest + last;
  }

  /** Computes one patch. */
  void run(Call call);

  /** The arguments of a call; an object, so that a pass can fill it once and change a few. */
  final class Call {
    /** Source channels to add up. */
    int channels;

    float[] source;

    /** Where the patch's first row begins in the first source channel. */
    int sourceAt;

    /** From a row of the source to the next. */
    int sourcePitch;

    /** From a source channel to the next. */
    int sourceChannel;

    /** The row above the patch: of the source, or of zeros if that is padding. */
    float[] above;

    int aboveAt;

    /** From a source channel to the next. */
    int aboveChannel;

    /** The row below the patch: of the source, or of zeros if that is padding. */
    float[] below;

    int belowAt;

    /** From a source channel to the next. */
    int belowChannel;

    /** True if the column before the patch is padding. */
    boolean atLeftEdge;

    /** True if the column behind the patch is padding. */
    boolean atRightEdge;

    /** {@code [source channel][kernel row][kernel column][result channel]}. */
    float[] weights;

    int weightsAt;

    /**
     * From a source channel to the next. Not a constant of the kernel: C2 would then check the
     * bounds of each of a channel's weights before the loop, every time that a patch begins, which
     * took up to a tenth of the time. So it checks the first and the last of them in the loop,
     * where the multiply-adds are waited for anyway.
     */
    int weightsPerChannel;

    float[] result;

    /** Where the patch begins in the first result channel. */
    int resultAt;

    /** From a row of the result to the next. */
    int resultPitch;

    /** From a result channel to the next. */
    int resultChannel;

    /** Forgets the caller's arrays. */
    void release() {
      source = null;
      above = null;
      below = null;
      weights = null;
      result = null;
    }
  }
}
