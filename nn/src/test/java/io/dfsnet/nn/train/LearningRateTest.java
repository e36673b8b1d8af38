package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateTest {

  @Test
  void risesAlongALineAndFallsAlongACosine() {
    var rate = new LearningRate(0.2f, 4, 20);
    float[] expected = {
      0.05f, 0.1f, 0.15f, 0.2f, 0.2f, 0.1980785f, 0.1923880f, 0.1831470f, 0.1707107f
    };
    for (int step = 0; step < expected.length; step++) {
      assertThat(rate.at(step)).as("step %d", step).isCloseTo(expected[step], within(1e-6f));
    }
    assertThat(rate.at(12)).isCloseTo(0.1f, within(1e-6f));
    assertThat(rate.at(19)).isCloseTo(0.0019215f, within(1e-6f));
  }

  @Test
  void aTrainingMayHaveNoWarmUpAndMayBeAllWarmUp() {
    assertThat(new LearningRate(0.2f, 0, 10).at(0)).isEqualTo(0.2f);
    assertThat(new LearningRate(0.2f, 10, 10).at(9)).isEqualTo(0.2f);
  }

  @Test
  void theWarmUpIsAFractionOfAllSteps() {
    var rate = LearningRate.of(TrainingOptions.DEFAULTS, 30 * 390);
    assertThat(rate).isEqualTo(new LearningRate(0.2f, 1170, 11700));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> new LearningRate(0f, 0, 1)).hasMessageContaining("peak");
    assertThatThrownBy(() -> new LearningRate(Float.NaN, 0, 1)).hasMessageContaining("peak");
    assertThatThrownBy(() -> new LearningRate(1f, 2, 1)).hasMessageContaining("warm-up of 2");
    assertThatThrownBy(() -> new LearningRate(1f, 0, 1).at(1)).hasMessageContaining("step 1");
  }
}
