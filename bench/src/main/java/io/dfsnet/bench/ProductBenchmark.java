package io.dfsnet.bench;

import io.dfsnet.cli.bench.Problem;
import io.dfsnet.cli.bench.ProductProblem;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** Matrix products, by problem string ({@code -p product="m256 n256 k256"}) or by suite. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class ProductBenchmark {

  /** The product that {@code product} names. */
  public static class Prepared extends Kernel {
    @Param({"m256 n256 k256", "m512 n512 k512", "m1024 n1024 k1024"})
    String product;

    @Override
    Problem problem() {
      return ProductProblem.parse(product);
    }
  }

  /** One product into an array of its own. */
  @Benchmark
  public void multiply(Prepared matrices) {
    matrices.run();
  }
}
