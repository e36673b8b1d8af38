package io.dfsnet.nn;

/**
 * One kernel call of a session over fixed arrays.
 *
 * @param description the nodes and the kernel that computes them
 */
record Step(String description, Action action) {

  /** Computes; an exchange goes to the collective. */
  @FunctionalInterface
  interface Action {
    void run(Collective collective);
  }
}
