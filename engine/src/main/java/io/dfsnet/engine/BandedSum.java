package io.dfsnet.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * A planned sum whose result can also be had piece by piece, for a pass that reads it at once: some
 * rows of some channels, densely one behind the other. The bits are those of the whole.
 */
interface BandedSum {

  /**
   * Neighbouring rows of the result.
   *
   * @param first the first row
   * @param count how many
   */
  record Rows(int first, int count) {}

  /**
   * Neighbouring channels of a group, as those of some of the planned tiles.
   *
   * @param firstTile the first tile
   * @param endTile behind the last one
   * @param firstChannel within the group
   * @param channels how many
   */
  record Chunk(int firstTile, int endTile, int firstChannel, int channels) {

    /**
     * Cuts tiles into chunks.
     *
     * @param endChannels for each tile the channel behind its last
     * @param most channels of a chunk, unless a tile alone has more
     */
    static List<Chunk> of(int[] endChannels, int most) {
      List<Chunk> chunks = new ArrayList<>();
      int channel = 0;
      for (int first = 0, end; first < endChannels.length; first = end) {
        end = first + 1;
        while (end < endChannels.length && endChannels[end] - channel <= most) {
          end++;
        }
        chunks.add(new Chunk(first, end, channel, endChannels[end - 1] - channel));
        channel = endChannels[end - 1];
      }
      return List.copyOf(chunks);
    }
  }

  /** How many values the sums of a group read again for every chunk. */
  long sourceFloats();

  /** All channels of a group in chunks of at most {@code most}, or of one wider tile. */
  List<Chunk> chunks(int most);

  /**
   * What a thread needs to compute pieces.
   *
   * @param bands of at least a vector of positions each
   */
  Pieces pieces(List<Rows> bands);

  /** Computes pieces, with scratch memory of its own. */
  interface Pieces {
    /**
     * Turns to a band of an image's group.
     *
     * @param piece the image's group, counted through all images
     * @param band its number
     * @param epilogue without an addend
     */
    void begin(float[] source, float[] weights, Epilogue epilogue, int piece, int band);

    /**
     * Computes a chunk of the band.
     *
     * @param to where the rows of the chunk's first channel begin in {@code result}
     */
    void sum(Chunk chunk, float[] result, int to);

    /** Forgets the caller's arrays. */
    void end();
  }
}
