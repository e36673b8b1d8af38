package io.dfsnet.cli;

import java.time.Duration;
import java.util.Arrays;

/**
 * How fast the last steps of a training were, and how long the rest takes at that speed. The first
 * steps of a process, while its code is being compiled, are forgotten as soon as there are enough
 * others.
 */
final class Speed {
  private static final int STEPS = 64;

  private final int batch;
  private final long[] nanos = new long[STEPS];
  private long steps;
  private long last;

  /**
   * @param batch images of a step
   * @param now {@link System#nanoTime} before the first step
   */
  Speed(int batch, long now) {
    this.batch = batch;
    this.last = now;
  }

  /** A step is done. */
  void step(long now) {
    nanos[(int) (steps++ % STEPS)] = now - last;
    last = now;
  }

  /** What passed since the last step was spent on something else. */
  void pause(long now) {
    last = now;
  }

  /** Over the last steps; 0 before the first one. */
  double imagesPerSecond() {
    return steps == 0 ? 0 : batch / secondsOfStep();
  }

  /** What so many steps take. */
  Duration timeFor(long moreSteps) {
    return Duration.ofMillis(steps == 0 ? 0 : Math.round(1e3 * moreSteps * secondsOfStep()));
  }

  private double secondsOfStep() {
    int known = (int) Math.min(steps, STEPS);
    return Math.max(1, Arrays.stream(nanos, 0, known).sum()) * 1e-9 / known;
  }
}
