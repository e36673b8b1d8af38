package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One axis of a convolution, seen backwards: the input elements that share a remainder modulo the
 * stride, and the taps that reach them.
 *
 * <p>Output {@code y} reads padded input {@code y * stride + r * dilation} through tap {@code r}.
 * Padded input {@code u * stride + a}, with {@code 0 <= a < stride}, is therefore reached by the
 * taps with {@code r * dilation % stride == a}, from output {@code u - q} with {@code q = (r *
 * dilation - a) / stride}. Within a phase {@code a} every tap is a constant shift, so the gradient
 * of its input elements is again a sum over shifted planes, without scatter and without atomics:
 *
 * <pre>
 * stride 2, 3 taps, pad 1      input   0 1 2 3 4 5 ...
 *                              phase   1 0 1 0 1 0         phase 0: taps 0 and 2, phase 1: tap 1
 * </pre>
 *
 * @param first the first input element of the phase; the next ones follow at distances of the
 *     stride
 * @param count how many input elements belong to it
 * @param taps kernel taps that reach it, ascending; none if the dilation skips this remainder
 * @param shifts for each of those taps the output element that the first input element meets
 */
record InputPhase(int first, int count, int[] taps, int[] shifts) {

  /** All phases of an axis that have an input element; together they hold each exactly once. */
  static List<InputPhase> of(int in, int kernel, int stride, int pad, int dilation) {
    List<InputPhase> phases = new ArrayList<>();
    for (int remainder = 0; remainder < stride; remainder++) {
      int a = remainder;
      int firstUnit = Math.ceilDiv(Math.max(pad - a, 0), stride);
      int first = firstUnit * stride + a - pad;
      if (first >= in) {
        continue;
      }
      int[] taps = IntStream.range(0, kernel).filter(tap -> tap * dilation % stride == a).toArray();
      int[] shifts = new int[taps.length];
      for (int i = 0; i < taps.length; i++) {
        shifts[i] = firstUnit - (taps[i] * dilation - a) / stride;
      }
      phases.add(new InputPhase(first, (in - 1 - first) / stride + 1, taps, shifts));
    }
    return phases;
  }
}
