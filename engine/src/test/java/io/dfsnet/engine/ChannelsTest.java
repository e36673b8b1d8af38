package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Moving channels, on maps small enough to write down. */
class ChannelsTest {
  private final Workers workers = new Workers(2);

  @AfterEach
  void stop() {
    workers.close();
  }

  @Test
  void shuffleReadsRowsOfGroupsByColumns() {
    float[] output = new float[6];
    Channels.shuffle(Shape.of(1, 6), 2, new float[] {0, 1, 2, 3, 4, 5}, output, workers);

    assertThat(output).containsExactly(0, 3, 1, 4, 2, 5);
  }

  @Test
  void shuffleBackwardTakesEveryChannelBack() {
    Shape shape = Shape.of(2, 6, 2, 1);
    float[] input = counting(24);
    float[] shuffled = new float[24];
    float[] back = new float[24];
    Channels.shuffle(shape, 3, input, shuffled, workers);
    Channels.shuffleBackward(shape, 3, shuffled, back, workers);

    assertThat(shuffled).isNotEqualTo(input);
    assertThat(back).isEqualTo(input);
  }

  @Test
  void concatAndSliceUndoEachOther() {
    Shape whole = Shape.of(2, 3, 2);
    float[] first = {1, 2, 7, 8};
    float[] rest = {3, 4, 5, 6, 9, 10, 11, 12};
    float[] joined = new float[12];
    Channels.concat(List.of(first, rest), whole, joined, workers);

    assertThat(joined).isEqualTo(counting(12));
    float[] slice = new float[8];
    Channels.slice(whole, joined, 1, slice, workers);
    assertThat(slice).isEqualTo(rest);
  }

  @Test
  void theGradientOfASliceIsZeroElsewhere() {
    float[] gradInput = new float[12];
    Arrays.fill(gradInput, Float.NaN);
    Channels.sliceBackward(Shape.of(2, 3, 2), new float[] {1, 2, 3, 4}, 1, gradInput, workers);

    assertThat(gradInput).containsExactly(0, 0, 1, 2, 0, 0, 0, 0, 3, 4, 0, 0);
  }

  @Test
  void padShortcutPadsInsideEachGroup() {
    assertThat(padded(1)).containsExactly(0, 0, 1, 2, 3, 4, 0, 0);
    assertThat(padded(2)).containsExactly(0, 1, 2, 0, 0, 3, 4, 0);
    assertThat(padded(4)).containsExactly(1, 0, 2, 0, 3, 0, 4, 0);
  }

  @Test
  void diagonalBlocksOfAMatrix() {
    var blocks = new BlockDiagonal(Shape.of(4, 4, 1, 1), 2);
    float[] grouped = new float[8];
    blocks.extract(counting(16), grouped);
    assertThat(grouped).containsExactly(1, 2, 5, 6, 11, 12, 15, 16);

    float[] dense = new float[16];
    Arrays.fill(dense, Float.NaN);
    blocks.scatter(grouped, dense);
    assertThat(dense).containsExactly(1, 2, 0, 0, 5, 6, 0, 0, 0, 0, 11, 12, 0, 0, 15, 16);
  }

  @Test
  void partsThatDoNotFitAreRefused() {
    Shape shape = Shape.of(2, 3, 4);
    float[] whole = new float[24];
    assertThatThrownBy(() -> Channels.slice(shape, whole, 2, new float[16], workers))
        .isInstanceOf(ShapeException.class)
        .hasMessage("slice: channels 2 to 3 are not all in shape [2, 3, 4]");
    assertThatThrownBy(() -> Channels.slice(shape, whole, 0, new float[12], workers))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("whole channels of 8 elements, found 12");
    assertThatThrownBy(() -> Channels.slice(shape, whole, -1, new float[8], workers))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(
            () -> Channels.concat(List.of(new float[16], new float[16]), shape, whole, workers))
        .isInstanceOf(ShapeException.class)
        .hasMessage("concat: the inputs have 32 elements, the output [2, 3, 4] 24");
  }

  private float[] padded(int groups) {
    var padding = new PadShortcut(Shape.of(1, 4, 1, 1), 8, 2, groups);
    float[] output = new float[8];
    Arrays.fill(output, Float.NaN);
    padding.forward(new float[] {1, 2, 3, 4}, output, workers);
    return output;
  }

  private static float[] counting(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i + 1;
    }
    return values;
  }
}
