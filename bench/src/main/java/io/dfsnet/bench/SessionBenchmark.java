package io.dfsnet.bench;

import io.dfsnet.cli.bench.NetworkWorkload;
import io.dfsnet.cli.bench.Workload;
import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.models.Models;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Whole networks in a session, on the images that they are usually asked for. With {@code -prof gc}
 * JMH also tells what a run allocates.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class SessionBenchmark {
  private static final long SEED = 1;

  /** A name that {@link Models} knows. */
  @Param({"resnet20", "resnet56", "mobilenetv2"})
  String network;

  /** Into how many groups the network is divided, without a fusion; 1 leaves it as it is. */
  @Param({"1", "4"})
  int groups;

  /** Images of a run. */
  @Param("1")
  int batch;

  /** Threads that compute, the measured one among them. */
  @Param("1")
  int threads;

  private Workers workers;
  private Workload workload;

  /** Compiles the network, and compares its logits with those of a tape. */
  @Setup
  public void prepare() {
    Network whole = Models.create(network);
    Network divided = groups == 1 ? whole : Divider.divide(whole, Division.keep(groups, List.of()));
    workers = new Workers(threads);
    workload = new NetworkWorkload(divided, batch, workers, SEED);
    workload.check();
  }

  @TearDown
  public void close() {
    workers.close();
  }

  /** From images to logits. */
  @Benchmark
  public void run() {
    workload.run();
  }
}
