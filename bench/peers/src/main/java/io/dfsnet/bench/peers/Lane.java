package io.dfsnet.bench.peers;

/** One library, run in one way, alone in a JVM. */
interface Lane extends AutoCloseable {

  /** The library and its version. */
  String library();

  /**
   * Makes ready for a work: inputs in the library's form, weights packed, what can be compiled
   * compiled. None of that is measured.
   *
   * @throws UnsupportedWorkException if the library has no way to do it
   * @throws Exception what the library throws
   */
  Job prepare(Work work) throws Exception;

  @Override
  default void close() {}
}
