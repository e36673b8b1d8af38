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

    /**
     * Cuts {@code channels} into tiles: as many of the widest as fit, then of the next narrower
     * kernel, and so on.
     *
     * @param kernels ordered by rows, most rows first; the last one has one row
     */
    static <K extends TileKernel> List<Tile<K>> split(int channels, List<K> kernels, K widest) {
      List<Tile<K>> tiles = new ArrayList<>();
      int channel = 0;
      for (K kernel : kernels) {
        while (kernel.rows() <= widest.rows() && channels - channel >= kernel.rows()) {
          tiles.add(new Tile<>(kernel, channel));
          channel += kernel.rows();
        }
      }
      return tiles;
    }
  }
}
