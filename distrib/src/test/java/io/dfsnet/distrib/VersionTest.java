package io.dfsnet.distrib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.distrib.DistributedException.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionTest {

  @ParameterizedTest
  @CsvSource({
    "1.0, 1.0, 1.0, 1.0, 1.0",
    "1.0, 1.3, 1.1, 1.2, 1.2",
    "1.0, 1.3, 1.2, 2.0, 1.3",
    "1.2, 2.1, 1.0, 1.2, 1.2",
    "1.0, 2.0, 2.0, 3.0, 2.0"
  })
  void bothUseTheHighestThatBothSpeak(
      String low, String high, String otherLow, String otherHigh, String common) {
    Version.Range one = new Version.Range(version(low), version(high));
    Version.Range other = new Version.Range(version(otherLow), version(otherHigh));
    assertThat(one.common(other)).isEqualTo(version(common));
    assertThat(other.common(one)).isEqualTo(version(common));
  }

  @Test
  void twoRangesApartAreBothNamed() {
    Version.Range old = new Version.Range(version("1.0"), version("1.0"));
    Version.Range late = new Version.Range(version("1.1"), version("2.0"));
    assertThatThrownBy(() -> old.common(late))
        .hasMessage(
            "version mismatch: this side speaks protocol 1.0, the other 1.1 to 2.0;"
                + " run the same release on both")
        .extracting(failure -> ((DistributedException) failure).code())
        .isEqualTo(Code.VERSION_MISMATCH);
    assertThatThrownBy(() -> late.common(old)).hasMessageContaining("1.1 to 2.0, the other 1.0");
  }

  private static Version version(String text) {
    String[] parts = text.split("\\.");
    return new Version(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
  }
}
