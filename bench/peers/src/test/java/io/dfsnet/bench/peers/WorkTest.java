package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Conv2dGeometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "n1 g4 ic16 ih32 iw32 oc16 kh3 kw3 sh1 sw1 ph1 pw1",
        "backward n32 g1 ic16 ih32 iw32 oc16 kh3 kw3 sh1 sw1 ph1 pw1",
        "m256 n128 k64",
        "net resnet56-g4 b1",
        "train resnet20 b128"
      })
  void isReadAsItIsWritten(String line) {
    assertThat(Work.parse(line)).hasToString(line);
  }

  @Test
  void countsTwoOperationsForEachMultiplyAdd() {
    long macs = Conv2dGeometry.parse("ic8 ih4 oc16 kh3 ph1").macs();
    assertThat(macs).isEqualTo(8 * 16 * 9 * 16);
    assertThat(Work.parse("ic8 ih4 oc16 kh3 ph1").flops()).isEqualTo(2 * macs);
    assertThat(Work.parse("backward ic8 ih4 oc16 kh3 ph1").flops()).isEqualTo(4 * macs);
    assertThat(Work.parse("m2 n3 k5").flops()).isEqualTo(60);
    assertThat(Work.parse("train resnet8 b6").flops())
        .isEqualTo(3 * Work.parse("net resnet8 b6").flops());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "convolve ic8 ih4 oc16 kh3",
        "ic8 ih4 kh3",
        "m256 n256",
        "m0 n1 k1",
        "net resnet56",
        "net resnet56 b0",
        "net unknown b1",
        "net resnet56-g3 b1"
      })
  void refusesWhatItDoesNotKnow(String line) {
    assertThatThrownBy(() -> Work.parse(line))
        .isInstanceOf(PeersException.class)
        .hasMessageContaining(line.isEmpty() ? "work" : line.split(" ")[1]);
  }
}
