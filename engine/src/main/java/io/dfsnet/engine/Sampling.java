package io.dfsnet.engine;

import java.util.List;

/**
 * How the rows and columns of the result of a 3x3 sum with a border of one lie in those of its
 * source.
 */
enum Sampling {
  /** Stride 1: position {@code p} reads {@code p - 1}, {@code p} and {@code p + 1}. */
  SAME,

  /** Stride 2 forward: position {@code p} reads {@code 2p - 1}, {@code 2p} and {@code 2p + 1}. */
  DOWN,

  /**
   * Stride 2 backward to data: {@code 2p} reads {@code p}, {@code 2p + 1} reads that and the next.
   */
  UP;

  /**
   * What meets in a sum.
   *
   * @param tap a row or column of the kernel
   * @param offset what it is multiplied with, from {@link #level} on
   */
  record Meeting(int tap, int offset) {}

  private static final List<Meeting> ALL =
      List.of(new Meeting(0, -1), new Meeting(1, 0), new Meeting(2, 1));
  private static final List<Meeting> EVEN = List.of(new Meeting(1, 0));
  private static final List<Meeting> ODD = List.of(new Meeting(2, 0), new Meeting(0, 1));

  /** What meets at a position, in the order of the source. */
  List<Meeting> meetings(int position) {
    return switch (this) {
      case SAME, DOWN -> ALL;
      case UP -> position % 2 == 0 ? EVEN : ODD;
    };
  }

  /** Where the source lies level with a position of the result. */
  int level(int position) {
    return switch (this) {
      case SAME -> position;
      case DOWN -> 2 * position;
      case UP -> position / 2;
    };
  }

  /** The last place of the source that a position may read. */
  int last(int position) {
    return level(position) + meetings(position).getLast().offset();
  }
}
