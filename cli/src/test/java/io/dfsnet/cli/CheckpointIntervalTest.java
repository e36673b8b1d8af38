package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointIntervalTest {
  private static final Duration SHORT = Duration.ofMillis(1);

  @Test
  void countsSteps() {
    CheckpointInterval interval = CheckpointInterval.parse("20");
    assertThat(interval.due(19, Duration.ofDays(1), SHORT)).isFalse();
    assertThat(interval.due(20, Duration.ZERO, Duration.ofDays(1))).isTrue();
  }

  @Test
  void takesTimeButNotTooMuch() {
    CheckpointInterval interval = CheckpointInterval.parse("60s");
    assertThat(interval.due(1_000_000, Duration.ofSeconds(59), SHORT)).isFalse();
    assertThat(interval.due(1, Duration.ofSeconds(60), SHORT)).isTrue();
    Duration cost = Duration.ofSeconds(3);
    assertThat(interval.due(1, Duration.ofSeconds(299), cost)).isFalse();
    assertThat(interval.due(1, Duration.ofSeconds(300), cost)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "200", "1s", "60s"})
  void comesBackFromItsText(String text) {
    assertThat(CheckpointInterval.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "0s", "-1", "1.5s", "1m", "s", "1234567890", " 5"})
  void refusesWhatIsNeither(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CheckpointInterval.parse(text))
        .withMessageContainingAll("'" + text + "'", "steps", "seconds");
  }
}
