package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TextTableTest {

  @Test
  void wordsStandLeftAndNumbersRight() {
    var table = new TextTable("node", "bytes").row("first", 7).row("b", "1234 B");
    assertThat(table.toString().lines())
        .containsExactly(
            "node    bytes", //
            "first       7",
            "b      1234 B");
  }

  @Test
  void rowsHaveAllCells() {
    assertThatIllegalArgumentException().isThrownBy(() -> new TextTable("a", "b").row("x"));
  }
}
