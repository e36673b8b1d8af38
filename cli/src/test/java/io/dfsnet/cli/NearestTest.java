package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {

  @Test
  void distanceCountsEdits() {
    assertThat(Nearest.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(Nearest.distance("", "abc")).isEqualTo(3);
    assertThat(Nearest.distance("same", "same")).isZero();
    assertThat(Nearest.distance("flaw", "lawn")).isEqualTo(2);
  }

  @Test
  void findsWhatWasProbablyMeant() {
    List<String> names = List.of("resnet8", "resnet20", "resnet56");
    assertThat(Nearest.to("resnet21", names)).contains("resnet20");
    assertThat(Nearest.to("restnet56", names)).contains("resnet56");
    assertThat(Nearest.to("mobilenet", names)).isEmpty();
  }
}
