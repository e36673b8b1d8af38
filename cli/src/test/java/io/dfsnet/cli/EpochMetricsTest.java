package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.nn.train.EpochResult;
import io.dfsnet.nn.train.Evaluation;
import org.junit.jupiter.api.Test;

class EpochMetricsTest {
  private static final EpochResult TRAINING = new EpochResult(3, 1.5, 0.25, 100, 0);

  @Test
  void whatIsWrittenIsRead() {
    var tested = EpochMetrics.of(12, TRAINING, new Evaluation.Result(1, 4, 2.5));
    assertThat(EpochMetrics.of(tested.toJson())).isEqualTo(tested);
    var untested = EpochMetrics.of(12, TRAINING);
    assertThat(EpochMetrics.of(untested.toJson())).isEqualTo(untested);
  }

  /** Else every --resume would come to the same epoch and fail there. */
  @Test
  void aLossThatIsNotFiniteIsLeftOut() {
    for (double loss : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      var metrics = EpochMetrics.of(12, TRAINING, new Evaluation.Result(1, 4, loss));
      assertThat(metrics.toJson().has("testLoss")).isFalse();
      assertThat(metrics.toJson().get("testAccuracy")).hasToString("0.25");
      assertThat(EpochMetrics.of(metrics.toJson())).isEqualTo(metrics);
    }
  }
}
