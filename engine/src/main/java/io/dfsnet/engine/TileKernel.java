package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.List;

/** What the registry and the passes need to know of a micro-kernel: its tile. */
interface TileKernel {
  /** Tile and instruction set, as {@code m8v2__simd512}. */
  String name();

  /** How many channels of the result the kernel computes at once. */
  int rows();

  /** Channels of a group, counted from its first, that one kernel call computes. */
  record Tile<K extends TileKernel>(K kernel, int firstChannel) {

    int endChannel() {
      return firstChannel + kernel.rows();
    }

    /** Of the tile that has most of them. */
    static <K extends TileKernel> int mostRows(List<Tile<K>> tiles) {
      return tiles.stream().mapToInt(tile -> tile.kernel().rows()).max().orElseThrow();
    }

    /**
     * Cuts {@code channels} into tiles: as many of the widest as fit, then of the next narrower
     * kernel, and so on. But a rest of few rows takes nearly as long as a whole tile, since its few
     * sums wait for themselves; so the tiles take it in, where there are kernels for that:
     *
     * <ul>
     *   <li>of one row more than the widest, if one row is left: 49 rows are three tiles of 12 and
     *       one of 13, not four of 12 and one of 1;
     *   <li>of one row less, if at most half the widest is left: 49 rows are four tiles of 6 and
     *       five of 5, not eight of 6 and one of 1.
     * </ul>
     *
     * @param kernels ordered by rows, most rows first, but that one of one row more than the widest
     *     may stand behind it; the last one has one row
     */
    static <K extends TileKernel> List<Tile<K>> split(int channels, List<K> kernels, K widest) {
      int most = widest.rows();
      int count = Math.ceilDiv(channels, most);
      int narrower = count * most - channels;
      boolean shortRest = narrower >= most / 2 && narrower <= count;
      var oneLess = kernels.stream().filter(kernel -> kernel.rows() == most - 1).findFirst();
      var oneMore =
          kernels.stream()
              .skip(kernels.indexOf(widest) + 1L)
              .filter(kernel -> kernel.rows() == most + 1)
              .findFirst();
      List<Tile<K>> tiles = new ArrayList<>();
      int channel = 0;
      if (channels % most == 1 && channels > most && oneMore.isPresent()) {
        for (; channel < channels - most - 1; channel += most) {
          tiles.add(new Tile<>(widest, channel));
        }
        tiles.add(new Tile<>(oneMore.get(), channel));
        return tiles;
      }
      if (shortRest && oneLess.isPresent()) {
        for (int i = 0; i < count; i++) {
          K kernel = i < count - narrower ? widest : oneLess.get();
          tiles.add(new Tile<>(kernel, channel));
          channel += kernel.rows();
        }
      }
      for (K kernel : kernels) {
        while (kernel.rows() <= most && channels - channel >= kernel.rows()) {
          tiles.add(new Tile<>(kernel, channel));
          channel += kernel.rows();
        }
      }
      return tiles;
    }
  }
}
