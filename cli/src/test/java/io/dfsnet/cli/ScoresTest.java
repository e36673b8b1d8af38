package io.dfsnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScoresTest {

  @Test
  void countsTheFirstAndTheTopFive() {
    var scores = new Scores();
    float[] falling = {7, 6, 5, 4, 3, 2, 1};
    scores.add(falling, 0);
    scores.add(falling, 4);
    scores.add(falling, 5);
    assertThat(scores.images()).isEqualTo(3);
    assertThat(scores.top1()).isEqualTo(1 / 3.0);
    assertThat(scores.top5()).isEqualTo(2 / 3.0);
  }

  @Test
  void equalLogitsGoToTheLowestClass() {
    var scores = new Scores();
    scores.add(new float[6], 0);
    scores.add(new float[6], 4);
    scores.add(new float[6], 5);
    assertThat(scores.top1()).isEqualTo(1 / 3.0);
    assertThat(scores.top5()).isEqualTo(2 / 3.0);
    assertThat(scores.loss()).isCloseTo(Math.log(6), within(1e-6));
  }

  @Test
  void rowsAreImages() {
    var scores = new Scores();
    scores.addAll(new float[] {2, 1, 0, 2, 1, 0}, new int[] {0, 1});
    var same = new Scores();
    same.add(new float[] {2, 1, 0}, 0);
    same.add(new float[] {2, 1, 0}, 1);
    assertThat(scores.images()).isEqualTo(2);
    assertThat(scores.top1()).isEqualTo(0.5);
    assertThat(scores.loss()).isEqualTo(same.loss());
  }

  @Test
  void brokenLogitsAreNeverRight() {
    var scores = new Scores();
    scores.add(new float[] {Float.NaN, Float.NaN, Float.NaN, Float.NaN, Float.NaN, 0}, 5);
    scores.add(new float[] {Float.NaN, 0, 0, 0, 0, 0}, 0);
    assertThat(scores.top1()).isZero();
    assertThat(scores.top5()).isZero();
  }
}
