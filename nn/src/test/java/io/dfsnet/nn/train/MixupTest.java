package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixupTest {
  private static final int DRAWS = 20_000;

  @Test
  void aBatchIsMixedWithItselfInReverse() {
    var mixup = new Mixup(0.7f, 3);
    float w = mixup.weight(2, 5);
    Tensor images = new Tensor(Shape.of(3, 1, 1, 2), new float[] {1, 2, 3, 4, 5, 7});
    mixup.mix(images, 2, 5);
    float[] wanted = {
      w + (1 - w) * 5, 2 * w + (1 - w) * 7, 3, 4, 5 * w + (1 - w), 7 * w + (1 - w) * 2
    };
    assertThat(images.data()).containsExactly(wanted, within(1e-6f));
    assertThat(w).isBetween(0.5f, 1f);
  }

  /** Classes 2, 0 and 1: each has 1 - smoothing of its own and the reversed image's. */
  @Test
  void targetsAreMixedAlike() {
    float[] targets = Mixup.targets(new int[] {2, 0, 1}, 3, 0.3f, 0.75f);
    float[] wanted = {0.1f, 0.275f, 0.625f, /**/ 0.8f, 0.1f, 0.1f, /**/ 0.1f, 0.625f, 0.275f};
    assertThat(targets).containsExactly(wanted, within(1e-6f));
  }

  /**
   * With X from Beta(a, a), the variance of X is 1 / (4 (2a + 1)), and so is the second moment of
   * max(X, 1 - X) around 1/2, because both are equally far from it.
   */
  @ParameterizedTest
  @ValueSource(floats = {0.001f, 0.2f, 0.4f, 1f, 2f, 100f})
  void weightsAreThoseOfABetaDistribution(float alpha) {
    var mixup = new Mixup(alpha, 11);
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
      float weight = mixup.weight(i / 100, i % 100);
      assertThat(weight).isBetween(0.5f, 1f);
      squares += (weight - 0.5) * (weight - 0.5);
    }
    double variance = 1 / (4 * (2.0 * alpha + 1));
    assertThat(squares / DRAWS).as("seed 11").isCloseTo(variance, within(0.03 * variance));
  }

  /** Beta(1, 1) is uniform: a quarter of max(X, 1 - X) lies below 5/8. */
  @Test
  void alphaOfOneIsUniform() {
    var mixup = new Mixup(1f, 12);
    int below = 0;
    for (int i = 0; i < DRAWS; i++) {
      if (mixup.weight(0, i) < 0.625f) {
        below++;
      }
    }
    assertThat((double) below / DRAWS).as("seed 12").isCloseTo(0.25, within(0.01));
  }

  @Test
  void noMixupChangesNothing() {
    Tensor images = new Tensor(Shape.of(2, 1, 1, 1), new float[] {1, 2});
    Mixup.NONE.mix(images, 0, 0);
    assertThat(images.data()).containsExactly(1, 2);
    assertThat(Mixup.NONE.weight(3, 4)).isEqualTo(1f);
  }

  @Test
  void theThreadCountChangesNoBit() {
    TrainingOptions options =
        Toy.with(change -> change.regularization(new Regularization(5e-4f, 0.1f, 0.4f, 1f)));
    List<Map<String, List<Integer>>> results = new ArrayList<>();
    for (int threads = 1; threads <= 3; threads++) {
      Model model = Toy.model();
      try (var workers = new Workers(threads)) {
        Trainer.of(model, Toy.images(64, 1), options, workers).epoch(ProgressListener.NONE);
      }
      results.add(Toy.bits(model.weights().tensors()));
    }
    assertThat(results.get(1)).isEqualTo(results.get(0));
    assertThat(results.get(2)).isEqualTo(results.get(0));
    Model plain = Toy.model();
    try (var workers = new Workers(1)) {
      Trainer.of(plain, Toy.images(64, 1), Toy.OPTIONS, workers).epoch(ProgressListener.NONE);
    }
    assertThat(Toy.bits(plain.weights().tensors())).isNotEqualTo(results.get(0));
  }
}
