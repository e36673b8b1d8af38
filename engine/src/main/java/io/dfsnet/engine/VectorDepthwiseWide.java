package io.dfsnet.engine;

import static io.dfsnet.engine.VectorKernels.LENGTH;
import static io.dfsnet.engine.VectorKernels.SPECIES;

/**
 * Depthwise sums with stride 1, as in {@link VectorDepthwise}, of rows of more than two vectors: up
 * to four of them are taken together, which is as many as registers have room for. Where that is
 * not a whole row, strips take turns, a band of a few rows each, and the sums that a strip has not
 * completed by then wait in memory:
 *
 * <pre>
 *   band 0   strip 0, strip 1      Maps of 112x112 that go through one strip after the other have
 *   band 1   strip 0, strip 1      left the first-level cache when the next strip comes, and are
 *   ...                            neither read nor written in an order that could be foreseen.
 * </pre>
 */
final class VectorDepthwiseWide implements DepthwiseKernel {
  private static final DepthwiseKernel PAIRS = new VectorDepthwise();

  /** Vectors that a strip has at most. */
  private static final int MOST = 4;

  /** Steps of a band: with fewer it counts what a walk sets up, with more the order is lost. */
  private static final int BAND = 12;

  @Override
  public String name() {
    return "k3s1v" + MOST + "__simd" + SPECIES.vectorBitSize();
  }

  @Override
  public boolean admits(RowWalk walk) {
    return walk.stride() == 1 && walk.columns() > 2 * LENGTH;
  }

  @Override
  public Strip[] strips(RowWalk walk) {
    return Strip.neighbours(walk, LENGTH, MOST);
  }

  @Override
  public boolean overruns(RowWalk walk) {
    return false;
  }

  /**
   * Where nothing waits for memory, it counts that walks over four lack registers to finish sums.
   */
  @Override
  public DepthwiseKernel ofBands() {
    return PAIRS;
  }

  @Override
  public boolean run(Call call) {
    if (call.strips.length == 1) {
      return walk(call, call.strips[0]);
    }
    boolean whole = true;
    int first = call.firstChannel;
    int end = call.endChannel;
    for (int channel = first; channel < end; channel++) {
      call.firstChannel = channel;
      call.endChannel = channel + 1;
      whole &= walkBands(call);
    }
    call.firstChannel = first;
    call.endChannel = end;
    return whole;
  }

  private static boolean walkBands(Call call) {
    boolean whole = true;
    int steps = call.walk.steps();
    for (int step = 0; step < steps; step += BAND) {
      call.firstStep = step;
      call.endStep = Math.min(steps, step + BAND);
      for (int i = 0; i < call.strips.length; i++) {
        call.waitingAt = i * Call.WAITING;
        whole &= walk(call, call.strips[i]);
      }
    }
    return whole;
  }

  private static boolean walk(Call call, Strip strip) {
    return switch (strip.columns().length) {
      case 4 -> VectorDepthwiseStretches.walkFour(call, strip);
      case 3 -> VectorDepthwiseStretches.walkThree(call, strip);
      case 2 -> VectorDepthwise.walkTwo(call, strip);
      default -> VectorDepthwise.walkOne(call, strip);
    };
  }
}
