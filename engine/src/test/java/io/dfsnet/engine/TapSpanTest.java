package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Spans together are the products of an axis: each exactly once, and none with padding. */
class TapSpanTest {
  /** An input element, the tap that it meets and the output in which it does. */
  private record Product(int element, int tap, int output) {}

  @Test
  void spansAreTheProductsOfAnAxis() {
    for (long seed = 1; seed <= 2000; seed++) {
      var random = new Random(seed);
      int kernel = 1 + random.nextInt(6);
      int stride = 1 + random.nextInt(5);
      int pad = random.nextInt(6);
      int dilation = 1 + random.nextInt(4);
      int in = Math.max(1, dilation * (kernel - 1) + 1 - 2 * pad) + random.nextInt(12);
      int out = (in + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
      List<Product> expected = new ArrayList<>();
      for (int output = 0; output < out; output++) {
        for (int tap = 0; tap < kernel; tap++) {
          int element = output * stride + tap * dilation - pad;
          if (element >= 0 && element < in) {
            expected.add(new Product(element, tap, output));
          }
        }
      }
      List<Product> actual = new ArrayList<>();
      for (var span : TapSpan.of(in, out, kernel, stride, pad, dilation)) {
        for (int i = 0; i < span.count(); i++) {
          for (int t = 0; t < span.taps().length; t++) {
            int element = span.phase() + (span.first() + i) * stride;
            actual.add(new Product(element, span.taps()[t], span.outputs()[t] + i));
          }
        }
      }
      assertThat(actual).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void threeTapsMeetAllButTheEdges() {
    var spans = TapSpan.of(6, 6, 3, 1, 1, 1);
    assertThat(spans).extracting(TapSpan::first).containsExactly(0, 1, 5);
    assertThat(spans).extracting(TapSpan::count).containsExactly(1, 4, 1);
    assertThat(spans.get(0).taps()).containsExactly(0, 1);
    assertThat(spans.get(1).taps()).containsExactly(0, 1, 2);
    assertThat(spans.get(1).outputs()).containsExactly(2, 1, 0);
    assertThat(spans.get(2).taps()).containsExactly(1, 2);
  }
}
