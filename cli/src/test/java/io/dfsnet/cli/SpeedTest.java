package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SpeedTest {
  private static final long MILLI = 1_000_000;

  @Test
  void isUnknownBeforeTheFirstStep() {
    var speed = new Speed(10, 0);
    assertThat(speed.imagesPerSecond()).isZero();
    assertThat(speed.timeFor(100)).isZero();
  }

  @Test
  void forgetsSlowFirstStepsAndCountsNoPauses() {
    var speed = new Speed(10, 0);
    long now = 0;
    speed.step(now += 1000 * MILLI);
    assertThat(speed.imagesPerSecond()).isEqualTo(10, within(1e-9));
    for (int i = 0; i < 64; i++) {
      speed.pause(now += 500 * MILLI);
      speed.step(now += 5 * MILLI);
    }
    assertThat(speed.imagesPerSecond()).isEqualTo(2000, within(1e-6));
    assertThat(speed.timeFor(1000)).isEqualTo(Duration.ofSeconds(5));
  }
}
