package io.dfsnet.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.TileKernel.Tile;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileKernelTest {
  /** A kernel that is nothing but its tile. */
  private record Rows(int rows) implements TileKernel {
    @Override
    public String name() {
      return "m" + rows;
    }
  }

  /** Rows of all kernels, channels, rows of the tiles. */
  @ParameterizedTest
  @CsvSource({
    "8 4 2 1,   13, 8 4 1",
    "8 4 2 1,   16, 8 8",
    "6 5 4 2 1, 49, 6 6 6 6 5 5 5 5 5",
    "6 5 4 2 1, 50, 6 6 6 6 6 5 5 5 5",
    "6 5 4 2 1, 51, 6 6 6 6 6 6 5 5 5",
    "6 5 4 2 1, 52, 6 6 6 6 6 6 6 6 4",
    "6 5 4 2 1, 53, 6 6 6 6 6 6 6 6 5",
    "6 5 4 2 1, 16, 6 6 4",
    "6 5 4 2 1, 15, 5 5 5",
    "6 5 4 2 1, 14, 6 6 2",
    "6 5 4 2 1, 7,  6 1",
    "6 5 4 2 1, 3,  2 1",
    "6 4 2 1,   49, 6 6 6 6 6 6 6 6 1",
    "12 13 8 4 2 1, 49, 12 12 12 13",
    "12 13 8 4 2 1, 25, 12 13",
    "12 13 8 4 2 1, 13, 13",
    "12 13 8 4 2 1, 12, 12",
    "12 13 8 4 2 1, 196, 12 12 12 12 12 12 12 12 12 12 12 12 12 12 12 12 4",
    "2 1,       7,  2 2 2 1"
  })
  void sharesOutShortRests(String kernels, int channels, String rows) {
    List<Rows> all = kernels(kernels);
    assertThat(rowsOf(Tile.split(channels, all, all.getFirst()))).isEqualTo(rows);
  }

  @Test
  void coversEveryChannelOnceWithEveryWidestTile() {
    List<Rows> all = kernels("6 5 4 2 1");
    for (var widest : all) {
      for (int channels = 1; channels <= 200; channels++) {
        int next = 0;
        for (var tile : Tile.split(channels, all, widest)) {
          assertThat(tile.firstChannel()).as("%d by %s", channels, widest).isEqualTo(next);
          assertThat(tile.kernel().rows()).isLessThanOrEqualTo(widest.rows());
          next = tile.endChannel();
        }
        assertThat(next).as("%d by %s", channels, widest).isEqualTo(channels);
      }
    }
  }

  private static List<Rows> kernels(String rows) {
    return Arrays.stream(rows.split(" ")).map(Integer::valueOf).map(Rows::new).toList();
  }

  private static String rowsOf(List<Tile<Rows>> tiles) {
    return tiles.stream()
        .map(tile -> String.valueOf(tile.kernel().rows()))
        .collect(Collectors.joining(" "));
  }
}
