package io.dfsnet.engine;

import java.util.Arrays;

/**
 * The planned backward pass to the weights of a depthwise convolution of 3x3 taps: nine sums for
 * every channel, over all positions of all images, straight from the arrays. Images are added in
 * blocks whose number depends on the geometry alone, in their order; threads share the channels. So
 * the result does not depend on the thread count.
 */
final class DepthwiseOuterProduct implements OuterPass {
  private static final int TAPS = RowWalk.TAPS * RowWalk.TAPS;

  /** Kernels read so many values before a map and behind it. */
  private static final int REACH = 64;

  /** A lane adds up no more products than this before lanes are added. */
  private static final int LONGEST_CHAIN = 2048;

  private static final int RANGES_PER_HAND = 4;

  private final DepthwiseOuterKernel kernel;
  private final RowWalk walk;
  private final int images;
  private final int channels;
  private final int multiplier;
  private final DepthwiseOuterKernel.Strip[] strips;
  private final int imagesPerBlock;
  private final int lanes;
  private final long multiplyAdds;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // The call that is under way.
  private float[] input;
  private float[] gradient;
  private float[] weightGradient;
  private int channelRanges;

  DepthwiseOuterProduct(DepthwiseOuterKernel kernel, int lanes, Conv2dGeometry geometry) {
    this.kernel = kernel;
    this.walk = RowWalk.forward(geometry);
    this.images = geometry.n();
    this.channels = geometry.outChannels();
    this.multiplier = geometry.outChannelsPerGroup();
    this.strips = DepthwiseOuterKernel.Strip.cover(walk, lanes, kernel.columns());
    this.imagesPerBlock = Math.clamp(LONGEST_CHAIN / (walk.rows() * strips.length), 1, images);
    this.lanes = lanes;
    this.multiplyAdds = geometry.macs();
  }

  @Override
  public void run(float[] input, float[] gradient, float[] weightGradient, Workers workers) {
    this.input = input;
    this.gradient = gradient;
    this.weightGradient = weightGradient;
    int hands = UnitQueue.hands(multiplyAdds, workers);
    channelRanges = hands == 1 ? 1 : Math.min(RANGES_PER_HAND * hands, channels);
    units.run(channelRanges, hands, workers);
    this.input = null;
    this.gradient = null;
    this.weightGradient = null;
  }

  private void runUnit(Scratch scratch, int unit) {
    int first = WorkCut.start(channels, channelRanges, unit);
    int end = WorkCut.start(channels, channelRanges, unit + 1);
    Arrays.fill(weightGradient, first * TAPS, end * TAPS, 0);
    for (int channel = first; channel < end; channel++) {
      for (int image = 0; image < images; image += imagesPerBlock) {
        scratch.sumBlock(channel, image, Math.min(image + imagesPerBlock, images));
      }
    }
    scratch.call.release();
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final DepthwiseOuterKernel.Call call =
        new DepthwiseOuterKernel.Call(
            walk, strips, new float[Math.ceilDiv(TAPS, lanes) * lanes * lanes]);
    final float[] inputCopy = new float[walk.sourceSize() + 2 * REACH];
    final float[] gradientCopy = new float[walk.size() + 2 * REACH];

    void sumBlock(int channel, int first, int end) {
      for (int image = first; image < end; ) {
        int next = image;
        while (next < end && canReadBeside(channel, next)) {
          next++;
        }
        if (next > image) {
          call.input = input;
          call.inputAt = inputMap(channel, image);
          call.gradient = gradient;
          call.gradientAt = gradientMap(channel, image);
        } else {
          next = image + 1;
          copy(channel, image);
        }
        call.inputPitch = channels / multiplier * walk.sourceSize();
        call.gradientPitch = channels * walk.size();
        call.images = next - image;
        kernel.run(call);
        for (int tap = 0; tap < TAPS; tap++) {
          weightGradient[channel * TAPS + tap] += call.lanes[tap];
        }
        image = next;
      }
    }

    private boolean canReadBeside(int channel, int image) {
      int map = inputMap(channel, image);
      return map >= REACH
          && map + walk.sourceSize() + REACH <= input.length
          && gradientMap(channel, image) + walk.size() + REACH <= gradient.length;
    }

    /** Brings the maps of an image at an end of the arrays to copies that have margins. */
    private void copy(int channel, int image) {
      System.arraycopy(input, inputMap(channel, image), inputCopy, REACH, walk.sourceSize());
      System.arraycopy(gradient, gradientMap(channel, image), gradientCopy, REACH, walk.size());
      call.input = inputCopy;
      call.inputAt = REACH;
      call.gradient = gradientCopy;
      call.gradientAt = REACH;
    }

    private int inputMap(int channel, int image) {
      return (image * (channels / multiplier) + channel / multiplier) * walk.sourceSize();
    }

    private int gradientMap(int channel, int image) {
      return (image * channels + channel) * walk.size();
    }
  }
}
