package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the tape does not show; values and gradients are checked there. */
class BatchNormalizationTest {
  private static final float EPSILON = 1e-5f;

  private final Workers workers = new Workers(2);

  @AfterEach
  void stop() {
    workers.close();
  }

  @Test
  void aDistantMeanCostsNoAccuracy() {
    Shape shape = Shape.of(64, 1, 16, 16);
    var random = new SplittableRandom(1);
    float[] input = new float[shape.elements()];
    double sum = 0;
    for (int i = 0; i < input.length; i++) {
      input[i] = 1000 + (float) random.nextGaussian();
      sum += input[i];
    }
    double mean = sum / input.length;
    double squares = 0;
    for (float x : input) {
      squares += (x - mean) * (x - mean);
    }
    float[] means = new float[1];
    float[] variances = new float[1];
    BatchNormalization.of(shape, 0f)
        .forward(
            input,
            new float[] {1},
            new float[] {0},
            null,
            Activation.NONE,
            new float[input.length],
            means,
            variances,
            workers);

    assertThat((double) means[0]).isCloseTo(mean, within(1e-4));
    assertThat((double) variances[0]).isCloseTo(squares / input.length, within(1e-5));
  }

  /** The first image, from which the sums of deviations start, is far from all others. */
  @Test
  void anOddFirstImageCostsLittleAccuracy() {
    Shape shape = Shape.of(128, 2, 4, 4);
    var random = new SplittableRandom(2);
    float[] input = new float[shape.elements()];
    for (int i = 0; i < input.length; i++) {
      input[i] = i < 32 ? 1e6f : (float) random.nextGaussian();
    }
    double mean = 0;
    for (int i = 0; i < input.length; i++) {
      mean += i / 16 % 2 == 0 ? input[i] / 2048.0 : 0;
    }
    double variance = 0;
    for (int i = 0; i < input.length; i++) {
      variance += i / 16 % 2 == 0 ? (input[i] - mean) * (input[i] - mean) / 2048 : 0;
    }
    float[] means = new float[2];
    float[] variances = new float[2];
    BatchNormalization.of(shape, 0f)
        .forward(
            input,
            new float[] {1, 1},
            new float[] {0, 0},
            null,
            Activation.NONE,
            new float[input.length],
            means,
            variances,
            workers);

    assertThat((double) means[0]).isCloseTo(mean, within(1e-5 * mean));
    assertThat((double) variances[0]).isCloseTo(variance, within(1e-4 * variance));
  }

  @Test
  void foldedInferenceIsInference() {
    Shape shape = Shape.of(2, 3, 5, 1);
    float[] gamma = {0.5f, -2, 3};
    float[] beta = {1, 0, -4};
    float[] mean = {-1, 0.25f, 10};
    float[] variance = {0.1f, 4, 0};
    float[] input = new float[shape.elements()];
    for (int i = 0; i < input.length; i++) {
      input[i] = (i % 7) * 0.3f - 1;
    }
    float[] expected = new float[input.length];
    BatchNormalization.of(shape, EPSILON)
        .forwardInference(input, gamma, beta, mean, variance, null, Activation.NONE, expected)
        .run(workers);
    float[] scale = new float[3];
    float[] shift = new float[3];
    BatchNormalization.fold(gamma, beta, mean, variance, EPSILON, scale, shift);

    for (int i = 0; i < input.length; i++) {
      int channel = i / 5 % 3;
      double folded = (double) scale[channel] * input[i] + shift[channel];
      assertThat(folded).isCloseTo(expected[i], within(1e-6 * (1 + Math.abs(expected[i]))));
    }
  }

  @Test
  void aSingleElementPerChannelCannotTrain() {
    assertThatThrownBy(
            () ->
                BatchNormalization.of(Shape.of(1, 4, 1, 1), EPSILON)
                    .forward(
                        new float[4],
                        new float[4],
                        new float[4],
                        null,
                        Activation.NONE,
                        new float[4],
                        new float[4],
                        new float[4],
                        workers))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "batchNorm: training needs more than one element per channel, found shape [1, 4, 1,"
                + " 1]");
  }

  @Test
  void withoutActivationTheGradientOfTheAddendIsThatOfTheOutput() {
    float[] four = new float[4];
    assertThatThrownBy(
            () ->
                BatchNormalization.of(Shape.of(2, 1, 2), EPSILON)
                    .backward(
                        BatchNormalization.Statistics.BATCH,
                        four,
                        new float[1],
                        new float[1],
                        new float[1],
                        new float[1],
                        Activation.NONE,
                        null,
                        four,
                        new float[4],
                        new float[4],
                        new float[1],
                        new float[1],
                        workers))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gradAddend must be gradOutput");
  }

  @Test
  void wrongLengthsAndEpsilonsAreRefused() {
    var plan = BatchNormalization.of(Shape.of(2, 3), EPSILON);
    assertThatThrownBy(
            () ->
                plan.forwardInference(
                    new float[6],
                    new float[3],
                    new float[2],
                    new float[3],
                    new float[3],
                    null,
                    Activation.NONE,
                    new float[6]))
        .isInstanceOf(ShapeException.class)
        .hasMessage("batchNorm: beta needs 3 elements, found 2");
    for (float epsilon : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> BatchNormalization.of(Shape.of(2, 3), epsilon))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("found " + epsilon);
    }
  }
}
