package io.dfsnet.engine;

import java.util.Optional;

/**
 * A planned depthwise convolution of 3x3 taps, forward, or backward to data: every channel of the
 * result is a walk over one source map, which the kernels read where it stands. Threads share
 * images and channels.
 */
final class DepthwiseSum extends PlannedSum {
  private static final int CHANNELS_PER_CALL = 16;

  /** Kernels read so many values before a map and behind it, and write fewer behind it. */
  static final int REACH = 64;

  private final Kernels kernels;
  private final DepthwiseKernel kernel;
  private final DepthwiseKernel ofBands;
  private final RowWalk walk;
  private final int images;
  private final int channels;
  private final int multiplier;
  private final boolean reversed;
  private final DepthwiseKernel.Strip[] strips;
  private final boolean overruns;
  private final int channelsPerCall;
  private final UnitQueue<Scratch> units =
      new UnitQueue<>(Scratch[]::new, Scratch::new, this::runUnit);

  // How the call that is under way is cut.
  private int channelRanges;

  /**
   * @param walk over a map of the result
   * @param channels of the result
   * @param multiplier how many neighbouring channels of the result read the same source map
   * @param reversed true if the walk meets the last tap of a kernel first
   */
  DepthwiseSum(
      Kernels kernels,
      DepthwiseKernel kernel,
      RowWalk walk,
      int images,
      int channels,
      int multiplier,
      boolean reversed) {
    super((long) images * channels * walk.size() * RowWalk.TAPS * RowWalk.TAPS);
    this.kernels = kernels;
    this.kernel = kernel;
    this.ofBands = kernel.ofBands();
    this.walk = walk;
    this.images = images;
    this.channels = channels;
    this.multiplier = multiplier;
    this.reversed = reversed;
    this.strips = kernel.strips(walk);
    this.overruns = kernel.overruns(walk);
    // A single strip sets up its masks once for several maps; of more strips each takes a map after
    // the other, so that it is still in the cache when the next strip comes.
    this.channelsPerCall = strips.length == 1 ? CHANNELS_PER_CALL : 1;
  }

  @Override
  public String weightOrder() {
    return "channel after channel";
  }

  @Override
  public float[][] pack(float[] weights) {
    float[][] packed = {new float[weights.length]};
    pack(weights, packed);
    return packed;
  }

  @Override
  public void pack(float[] weights, float[][] packed) {
    if (!reversed) {
      System.arraycopy(weights, 0, packed[0], 0, weights.length);
      return;
    }
    int taps = RowWalk.TAPS * RowWalk.TAPS;
    for (int kernel = 0; kernel < weights.length; kernel += taps) {
      for (int tap = 0; tap < taps; tap++) {
        packed[0][kernel + tap] = weights[kernel + taps - 1 - tap];
      }
    }
  }

  @Override
  void sum(int hands, Workers workers) {
    channelRanges = hands == 1 ? 1 : Math.clamp(4L * hands / images, 1, channels);
    units.run(images * channelRanges, hands, workers);
  }

  /** The walk over a map of the result. */
  RowWalk walk() {
    return walk;
  }

  /**
   * A call for a band of a map, or empty if the kernel cannot run it, or would write beside it.
   *
   * @param band see {@link RowWalk#band}
   */
  Optional<DepthwiseKernel.Call> callFor(RowWalk band) {
    return ofBands.admits(band) && !ofBands.overruns(band)
        ? Optional.of(new DepthwiseKernel.Call(band, ofBands.strips(band), multiplier))
        : Optional.empty();
  }

  /** Runs a call for a band and finishes its sums. */
  void runBand(DepthwiseKernel.Call call, Epilogue epilogue) {
    run(ofBands, call, epilogue);
  }

  /** Runs a call and finishes its sums, in the kernel if it can. */
  private void run(DepthwiseKernel kernel, DepthwiseKernel.Call call, Epilogue epilogue) {
    boolean finished = call.finishWith(epilogue) && kernel.run(call);
    if (!finished) {
      call.finishWith(Epilogue.NONE);
      kernel.run(call);
      for (int c = call.firstChannel; c < call.endChannel && !epilogue.isNone(); c++) {
        int map = call.resultMap(c);
        kernels.finish(call.result, map, call.result, map, call.walk.size(), epilogue, c);
      }
    }
  }

  private void runUnit(Scratch scratch, int unit) {
    int image = unit / channelRanges;
    int range = unit % channelRanges;
    scratch.sumChannels(
        image,
        WorkCut.start(channels, channelRanges, range),
        WorkCut.start(channels, channelRanges, range + 1));
  }

  /** What one thread needs beside the arrays of the call. */
  private final class Scratch {
    final DepthwiseKernel.Call call = new DepthwiseKernel.Call(walk, strips, multiplier);
    final float[] sourceCopy = new float[walk.sourceSize() + 2 * REACH];
    final float[] resultCopy = new float[walk.size() + 2 * REACH];

    void sumChannels(int image, int first, int end) {
      int sourceAt = image * (channels / multiplier) * walk.sourceSize();
      int resultAt = image * channels * walk.size();
      call.weights = weights[0];
      // What is written behind a map must not hit one that is complete.
      int resultEnd = overruns ? resultAt + end * walk.size() : result.length;
      int channel = first;
      while (channel < end) {
        int next = channel;
        while (next < Math.min(end, channel + channelsPerCall)
            && canReadBeside(sourceAt + next / multiplier * walk.sourceSize())
            && resultAt + (next + 1) * walk.size() + REACH <= resultEnd) {
          next++;
        }
        if (next > channel) {
          call.source = source;
          call.sourceAt = sourceAt;
          call.result = result;
          call.resultAt = resultAt;
          call.firstChannel = channel;
          call.endChannel = next;
          run(kernel, call, epilogue);
        } else {
          next = channel + 1;
          sumCopy(sourceAt, resultAt, channel);
        }
        channel = next;
      }
      call.release();
    }

    private boolean canReadBeside(int sourceMap) {
      return sourceMap >= REACH && sourceMap + walk.sourceSize() + REACH <= source.length;
    }

    /** Sums a channel at an end of the arrays in copies that have margins, and finishes it. */
    private void sumCopy(int sourceAt, int resultAt, int channel) {
      int sourceMap = channel / multiplier * walk.sourceSize();
      int map = channel * walk.size();
      System.arraycopy(source, sourceAt + sourceMap, sourceCopy, REACH, walk.sourceSize());
      call.source = sourceCopy;
      call.sourceAt = REACH - sourceMap;
      call.result = resultCopy;
      call.resultAt = REACH - map;
      call.firstChannel = channel;
      call.endChannel = channel + 1;
      call.finishWith(Epilogue.NONE);
      kernel.run(call);
      kernels.finish(resultCopy, REACH, result, resultAt + map, walk.size(), epilogue, channel);
    }
  }
}
