package io.dfsnet.bench.peers;

/**
 * How long one run takes.
 *
 * @param median of all samples, in seconds
 * @param lower the lower quartile
 * @param upper the upper quartile
 * @param samples how many there were
 */
record Timing(double median, double lower, double upper, int samples) {

  static Timing of(double[] seconds, int samples) {
    double[] sorted = java.util.Arrays.copyOf(seconds, samples);
    java.util.Arrays.sort(sorted);
    return new Timing(
        quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), samples);
  }

  /** Linear between the neighbours; {@code sorted} must not be empty. */
  static double quantile(double[] sorted, double fraction) {
    double place = fraction * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
