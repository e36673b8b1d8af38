package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Conv2dGeometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {

  /** Worked out by hand: each group's input under a window of ones. */
  @Test
  void sumsEachGroupUnderTheWindow() {
    var geometry = Conv2dGeometry.parse("g2 ic2 ih2 oc2 kh3 ph1");
    float[] input = {1, 2, 3, 4, 10, 20, 30, 40};
    float[] weights = new float[18];
    java.util.Arrays.fill(weights, 0, 9, 1f);
    weights[9 + 4] = 2;
    assertThat(Reference.forward(geometry, input, weights))
        .containsExactly(10, 10, 10, 10, 20, 40, 60, 80);
  }

  @Test
  void multipliesRowsByColumns() {
    float[] left = {1, 2, 3, 4, 5, 6};
    float[] right = {1, 0, 0, 1, 2, 2};
    assertThat(Reference.product(new Work.Product(2, 2, 3), left, right))
        .containsExactly(7, 8, 16, 17);
  }

  /**
   * Forward is linear in input and in weights, so each gradient, applied to the very values that it
   * belongs to, gives the weighted sum of the output.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "n2 g1 ic3 ih5 oc4 kh3 ph1",
        "n1 g4 ic8 ih7 iw5 oc4 kh3 kw2 sh2 sw1 ph1 pw0",
        "n2 g2 ic4 ih9 oc6 kh3 ph2 dh2"
      })
  void gradientsAreThoseOfTheWeightedOutput(String problem) {
    var geometry = Conv2dGeometry.parse(problem);
    float[] input = Values.input(geometry);
    float[] weights = Values.weights(geometry);
    double weighted =
        dot(Reference.forward(geometry, input, weights), 0, Values.gradOutput(geometry));
    double[] gradients = Reference.of(new Work.Backward(geometry));
    assertThat(dot(gradients, 0, input)).as(problem).isCloseTo(weighted, within(1e-9));
    assertThat(dot(gradients, input.length, weights)).as(problem).isCloseTo(weighted, within(1e-9));
  }

  private static double dot(double[] left, int offset, float[] right) {
    double sum = 0;
    for (int i = 0; i < right.length; i++) {
      sum += left[offset + i] * right[i];
    }
    return sum;
  }
}
