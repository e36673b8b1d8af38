package io.dfsnet.engine;

/**
 * Equally spaced strips of neighbouring values within an array: what a few images hold of a
 * channel.
 *
 * <pre>
 *     first                 first + pitch
 *     |&lt; length >|          |&lt; length >|
 * ....aaaaaaaaaaaa..........bbbbbbbbbbbb......
 * </pre>
 *
 * @param first where the first strip begins
 * @param pitch from the beginning of a strip to that of the next
 * @param count how many strips
 * @param length values in a strip
 */
record Strips(int first, int pitch, int count, int length) {

  /** How many values there are. */
  int elements() {
    return count * length;
  }
}
