package io.dfsnet.bench.peers;

/** A work made ready. */
interface Job {

  /** Does the work, as it is measured. */
  void run() throws Exception;

  /** How many times {@link #run} does the work; its time is divided by that. */
  default int repeats() {
    return 1;
  }

  /**
   * What the work gives, in the order that all lanes agree on: NCHW for maps; the gradient of the
   * input and behind it that of the weights; row-major matrices; logits by image; the gradients of
   * a training step. Asked for once, before anything is measured.
   */
  float[] output() throws Exception;

  /** What ran, in the library's own words, such as the name of its kernel; or nothing. */
  default String detail() {
    return "";
  }

  /** Frees what the job holds; it does not run again. */
  default void close() throws Exception {}
}
