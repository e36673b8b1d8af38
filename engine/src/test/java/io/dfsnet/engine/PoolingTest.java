package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The corners of pooling. Values and gradients are checked on the tape. */
class PoolingTest {
  private static final float NEGATIVE = Float.NEGATIVE_INFINITY;

  private final Workers workers = new Workers(2);

  @AfterEach
  void stop() {
    workers.close();
  }

  @Test
  void paddingNeverWins() {
    var geometry = new PoolGeometry(1, 1, 2, 2, 2, 1, 1);
    float[] input = {-1, -2, -3, -4};

    assertThat(max(geometry, input)).containsExactly(-1, -1, -2, -1, -1, -2, -3, -3, -4);
    assertThat(argmax(geometry, input)).containsExactly(0, 0, 1, 0, 0, 1, 2, 2, 3);
  }

  @Test
  void ofEqualMaximaTheFirstGetsTheGradient() {
    var geometry = new PoolGeometry(1, 1, 2, 2, 2, 2, 0);

    assertThat(argmax(geometry, new float[] {5, 5, 5, 5})).containsExactly(0);
    assertThat(argmax(geometry, new float[] {1, 5, 5, 2})).containsExactly(1);
    assertThat(argmax(geometry, new float[] {NEGATIVE, NEGATIVE, NEGATIVE, NEGATIVE}))
        .containsExactly(0);
  }

  @Test
  void notANumberWins() {
    var geometry = new PoolGeometry(1, 1, 1, 3, 1, 1, 0);
    var window = new PoolGeometry(1, 1, 2, 2, 2, 2, 0);
    float[] input = {1, Float.NaN, 7, 3};

    assertThat(max(window, input)).containsExactly(Float.NaN);
    assertThat(argmax(window, input)).containsExactly(1);
    assertThat(max(geometry, new float[] {1, Float.NaN, 2})).containsExactly(1, Float.NaN, 2);
  }

  @Test
  void maximaAreTheSameWithAndWithoutTheirPlaces() {
    var random = new SplittableRandom(3);
    var geometry = new PoolGeometry(3, 5, 13, 11, 3, 2, 1);
    float[] input = new float[geometry.inShape().elements()];
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextGaussian();
    }
    float[] expected = max(geometry, input);
    float[] output = new float[expected.length];
    int[] argmax = new int[output.length];
    Pooling.max(geometry, input, output, argmax, workers);

    assertThat(output).isEqualTo(expected);
    for (int i = 0; i < output.length; i++) {
      assertThat(input[argmax[i]]).isEqualTo(output[i]);
    }
  }

  @Test
  void paddingCountsInTheDivisorOfAnAverage() {
    var geometry = new PoolGeometry(1, 1, 2, 2, 2, 2, 1);
    float[] output = new float[4];
    Pooling.average(geometry, new float[] {4, 8, 12, 16}, output, workers);

    assertThat(output).containsExactly(1, 2, 3, 4);
  }

  @Test
  void globalAverageIsRoundedOnce() {
    float[] input = new float[1 << 16];
    Arrays.fill(input, 0.1f);
    float[] output = new float[1];
    Pooling.globalAverage(Shape.of(1, 1, 256, 256), input, output, workers);

    assertThat(output).containsExactly(0.1f);
  }

  @Test
  void wrongLengthsAreRefused() {
    var geometry = new PoolGeometry(1, 2, 4, 4, 2, 2, 0);
    assertThatThrownBy(() -> Pooling.max(geometry, new float[32], new float[9], workers))
        .isInstanceOf(ShapeException.class)
        .hasMessage("maxPool: output needs 8 elements, found 9");
    assertThatThrownBy(
            () -> Pooling.max(geometry, new float[32], new float[8], new int[7], workers))
        .isInstanceOf(ShapeException.class)
        .hasMessage("maxPool: argmax needs 8 elements, found 7");
  }

  private float[] max(PoolGeometry geometry, float[] input) {
    float[] output = new float[geometry.outShape().elements()];
    Arrays.fill(output, 99);
    Pooling.max(geometry, input, output, workers);
    return output;
  }

  private int[] argmax(PoolGeometry geometry, float[] input) {
    float[] output = new float[geometry.outShape().elements()];
    int[] argmax = new int[output.length];
    Arrays.fill(argmax, 99);
    Pooling.max(geometry, input, output, argmax, workers);
    return argmax;
  }
}
