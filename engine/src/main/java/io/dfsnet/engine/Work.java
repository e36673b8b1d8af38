package io.dfsnet.engine;

import java.util.function.IntConsumer;

/**
 * An operation bound to its arrays and cut into numbered tasks: made once, its operands checked,
 * and then run as often as wanted on whatever the arrays hold. A run allocates nothing.
 *
 * @param tasks how many tasks there are
 * @param task runs one of them, by number; any number of threads may run different ones at once
 */
public record Work(int tasks, IntConsumer task) {

  /** Runs all tasks and returns when they are done. */
  public void run(Workers workers) {
    workers.forEach(tasks, task);
  }
}
