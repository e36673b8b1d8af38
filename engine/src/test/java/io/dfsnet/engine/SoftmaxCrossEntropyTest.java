package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Extreme logits, and what is no class. Values and gradients are checked on the tape. */
class SoftmaxCrossEntropyTest {
  private static final float HUGE = 3e38f;

  @Test
  void probabilitiesOfARowSumToOneWhateverTheLogits() {
    float[] probabilities = new float[9];
    SoftmaxCrossEntropy.softmax(
        3, 3, new float[] {0, 0, 0, HUGE, -HUGE, 0, 1000, 1001, 999}, probabilities);

    float third = (float) (1 / 3.0);
    assertThat(probabilities).startsWith(third, third, third, 1, 0, 0);
    double e = Math.E;
    double sum = 1 + e + e * e;
    assertThat(probabilities[6]).isCloseTo((float) (e / sum), within(1e-7f));
    assertThat(probabilities[7]).isCloseTo((float) (e * e / sum), within(1e-7f));
    assertThat(probabilities[8]).isCloseTo((float) (1 / sum), within(1e-7f));
  }

  @Test
  void aNetworkThatKnowsNothingLosesTheLogarithmOfTheClasses() {
    float loss = SoftmaxCrossEntropy.loss(2, 100, new float[200], new int[] {7, 99}, 0.1f);

    assertThat(loss).isEqualTo((float) Math.log(100));
  }

  @Test
  void hugeLogitsOverflowNothing() {
    float[] logits = {1e4f, -1e4f};
    float[] gradient = new float[2];

    assertThat(SoftmaxCrossEntropy.loss(1, 2, logits, new int[] {0}, 0)).isEqualTo(0f);
    assertThat(SoftmaxCrossEntropy.loss(1, 2, logits, new int[] {1}, 0)).isEqualTo(2e4f);
    SoftmaxCrossEntropy.gradient(1, 2, logits, new Targets.Classes(new int[] {1}, 0), 1, gradient);
    assertThat(gradient).containsExactly(1, -1);
  }

  @Test
  void aClassMayBeRuledOutByMinusInfinity() {
    float[] logits = {0, Float.NEGATIVE_INFINITY, 0};

    assertThat(SoftmaxCrossEntropy.loss(1, 3, logits, new int[] {0}, 0))
        .isEqualTo((float) Math.log(2));
  }

  @Test
  void notANumberReachesTheLossAndIsNeverCorrect() {
    float[] logits = {Float.NaN, 1, 2, Float.NaN};

    assertThat(SoftmaxCrossEntropy.loss(2, 2, logits, new int[] {0, 0}, 0)).isNaN();
    assertThat(SoftmaxCrossEntropy.correct(2, 2, logits, new int[] {0, 0})).isZero();
    assertThat(SoftmaxCrossEntropy.correct(2, 2, logits, new int[] {1, 1})).isZero();
  }

  @Test
  void ofEqualLogitsTheFirstIsTheAnswer() {
    float[] logits = {1, 3, 3, /**/ 2, 2, 1, /**/ 0, 0, 9};

    assertThat(SoftmaxCrossEntropy.correct(3, 3, logits, new int[] {1, 0, 2})).isEqualTo(3);
    assertThat(SoftmaxCrossEntropy.correct(3, 3, logits, new int[] {2, 1, 2})).isEqualTo(1);
  }

  @Test
  void whatIsNoClassIsRefused() {
    assertThatThrownBy(() -> SoftmaxCrossEntropy.loss(2, 3, new float[6], new int[] {0, 3}, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("softmaxCrossEntropy: label 3 of row 1 is not one of 3 classes");
    assertThatThrownBy(() -> SoftmaxCrossEntropy.loss(1, 3, new float[3], new int[] {-1}, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SoftmaxCrossEntropy.loss(1, 3, new float[3], new int[] {0}, 1.5f))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("from 0 to 1, found 1.5");
  }

  /** Smoothed classes, written out as probabilities, are the same targets. */
  @Test
  void probabilitiesSayWhatClassesSay() {
    float[] logits = {0.3f, -1, 2, /**/ 1, 0, 0.5f};
    var classes = new Targets.Classes(new int[] {2, 0}, 0.3f);
    var probabilities = new Targets.Probabilities(new float[] {0.1f, 0.1f, 0.8f, 0.8f, 0.1f, 0.1f});
    float[] wanted = new float[6];
    float[] found = new float[6];

    assertThat(SoftmaxCrossEntropy.loss(2, 3, logits, probabilities))
        .isCloseTo(SoftmaxCrossEntropy.loss(2, 3, logits, classes), within(1e-6f));
    SoftmaxCrossEntropy.gradient(2, 3, logits, classes, 1, wanted);
    SoftmaxCrossEntropy.gradient(2, 3, logits, probabilities, 1, found);
    assertThat(found).containsExactly(wanted, within(1e-7f));
  }

  /** Cross entropy is never below the entropy of its targets, and reaches it where both agree. */
  @Test
  void theLossOfRightProbabilitiesIsTheirEntropy() {
    float[] probabilities = {0.5f, 0.25f, 0.25f, /**/ 1, 0, 0};
    float[] logits = {0, (float) -Math.log(2), (float) -Math.log(2), /**/ 100, 0, 0};

    double entropy = SoftmaxCrossEntropy.entropy(2, 3, probabilities);
    assertThat(entropy).isCloseTo(0.75 * Math.log(2), within(1e-7));
    assertThat(
            (double)
                SoftmaxCrossEntropy.loss(2, 3, logits, new Targets.Probabilities(probabilities)))
        .isCloseTo(entropy, within(1e-6));
  }

  @Test
  void whatIsNoProbabilityIsRefused() {
    for (float[] wrong :
        new float[][] {{0.5f, 0.4f}, {1.5f, -0.5f}, {Float.NaN, 1}, {Float.POSITIVE_INFINITY, 0}}) {
      assertThatThrownBy(
              () -> SoftmaxCrossEntropy.loss(1, 2, new float[2], new Targets.Probabilities(wrong)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("targets of row 0 must be at least 0 with a sum of 1");
    }
    assertThatThrownBy(
            () ->
                SoftmaxCrossEntropy.loss(
                    1, 3, new float[3], new Targets.Probabilities(new float[2])))
        .isInstanceOf(ShapeException.class);
  }
}
