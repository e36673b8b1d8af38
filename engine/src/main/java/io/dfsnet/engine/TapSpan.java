package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Neighbouring elements of an input axis that meet the same taps of the kernel. All spans of an
 * axis together are the products that there are: padding is in none.
 *
 * <p>Elements {@code phase + u * stride} share a <i>phase</i> and its taps; tap {@code t} of the
 * phase meets element {@code u} in output {@code u - shift(t)}, if there is such an output.
 *
 * <pre>
 * 3 taps, stride 1, pad 1, 6 elements
 *
 *   element   0   1   2   3   4   5
 *   tap 0     1   2   3   4   5   -      outputs; three spans:
 *   tap 1     0   1   2   3   4   5      element 0, elements 1 to 4, element 5
 *   tap 2     -   0   1   2   3   4
 * </pre>
 *
 * @param phase of the elements
 * @param first the first element, counted within the phase
 * @param count how many elements
 * @param taps that meet all of them, ascending
 * @param outputs for each tap where it meets the first element
 */
record TapSpan(int phase, int first, int count, int[] taps, int[] outputs) {

  /** The spans of an axis of {@code in} elements and {@code out} outputs. */
  static List<TapSpan> of(int in, int out, int kernel, int stride, int pad, int dilation) {
    List<TapSpan> spans = new ArrayList<>();
    for (int p = 0; p < Math.min(stride, in); p++) {
      int phase = p;
      int[] taps =
          IntStream.range(0, kernel)
              .filter(tap -> Math.floorMod(tap * dilation - pad, stride) == phase)
              .toArray();
      int[] shifts =
          Arrays.stream(taps).map(tap -> (tap * dilation - pad - phase) / stride).toArray();
      int elements = Math.ceilDiv(in - phase, stride);
      // Taps come and go here and nowhere else.
      var cuts = new TreeSet<Integer>();
      for (int shift : shifts) {
        cuts.add(Math.clamp(shift, 0, elements));
        cuts.add(Math.clamp((long) shift + out, 0, elements));
      }
      int[] ends = cuts.stream().mapToInt(Integer::intValue).toArray();
      for (int i = 1; i < ends.length; i++) {
        int first = ends[i - 1];
        int[] met =
            IntStream.range(0, taps.length)
                .filter(t -> shifts[t] <= first && first < shifts[t] + out)
                .toArray();
        if (met.length > 0) {
          spans.add(
              new TapSpan(
                  phase,
                  first,
                  ends[i] - first,
                  Arrays.stream(met).map(t -> taps[t]).toArray(),
                  Arrays.stream(met).map(t -> first - shifts[t]).toArray()));
        }
      }
    }
    return spans;
  }
}
