package io.dfsnet.bench;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Convolution;
import io.dfsnet.engine.Epilogue;
import io.dfsnet.engine.PackedWeights;
import io.dfsnet.engine.Workers;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * The three passes of a convolution on one thread, by problem string, for example
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp 'bench/target/dist/*' org.openjdk.jmh.Main \
 *     ConvolutionBenchmark.forward -p problem="n1 g4 ic64 ih56 oc64 kh3 ph1"
 * </pre>
 *
 * The default problems are the layers of a ResNet on 32x32 images, dense and in groups. {@link
 * Conv2dGeometry#macs} tells the work in each.
 */
@State(Scope.Thread)
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
  private static final long SEED = 1;

  @Param({
    "n1 g1 ic16 ih32 oc16 kh3 ph1",
    "n1 g4 ic16 ih32 oc16 kh3 ph1",
    "n1 g1 ic32 ih16 oc32 kh3 ph1",
    "n1 g4 ic32 ih16 oc32 kh3 ph1",
    "n1 g1 ic64 ih8 oc64 kh3 ph1",
    "n1 g4 ic64 ih8 oc64 kh3 ph1",
    "n32 g1 ic16 ih32 oc16 kh3 ph1",
    "n32 g4 ic16 ih32 oc16 kh3 ph1"
  })
  private String problem;

  private Workers workers;
  private Convolution convolution;
  private PackedWeights packed;
  private float[] input;
  private float[] weights;
  private float[] output;
  private float[] gradOutput;
  private float[] gradInput;
  private float[] gradWeights;

  /** Plans the convolution over random values. */
  @Setup
  public void prepare() {
    var geometry = Conv2dGeometry.parse(problem);
    var random = new Random(SEED);
    workers = new Workers(1);
    convolution = Convolution.of(geometry);
    input = normal(random, geometry.inShape().elements());
    weights = normal(random, geometry.weightShape().elements());
    gradOutput = normal(random, geometry.outShape().elements());
    output = new float[gradOutput.length];
    gradInput = new float[input.length];
    gradWeights = new float[weights.length];
    packed = convolution.pack(weights);
  }

  /** Output from input and packed weights. */
  @Benchmark
  public float[] forward() {
    convolution.forward(input, packed, Epilogue.NONE, output, workers);
    return output;
  }

  /** Gradient of the input from that of the output. */
  @Benchmark
  public float[] backwardData() {
    convolution.backwardData(gradOutput, weights, gradInput, workers);
    return gradInput;
  }

  /** Gradient of the weights from that of the output. */
  @Benchmark
  public float[] backwardWeights() {
    convolution.backwardWeights(input, gradOutput, gradWeights, workers);
    return gradWeights;
  }

  private static float[] normal(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
