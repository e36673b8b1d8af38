package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class AddressTest {
  private final Address.Converter converter = new Address.Converter();

  @Test
  void readsNamesAndNumbers() {
    assertThat(converter.convert("localhost:7000")).isEqualTo(new Address("localhost", 7000));
    assertThat(converter.convert("127.0.0.1:0")).isEqualTo(new Address("127.0.0.1", 0));
    assertThat(converter.convert("[::1]:65535")).isEqualTo(new Address("::1", 65_535));
    assertThat(converter.convert("[::1]:65535")).hasToString("[::1]:65535");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        ":1",
        "host:",
        "host:-1",
        "host:65536",
        "host:99999999999",
        "a b:1",
        "::1:7000",
        "host:1:2",
        "http://host:1"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "' is not HOST:PORT");
  }
}
