package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Packed planes against the definition of a tap, in memory full of NaN. */
@Tag("kernels")
class PlanesTest {
  private static final int CHANNELS = 2;

  @TestFactory
  Stream<DynamicTest> everyTapOfEveryPositionStandsWhereTheLayoutSays() {
    return ConvolutionProblems.tests(
        ConvolutionProblems.TABLE,
        geometry -> {
          check(TapGrid.forward(geometry), Planes.Kind.SHIFTED);
          check(TapGrid.forward(geometry), Planes.Kind.COPIES);
          check(InputPhases.of(geometry).taps(), Planes.Kind.SHIFTED);
          check(InputPhases.of(geometry).taps(), Planes.Kind.COPIES);
        });
  }

  private static void check(TapGrid taps, Planes.Kind kind) {
    int bandRows = Math.ceilDiv(taps.rows(), 2);
    var planes = new Planes(Engine.kernels(), kind, taps, bandRows);
    int mapSize = taps.sourceHeight() * taps.sourceWidth();
    float[] source = ConvolutionProblems.normal(Shape.of(CHANNELS, mapSize), new Random(1));
    for (int firstRow = 0; firstRow < taps.rows(); firstRow += bandRows) {
      int rows = Math.min(bandRows, taps.rows() - firstRow);
      int size = CHANNELS * planes.channelSize();
      float[] packed = new float[size + Engine.kernels().overrun()];
      Arrays.fill(packed, Float.NaN);
      planes.pack(planes.band(firstRow, rows), source, 0, CHANNELS, packed, 0);
      for (int c = 0; c < CHANNELS; c++) {
        checkChannel(taps, planes, firstRow, rows, packed, c * planes.channelSize(), source, c);
      }
    }
  }

  private static void checkChannel(
      TapGrid taps,
      Planes planes,
      int firstRow,
      int rows,
      float[] packed,
      int channelAt,
      float[] source,
      int channel) {
    for (int i = 0; i < taps.rowShifts().length; i++) {
      for (int j = 0; j < taps.columnShifts().length; j++) {
        for (int y = 0; y < rows; y++) {
          for (int x = 0; x < taps.columns(); x++) {
            int row = (firstRow + y) * taps.strideHeight() + taps.rowShifts()[i];
            int column = x * taps.strideWidth() + taps.columnShifts()[j];
            boolean inside =
                row >= 0 && row < taps.sourceHeight() && column >= 0 && column < taps.sourceWidth();
            int at = (channel * taps.sourceHeight() + row) * taps.sourceWidth() + column;
            float expected = inside ? source[at] : 0;
            float found = packed[channelAt + planes.tapOffset(i, j) + y * planes.pitch() + x];
            if (Float.compare(found, expected) != 0) {
              assertThat(found)
                  .as("%s %s: tap (%d, %d), position (%d, %d)", taps, planes.kind(), i, j, y, x)
                  .isEqualTo(expected);
            }
          }
        }
      }
    }
  }
}
