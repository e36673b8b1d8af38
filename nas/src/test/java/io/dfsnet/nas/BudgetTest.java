package io.dfsnet.nas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {

  @ParameterizedTest
  @CsvSource({
    "count=2, count=2, 2",
    "bytes=65536, bytes=64KiB, 65536",
    "bytes=64KiB, bytes=64KiB, 65536",
    "bytes=64kib, bytes=64KiB, 65536",
    "bytes=3MiB, bytes=3MiB, 3145728",
    "bytes=1000, bytes=1000, 1000"
  })
  void readsWhatItWrites(String text, String written, long total) {
    Budget budget = Budget.parse(text);

    assertThat(budget).hasToString(written);
    assertThat(budget.total()).isEqualTo(total);
    assertThat(Budget.parse(written)).isEqualTo(budget);
  }

  @Test
  void pricesPositions() {
    assertThat(new Budget.Count(3).price(4096)).isEqualTo(1);
    assertThat(new Budget.Bytes(3).price(4096)).isEqualTo(4096);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "2", "count=", "count=-1", "count=2 ", "bytes=64KB", "bytes=99999999999999"})
  void refusesWhatItCannotRead(String text) {
    assertThatThrownBy(() -> Budget.parse(text))
        .isInstanceOf(SearchException.class)
        .hasMessage(
            "budget '" + text + "': is not like count=2, bytes=65536, bytes=64KiB or bytes=1MiB");
  }

  @Test
  void refusesNothing() {
    assertThatThrownBy(() -> Budget.parse("count=0"))
        .isInstanceOf(SearchException.class)
        .hasMessage("budget: count must be at least 1, found 0");
    assertThatThrownBy(() -> Budget.parse("bytes=0"))
        .hasMessage("budget: bytes must be at least 1, found 0");
  }
}
