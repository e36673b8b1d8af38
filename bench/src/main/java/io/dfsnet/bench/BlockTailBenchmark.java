package io.dfsnet.bench;

import io.dfsnet.engine.Activation;
import io.dfsnet.engine.BatchNormalization;
import io.dfsnet.engine.BatchNormalization.Statistics;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Workers;
import java.util.Arrays;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What stands behind the last convolution of a residual block in training: batch norm, the addition
 * of the shortcut, ReLU. It computes little and reads and writes much, so memory is its limit.
 *
 * <p>Bytes that cannot be saved, per element: forward reads input and shortcut and writes output,
 * 12; backward reads input, output and its gradient and writes two gradients, 20.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class BlockTailBenchmark {
  private static final float EPSILON = 1e-5f;

  /** {@code images x channels x height x width}: the stages of a ResNet on 32x32 images. */
  @Param({"128x16x32x32", "128x32x16x16", "128x64x8x8"})
  String shape;

  /** Threads that compute, the measured one among them. */
  @Param("1")
  int threads;

  private Workers workers;
  private BatchNormalization norm;
  private float[] input;
  private float[] shortcut;
  private float[] gamma;
  private float[] beta;
  private float[] mean;
  private float[] variance;
  private float[] output;
  private float[] gradOutput;
  private float[] gradSum;
  private float[] gradInput;
  private float[] gradGamma;
  private float[] gradBeta;

  /** Draws the operands, and compares both passes with the formulas. */
  @Setup
  public void prepare() {
    Shape maps = Shape.of(Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray());
    int channels = maps.size(1);
    var random = new Random(1);
    workers = new Workers(threads);
    norm = BatchNormalization.of(maps, EPSILON);
    input = normal(random, maps.elements());
    shortcut = normal(random, maps.elements());
    gradOutput = normal(random, maps.elements());
    gamma = normal(random, channels);
    beta = normal(random, channels);
    mean = new float[channels];
    variance = new float[channels];
    gradGamma = new float[channels];
    gradBeta = new float[channels];
    output = new float[maps.elements()];
    gradSum = new float[maps.elements()];
    gradInput = new float[maps.elements()];
    forward();
    backward();
    var reference = new BlockTailReference(maps, EPSILON, input);
    BlockTailReference.requireNear("output", output, reference.output(gamma, beta, shortcut));
    for (int i = 0; i < output.length; i++) {
      if (gradSum[i] != (output[i] > 0 ? gradOutput[i] : 0)) {
        throw new IllegalStateException("relu backward: gives " + gradSum[i] + " at element " + i);
      }
    }
    BlockTailReference.requireNear("gradient", gradInput, reference.gradInput(gamma, gradSum));
  }

  @TearDown
  public void close() {
    workers.close();
  }

  /** {@code output = relu(batchNorm(input) + shortcut)}. */
  @Benchmark
  public float[] forward() {
    norm.forward(input, gamma, beta, shortcut, Activation.RELU, output, mean, variance, workers);
    return output;
  }

  /** The gradients of the sum, which is that of the shortcut, and of the batch norm. */
  @Benchmark
  public float[] backward() {
    norm.backward(
        Statistics.BATCH,
        input,
        gamma,
        beta,
        mean,
        variance,
        Activation.RELU,
        output,
        gradOutput,
        gradSum,
        gradInput,
        gradGamma,
        gradBeta,
        workers);
    return gradInput;
  }

  private static float[] normal(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
