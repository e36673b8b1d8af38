package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PercentilesTest {

  @Test
  void takesTheNearestRank() {
    var percentiles = new Percentiles();
    for (int millis = 100; millis >= 1; millis--) {
      percentiles.add(Duration.ofMillis(millis));
    }
    assertThat(percentiles.millis(50)).isEqualTo(50);
    assertThat(percentiles.millis(90)).isEqualTo(90);
    assertThat(percentiles.millis(99)).isEqualTo(99);
  }

  @Test
  void ofOneIsThatOne() {
    var percentiles = new Percentiles();
    percentiles.add(Duration.ofMillis(7));
    assertThat(percentiles).hasToString("p50 7.00, p90 7.00, p99 7.00 ms");
  }
}
