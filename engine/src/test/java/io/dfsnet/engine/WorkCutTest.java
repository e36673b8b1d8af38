package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WorkCutTest {
  private static final WorkCut.Limits LIMITS = new WorkCut.Limits(100, 200, 4, 2);

  @Test
  void smallImagesShareABlock() {
    var cut = WorkCut.of(32, 5, LIMITS, rows -> 6L * rows);
    assertThat(cut.imagesPerBlock()).isEqualTo(3);
    assertThat(cut.bands()).isEqualTo(1);
  }

  @Test
  void fewImagesStillMakeSeveralBlocks() {
    assertThat(WorkCut.of(8, 5, LIMITS, _ -> 1).blocks()).isEqualTo(4);
    assertThat(WorkCut.of(3, 5, LIMITS, _ -> 1).blocks()).isEqualTo(3);
  }

  @Test
  void largeImagesAreCutIntoBandsThatKeepToTheLimit() {
    var cut = WorkCut.of(2, 50, LIMITS, rows -> 10L * rows);
    assertThat(cut.imagesPerBlock()).isEqualTo(1);
    assertThat(cut.rowsPerBand()).isBetween(2, 20);
  }

  @Test
  void bandsHaveTheirLeastRowsEvenBeyondTheLimit() {
    var cut = WorkCut.of(1, 7, LIMITS, rows -> 1000L * rows);
    assertThat(cut.bands()).isEqualTo(3);
  }

  @Test
  void partsFollowEachOtherWithoutGap() {
    for (int total = 0; total < 40; total++) {
      for (int parts = 1; parts < 12; parts++) {
        assertThat(WorkCut.start(total, parts, 0)).isZero();
        assertThat(WorkCut.start(total, parts, parts)).isEqualTo(total);
        for (int part = 0; part < parts; part++) {
          int size = WorkCut.start(total, parts, part + 1) - WorkCut.start(total, parts, part);
          assertThat(size).isBetween(total / parts, Math.ceilDiv(total, parts));
        }
      }
    }
  }
}
