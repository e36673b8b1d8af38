package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AgreementTest {
  private static final Work FOUR = new Work.Product(2, 2, 1);

  @Test
  void isInUnitsOfTheRootMeanSquare() {
    var agreement = Agreement.of(FOUR, new float[] {2, -2, 2, -2.5f}, new double[] {2, -2, 2, -2});
    assertThat(agreement.error()).isCloseTo(0.25, within(1e-9));
    assertThat(agreement.wrong()).isTrue();
  }

  @Test
  void letsRoundingPass() {
    var agreement = Agreement.of(FOUR, new float[] {2, -2, 2, 1e-5f}, new double[] {2, -2, 2, 0});
    assertThat(agreement.wrong()).isFalse();
  }

  @Test
  void isWrongWhereAValueIsNoNumberOrMissing() {
    double[] expected = {1, 1, 1, 1};
    assertThat(Agreement.of(FOUR, new float[] {1, 1, 1, Float.NaN}, expected).wrong()).isTrue();
    assertThat(Agreement.of(FOUR, new float[] {1, 1, 1}, expected).wrong()).isTrue();
    assertThat(Agreement.of(FOUR, new float[] {1, 1, 1, 1}, new double[] {0, 0, 0, 0}).wrong())
        .isTrue();
  }
}
