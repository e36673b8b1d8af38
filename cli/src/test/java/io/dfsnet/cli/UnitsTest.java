package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {

  @Test
  void sizesAreBinary() {
    assertThat(Units.bytes(1023)).isEqualTo("1023 B");
    assertThat(Units.bytes(65_536)).isEqualTo("64.0 KiB");
    assertThat(Units.bytes(1_572_864)).isEqualTo("1.5 MiB");
    assertThat(Units.bytes(5L << 40)).isEqualTo("5.0 TiB");
  }

  @Test
  void countsAreDecimal() {
    assertThat(Units.count(9_999)).isEqualTo("9999");
    assertThat(Units.count(272_474)).isEqualTo("272 k");
    assertThat(Units.count(41_200_000)).isEqualTo("41.2 M");
  }

  @Test
  void sharesArePercentages() {
    assertThat(Units.percent(0.684)).isEqualTo("68.40 %");
  }
}
