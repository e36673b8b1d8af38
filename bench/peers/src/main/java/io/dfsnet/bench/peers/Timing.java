package io.dfsnet.bench.peers;

import java.util.Arrays;

/**
 * How long one run takes.
 *
 * @param median of all samples, in seconds
 * @param lower the lower quartile
 * @param upper the upper quartile
 * @param samples how many there were
 * @param share how many processors the process had meanwhile; clearly below 1 if other processes
 *     took some of the time
 */
record Timing(double median, double lower, double upper, int samples, double share) {

  static Timing of(double[] seconds, int samples, double share) {
    double[] sorted = Arrays.copyOf(seconds, samples);
    Arrays.sort(sorted);
    return new Timing(
        quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), samples, share);
  }

  /** Linear between the neighbours; {@code sorted} must not be empty. */
  static double quantile(double[] sorted, double fraction) {
    double place = fraction * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
