package io.dfsnet.bench;

import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import io.dfsnet.nn.data.DataSources;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to prepare one 32x32 image of a training batch: crop, flip, cutout, normalisation.
 * It runs beside the trainer on the same cores, so it must be a small part of a step.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class BatchBenchmark {
  private static final int BATCH = 128;
  private static final long SEED = 1;

  /** The side of the square that is cut out; 0 for none. */
  @Param({"0", "8"})
  int cutout;

  private Batches batches;
  private Batch batch;
  private int next;

  /** Makes more images than the caches hold. */
  @Setup
  public void create() {
    batches =
        new Batches(
            DataSources.open("synthetic:train=20000").train(),
            BATCH,
            Augmentation.CROP_FLIP.withCutout(cutout),
            SEED);
    batch = batches.empty();
  }

  /** Fills one batch; the time is that of one image. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public Batch prepare() {
    int index = next++;
    batches.fill(batch, index / batches.perEpoch(), index % batches.perEpoch());
    return batch;
  }
}
