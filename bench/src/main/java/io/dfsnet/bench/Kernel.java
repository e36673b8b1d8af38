package io.dfsnet.bench;

import io.dfsnet.cli.bench.Problem;
import io.dfsnet.cli.bench.Workload;
import io.dfsnet.engine.Workers;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The state of a benchmark of one problem: a workload that has been checked. */
@State(Scope.Thread)
public abstract class Kernel {
  private static final long SEED = 1;

  /** Threads that compute, the measured one among them. */
  @Param("1")
  int threads;

  private Workers workers;
  private Workload workload;

  /** What is computed. */
  abstract Problem problem();

  /** Plans the problem, and compares its result with that of plain loops. */
  @Setup
  public void prepare() {
    workers = new Workers(threads);
    workload = Workload.of(problem(), workers, SEED);
    workload.check();
  }

  @TearDown
  public void close() {
    workers.close();
  }

  /** Computes once, into arrays that outlive the call: nothing here can be optimised away. */
  void run() {
    workload.run();
  }
}
