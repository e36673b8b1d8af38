package io.dfsnet.bench;

import io.dfsnet.cli.bench.ConvolutionProblem;
import io.dfsnet.cli.bench.Pass;
import io.dfsnet.cli.bench.Problem;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The passes of a convolution, by problem string or by suite, for example
 *
 * <pre>
 * java -cp 'bench/target/dist/*' org.openjdk.jmh.Main ConvolutionBenchmark.forward \
 *     -p problem="n1 g4 ic64 ih56 oc64 kh3 ph1"
 * java -cp 'bench/target/dist/*' io.dfsnet.bench.Main -p suite=depthwise
 * </pre>
 *
 * The default problems are the layers of a ResNet on 32x32 images, dense and in groups, and of
 * MobileNetV2 on 224x224 images, depthwise and pointwise.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
// A kernel settles when C2 has compiled it, within a second; a second fork shows whether it
// settles alike every time, which more iterations in one JVM cannot.
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class ConvolutionBenchmark {

  /** A pass of the convolution that {@code problem} names. */
  public abstract static class Prepared extends Kernel {
    @Param({
      "n1 g1 ic16 ih32 oc16 kh3 ph1",
      "n1 g4 ic16 ih32 oc16 kh3 ph1",
      "n1 g1 ic32 ih16 oc32 kh3 ph1",
      "n1 g4 ic32 ih16 oc32 kh3 ph1",
      "n1 g1 ic64 ih8 oc64 kh3 ph1",
      "n1 g4 ic64 ih8 oc64 kh3 ph1",
      "n32 g1 ic16 ih32 oc16 kh3 ph1",
      "n32 g4 ic16 ih32 oc16 kh3 ph1",
      "n1 g144 ic144 ih56 oc144 kh3 ph1",
      "n1 g144 ic144 ih56 oc144 kh3 sh2 ph1",
      "n1 g1 ic144 ih56 oc24 kh1",
      "n1 g1 ic320 ih7 oc1280 kh1"
    })
    String problem;

    private final Pass pass;

    Prepared(Pass pass) {
      this.pass = pass;
    }

    @Override
    Problem problem() {
      return ConvolutionProblem.parse(problem).withPass(pass);
    }
  }

  /** See {@link Pass#FORWARD}. */
  public static class Forward extends Prepared {
    public Forward() {
      super(Pass.FORWARD);
    }
  }

  /** See {@link Pass#BACKWARD_DATA}. */
  public static class BackwardData extends Prepared {
    public BackwardData() {
      super(Pass.BACKWARD_DATA);
    }
  }

  /** See {@link Pass#BACKWARD_WEIGHTS}. */
  public static class BackwardWeights extends Prepared {
    public BackwardWeights() {
      super(Pass.BACKWARD_WEIGHTS);
    }
  }

  /** See {@link Pass#BACKWARD}. */
  public static class Backward extends Prepared {
    public Backward() {
      super(Pass.BACKWARD);
    }
  }

  /** Output from input and packed weights. */
  @Benchmark
  public void forward(Forward pass) {
    pass.run();
  }

  /** Gradient of the input from that of the output. */
  @Benchmark
  public void backwardData(BackwardData pass) {
    pass.run();
  }

  /** Gradient of the weights from that of the output. */
  @Benchmark
  public void backwardWeights(BackwardWeights pass) {
    pass.run();
  }

  /** Both gradients. */
  @Benchmark
  public void backward(Backward pass) {
    pass.run();
  }
}
