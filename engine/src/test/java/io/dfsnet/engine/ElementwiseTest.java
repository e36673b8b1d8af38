package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Values at which functions of one element go wrong. Others are checked on the tape. */
class ElementwiseTest {
  private static final float[] SPECIAL = {
    -0f,
    0f,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    6,
    7,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  private final Workers workers = new Workers(2);

  @AfterEach
  void stop() {
    workers.close();
  }

  @Test
  void reluOfSpecialValues() {
    float[] output = new float[SPECIAL.length];
    Elementwise.relu(SPECIAL, output, workers);
    assertThat(output)
        .containsExactly(
            0f, 0f, Float.MIN_VALUE, 0f, 6f, 7f, Float.POSITIVE_INFINITY, 0f, Float.NaN);

    Elementwise.relu6(SPECIAL, output, workers);
    assertThat(output).containsExactly(0f, 0f, Float.MIN_VALUE, 0f, 6f, 6f, 6f, 0f, Float.NaN);
  }

  @Test
  void theDerivativeAtAKinkIsZero() {
    float[] output = {0, Float.MIN_VALUE, 5.9999995f, 6, Float.POSITIVE_INFINITY};
    float[] gradient = {2, 2, 2, 2, 2};
    float[] gradInput = new float[5];
    Elementwise.reluBackward(output, gradient, gradInput, workers);
    assertThat(gradInput).containsExactly(0, 2, 2, 2, 2);

    Elementwise.relu6Backward(
        new float[] {0, Float.MIN_VALUE, 5.9999995f, 6, 6}, gradient, gradInput, workers);
    assertThat(gradInput).containsExactly(0, 2, 2, 0, 0);
  }

  @Test
  void anOutputMayBeAnInput() {
    float[] values = {1, -2, 3};
    Elementwise.add(values, values, values, workers);
    assertThat(values).containsExactly(2, -4, 6);
    Elementwise.relu(values, values, workers);
    assertThat(values).containsExactly(2, 0, 6);
  }

  @Test
  void differentLengthsAreRefused() {
    assertThatThrownBy(() -> Elementwise.add(new float[3], new float[4], new float[3], workers))
        .isInstanceOf(ShapeException.class)
        .hasMessage("add: right needs 3 elements, found 4");
  }
}
