package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {

  @Test
  void endsWhenThePatienceIsUsedUp() {
    var stopping = new EarlyStopping(2, 0);
    assertThat(stopping.isOver(List.of())).isFalse();
    assertThat(stopping.isOver(List.of(0.5, 0.4))).isFalse();
    assertThat(stopping.isOver(List.of(0.5, 0.4, 0.5))).isTrue();
    assertThat(stopping.isOver(List.of(0.5, 0.4, 0.6, 0.5))).isFalse();
    assertThat(stopping.isOver(List.of(0.5, 0.4, 0.6, 0.5, 0.6))).isTrue();
  }

  /** Small gains do not count one by one, but do when they have added up. */
  @Test
  void gainsCountAgainstTheBestThatCounted() {
    var stopping = new EarlyStopping(2, 0.1);
    assertThat(stopping.isOver(List.of(0.5, 0.58, 0.58))).isTrue();
    assertThat(stopping.isOver(List.of(0.5, 0.58, 0.65, 0.7))).isFalse();
  }
}
