package io.dfsnet.engine;

/**
 * How the values of {@code [images, channels, plane]} are cut where each channel is treated by
 * itself: into blocks of neighbouring images, and these into channels.
 *
 * <pre>
 *            channel 0    channel 1    channel 2
 *   image 0  aaaaaaaaaa   bbbbbbbbbb   cccccccccc
 *   image 1  aaaaaaaaaa   bbbbbbbbbb   cccccccccc      block 0
 *   -----------------------------------------------
 *   image 2  aaaaaaaaaa   bbbbbbbbbb   cccccccccc
 *   image 3  aaaaaaaaaa   bbbbbbbbbb   cccccccccc      block 1
 * </pre>
 *
 * A block lies in one piece of memory, which is read twice as fast as the planes of one channel,
 * that lie apart. What it holds of a channel fits into the first-level cache, and is large against
 * the cost of a kernel's call. The cut depends on the sizes alone.
 */
final class BatchBlocks {
  /** Values of a channel in a block: 4 KiB, three arrays of which fit into the cache. */
  private static final int VALUES = 1024;

  /** With fewer tasks than this, blocks are cut into ranges of channels too. */
  private static final int LEAST_TASKS = 16;

  private final int channels;
  private final int plane;
  private final Strips[] blocks;
  private final int ranges;

  /** What is done with what a block holds of a channel. */
  @FunctionalInterface
  interface Visitor {
    /**
     * @param strips of channel 0
     * @param from how much further the channel's strips are
     */
    void visit(int block, int channel, Strips strips, int from);
  }

  BatchBlocks(int images, int channels, int plane) {
    this.channels = channels;
    this.plane = plane;
    int together = Math.clamp(VALUES / plane, 1, images);
    this.blocks = new Strips[Math.ceilDiv(images, together)];
    int pitch = channels * plane;
    for (int b = 0; b < blocks.length; b++) {
      int first = b * together;
      blocks[b] = new Strips(first * pitch, pitch, Math.min(together, images - first), plane);
    }
    this.ranges = Math.clamp(LEAST_TASKS / blocks.length, 1, channels);
  }

  /** How many blocks there are. */
  int count() {
    return blocks.length;
  }

  /** Visits every channel of every block, in the order of memory as far as one thread does it. */
  Work forward(Visitor visitor) {
    return new Work(tasks(), task -> visit(task, visitor));
  }

  /** The same from the last block to the first: a second pass first meets what the cache holds. */
  Work backward(Visitor visitor) {
    return new Work(tasks(), task -> visit(tasks() - 1 - task, visitor));
  }

  private int tasks() {
    return blocks.length * ranges;
  }

  private void visit(int task, Visitor visitor) {
    int block = task / ranges;
    int range = task % ranges;
    int end = WorkCut.start(channels, ranges, range + 1);
    for (int channel = WorkCut.start(channels, ranges, range); channel < end; channel++) {
      visitor.visit(block, channel, blocks[block], channel * plane);
    }
  }
}
