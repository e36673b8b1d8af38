package io.dfsnet.engine.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Conv2dGeometry;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.SoftmaxCrossEntropy;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * All of it together: a small residual network with batch normalization learns to tell horizontal,
 * vertical and diagonal stripes apart.
 */
class TrainingTest {
  private static final long SEED = 7;
  private static final int IMAGES = 48;
  private static final int SIZE = 8;
  private static final int CLASSES = 3;
  private static final int WIDTH = 8;
  private static final int STEPS = 60;

  @Test
  void aSmallNetworkFitsASeparableProblem() {
    Run run = train(2);

    assertThat(run.losses.getFirst()).isGreaterThan(0.9f);
    assertThat(run.losses.getLast()).isLessThan(0.1f);
    assertThat(run.correctInTraining).isEqualTo(IMAGES);
    assertThat(run.correctInInference).isEqualTo(IMAGES);
  }

  @Test
  void neitherRepetitionNorThreadsChangeABit() {
    Run first = train(1);

    assertThat(train(1)).usingRecursiveComparison().isEqualTo(first);
    assertThat(train(2)).usingRecursiveComparison().isEqualTo(first);
    assertThat(train(3)).usingRecursiveComparison().isEqualTo(first);
  }

  private record Run(
      List<Float> losses,
      List<float[]> parameters,
      int correctInTraining,
      int correctInInference) {}

  private static Run train(int threads) {
    var network = new Network(new SplittableRandom(SEED));
    var random = new SplittableRandom(SEED + 1);
    int[] labels = new int[IMAGES];
    Arrays.setAll(labels, i -> i % CLASSES);
    Tensor images = stripes(labels, random);
    List<Float> losses = new ArrayList<>();
    var buffers = new SpoiledBuffers();
    int allocations = 0;
    int correct = 0;
    try (var workers = new Workers(threads)) {
      var tape = new Tape(workers, buffers);
      for (int step = 0; step < STEPS; step++) {
        Variable logits = network.logits(tape, images, true);
        Variable loss = tape.softmaxCrossEntropy(logits, labels, 0f);
        tape.backward(loss);
        network.descend(0.2f);
        losses.add(loss.value().data()[0]);
        correct = correct(logits, labels);
        tape.reset();
        if (step == 0) {
          allocations = buffers.allocations();
        }
      }
      assertThat(buffers.allocations()).isEqualTo(allocations);
      return new Run(
          losses,
          network.tensors.stream().map(Tensor::data).toList(),
          correct,
          correct(network.logits(tape, images, false), labels));
    }
  }

  private static int correct(Variable logits, int[] labels) {
    return SoftmaxCrossEntropy.correct(IMAGES, CLASSES, logits.value().data(), labels);
  }

  /** Noisy stripes of period 4, of random phase; the class is their direction. */
  private static Tensor stripes(int[] labels, SplittableRandom random) {
    Tensor images = Tensor.zeros(labels.length, 1, SIZE, SIZE);
    int at = 0;
    for (int label : labels) {
      int phase = random.nextInt(4);
      for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
          int along = label == 0 ? y : label == 1 ? x : x + y;
          float stripe = (along + phase) % 4 < 2 ? 1 : -1;
          images.data()[at++] = stripe + (float) random.nextDouble(-0.5, 0.5);
        }
      }
    }
    return images;
  }

  /** Convolution, residual block with a grouped convolution and a widening shortcut, linear. */
  private static final class Network {
    final List<Tensor> tensors = new ArrayList<>();
    private final List<Variable> parameters = new ArrayList<>();
    private final List<RunningStatistics> statistics = new ArrayList<>();
    private final SplittableRandom random;

    Network(SplittableRandom random) {
      this.random = random;
      convolution(WIDTH / 2, 1);
      convolution(WIDTH, WIDTH / 4);
      weights(Shape.of(CLASSES, WIDTH), WIDTH);
      tensors.add(Tensor.zeros(CLASSES));
    }

    Variable logits(Tape tape, Tensor images, boolean training) {
      parameters.clear();
      tensors.forEach(tensor -> parameters.add(tape.parameter(tensor)));
      var stem = Conv2dGeometry.square(IMAGES, 1, 1, SIZE, WIDTH / 2, 3, 1, 1);
      var body = Conv2dGeometry.square(IMAGES, 2, WIDTH / 2, SIZE, WIDTH, 3, 2, 1);
      Variable x = tape.conv2d(tape.constant(images), parameters.get(0), null, stem);
      x = tape.relu(normalize(tape, x, 1, training));
      Variable shortcut = tape.padShortcut(x, WIDTH, 2, 2);
      x = tape.conv2d(tape.channelShuffle(x, 2), parameters.get(3), null, body);
      x = tape.relu(tape.add(normalize(tape, x, 4, training), shortcut));
      return tape.linear(tape.globalAveragePool(x), parameters.get(6), parameters.get(7), 2);
    }

    /** One step of gradient descent. */
    void descend(float rate) {
      for (int p = 0; p < parameters.size(); p++) {
        float[] value = tensors.get(p).data();
        float[] gradient = parameters.get(p).gradient().data();
        for (int i = 0; i < value.length; i++) {
          value[i] -= rate * gradient[i];
        }
      }
    }

    private Variable normalize(Tape tape, Variable x, int first, boolean training) {
      Variable gamma = parameters.get(first);
      Variable beta = parameters.get(first + 1);
      RunningStatistics running = statistics.get(first / 3);
      return training
          ? tape.batchNorm(x, gamma, beta, 1e-5f, running)
          : tape.batchNormInference(x, gamma, beta, 1e-5f, running);
    }

    private void convolution(int outChannels, int inChannels) {
      weights(Shape.of(outChannels, inChannels, 3, 3), 9 * inChannels);
      Tensor ones = Tensor.zeros(outChannels);
      Arrays.fill(ones.data(), 1);
      tensors.add(ones);
      tensors.add(Tensor.zeros(outChannels));
      statistics.add(new RunningStatistics(new float[outChannels], ones.copy().data(), 0.2f));
    }

    private void weights(Shape shape, int fanIn) {
      Tensor weights = Tensor.zeros(shape);
      float deviation = (float) Math.sqrt(2.0 / fanIn);
      for (int i = 0; i < shape.elements(); i++) {
        weights.data()[i] = deviation * (float) random.nextGaussian();
      }
      tensors.add(weights);
    }
  }
}
