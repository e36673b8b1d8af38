package io.dfsnet.engine;

import java.util.function.IntConsumer;

/**
 * Operations that look at one position at a time. All arrays of a call have the same length; an
 * output may be the same array as an input.
 *
 * <p>Every loop reads and writes its arrays at the same index. That is the shape in which C2 can
 * vectorise: with different offsets it would have to assume that a store feeds a later load.
 */
public final class Elementwise {
  /** Elements per task: large against the cost of handing a task out, small against a cache. */
  private static final int CHUNK = 1 << 15;

  private Elementwise() {}

  /** {@code output = max(input, 0)}; NaN stays NaN. */
  public static void relu(float[] input, float[] output, Workers workers) {
    relu(input, output).run(workers);
  }

  /** {@link #relu(float[], float[], Workers)} of these arrays, for many runs. */
  public static Work relu(float[] input, float[] output) {
    Require.length("relu", "output", output, input.length);
    return chunks(input.length, start -> reluChunk(input, output, start));
  }

  /** {@code output = min(max(input, 0), 6)}; NaN stays NaN. */
  public static void relu6(float[] input, float[] output, Workers workers) {
    relu6(input, output).run(workers);
  }

  /** {@link #relu6(float[], float[], Workers)} of these arrays, for many runs. */
  public static Work relu6(float[] input, float[] output) {
    Require.length("relu6", "output", output, input.length);
    return chunks(input.length, start -> relu6Chunk(input, output, start));
  }

  /** {@code output = left + right}. */
  public static void add(float[] left, float[] right, float[] output, Workers workers) {
    add(left, right, output).run(workers);
  }

  /** {@link #add(float[], float[], float[], Workers)} of these arrays, for many runs. */
  public static Work add(float[] left, float[] right, float[] output) {
    Require.length("add", "right", right, left.length);
    Require.length("add", "output", output, left.length);
    return chunks(left.length, start -> addChunk(left, right, output, start));
  }

  /** {@code output = factor * input}. */
  public static void scale(float factor, float[] input, float[] output, Workers workers) {
    Require.length("scale", "output", output, input.length);
    chunks(input.length, start -> scaleChunk(factor, input, output, start)).run(workers);
  }

  /**
   * {@code gradInput = gradOutput} where {@code output > 0}, else 0; the derivative at the kink is
   * 0.
   *
   * @param output what {@link #relu} wrote
   */
  public static void reluBackward(
      float[] output, float[] gradOutput, float[] gradInput, Workers workers) {
    Require.length("relu backward", "gradOutput", gradOutput, output.length);
    Require.length("relu backward", "gradInput", gradInput, output.length);
    chunks(output.length, start -> maskChunk(output, Activation.RELU, gradOutput, gradInput, start))
        .run(workers);
  }

  /**
   * {@code gradInput = gradOutput} where {@code 0 < output < 6}, else 0; the derivative at both
   * kinks is 0.
   *
   * @param output what {@link #relu6} wrote
   */
  public static void relu6Backward(
      float[] output, float[] gradOutput, float[] gradInput, Workers workers) {
    Require.length("relu6 backward", "gradOutput", gradOutput, output.length);
    Require.length("relu6 backward", "gradInput", gradInput, output.length);
    chunks(
            output.length,
            start -> maskChunk(output, Activation.RELU6, gradOutput, gradInput, start))
        .run(workers);
  }

  private static void reluChunk(float[] input, float[] output, int start) {
    int end = end(start, input.length);
    for (int i = start; i < end; i++) {
      output[i] = Math.max(input[i], 0f);
    }
  }

  private static void scaleChunk(float factor, float[] input, float[] output, int start) {
    int end = end(start, input.length);
    for (int i = start; i < end; i++) {
      output[i] = factor * input[i];
    }
  }

  private static void relu6Chunk(float[] input, float[] output, int start) {
    int end = end(start, input.length);
    for (int i = start; i < end; i++) {
      output[i] = Math.min(Math.max(input[i], 0f), 6f);
    }
  }

  private static void addChunk(float[] left, float[] right, float[] output, int start) {
    int end = end(start, left.length);
    for (int i = start; i < end; i++) {
      output[i] = left[i] + right[i];
    }
  }

  private static void maskChunk(
      float[] output, Activation activation, float[] gradOutput, float[] gradInput, int start) {
    var strips = new Strips(start, 0, 1, end(start, output.length) - start);
    Engine.kernels().channels().mask(output, activation, gradOutput, gradInput, 0, strips);
  }

  private static Work chunks(int length, IntConsumer chunkAt) {
    return new Work(Math.ceilDiv(length, CHUNK), chunk -> chunkAt.accept(chunk * CHUNK));
  }

  private static int end(int start, int length) {
    return Math.min(start + CHUNK, length);
  }
}
