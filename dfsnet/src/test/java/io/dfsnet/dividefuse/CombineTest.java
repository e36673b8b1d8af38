package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CombineTest {

  @Test
  void sumsInTheOrderOfTheGroups() {
    float[] output = new float[2];
    Combine.SUM.apply(
        List.of(new float[] {1e8f, 1}, new float[] {1, 2}, new float[] {-1e8f, 3}), output);

    // (1e8 + 1) - 1e8 loses the 1 in fp32; another order would keep it.
    assertThat(output).containsExactly(0, 6);
  }

  @Test
  void concatenatesEveryImageForItself() {
    float[] output = new float[6];
    Combine.CONCAT.apply(2, List.of(new float[] {1, 2, 3, 4}, new float[] {5, 6}), output);

    assertThat(output).containsExactly(1, 2, 5, 3, 4, 6);
  }

  @Test
  void takesTheFirstOfEquals() {
    float[] output = new float[1];
    Combine.SAME.apply(List.of(new float[] {3}, new float[] {3}), output);

    assertThat(output).containsExactly(3);
  }

  @Test
  void refusesLengthsThatDoNotFit() {
    assertThatThrownBy(() -> Combine.SUM.apply(List.of(new float[2]), new float[3]))
        .isInstanceOf(DivisionException.class)
        .hasMessage("combine SUM: a part of 2 for 3 outputs");
    assertThatThrownBy(
            () -> Combine.CONCAT.apply(List.of(new float[2], new float[2]), new float[3]))
        .hasMessage("combine CONCAT: parts of 4 for 3 outputs");
    assertThatThrownBy(() -> Combine.CONCAT.apply(2, List.of(new float[3]), new float[3]))
        .hasMessage("combine CONCAT: a part of 3 for 3 outputs of 2 images");
    assertThatThrownBy(() -> Combine.SAME.apply(List.of(), new float[3]))
        .hasMessage("combine SAME: needs at least one image and one part, found 1 and 0");
  }
}
