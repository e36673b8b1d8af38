package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Tensor;
import io.dfsnet.engine.Workers;
import io.dfsnet.engine.autograd.Tape;
import io.dfsnet.engine.autograd.Variable;
import io.dfsnet.nn.Interpreter;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Parameter;
import io.dfsnet.nn.Seeds;
import io.dfsnet.nn.TestNetworks;
import io.dfsnet.nn.Weights;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardTest {
  private static final long SEED = 11;
  private static final int[] LABELS = {2, 0};
  private static final Workers WORKERS = new Workers(1);

  @AfterAll
  static void close() {
    WORKERS.close();
  }

  static List<Network> classifiers() {
    return List.of(
        TestNetworks.grouped(),
        TestNetworks.everyOperation(),
        TestNetworks.branches(),
        TestNetworks.featureNorms());
  }

  /** Whole networks against central differences of the plain loops. */
  @ParameterizedTest
  @MethodSource("classifiers")
  void gradientsAreThoseOfTheOperations(Network network) {
    Weights weights = TestNetworks.randomWeights(network, SEED);
    float[] images = TestNetworks.randomImages(network, 2, SEED);
    var tape = new Tape(WORKERS);
    var binding = new WeightsBinding(weights, 0.1f);
    Variable pixels = tape.constant(new Tensor(batchShape(network, 2), images));
    Variable logits = Forward.run(network, tape, pixels, binding, Forward.Mode.INFERENCE);
    Variable loss = tape.softmaxCrossEntropy(logits, LABELS, 0f);
    assertThat((double) loss.value().data()[0])
        .isCloseTo(lossOf(network, weights, images), within(1e-4));
    tape.backward(loss);

    RandomGenerator random = Seeds.random(SEED, "elements");
    for (Parameter parameter : network.parameters()) {
      if (parameter.role().trainable()) {
        Tensor gradient = binding.leaves().get(parameter.name()).gradient();
        for (int sample = 0; sample < 3; sample++) {
          int i = random.nextInt(gradient.data().length);
          assertThat((double) gradient.data()[i])
              .as("%s[%d], seed %d", parameter.name(), i, SEED)
              .isCloseTo(slope(network, weights, images, parameter, i), within(2e-3));
        }
      }
    }
  }

  @Test
  void onlyTrainingMovesRunningStatistics() {
    Network network = Toy.network();
    Weights weights = TestNetworks.randomWeights(network, SEED);
    Weights before = weights.copy();
    var images = new Tensor(batchShape(network, 4), TestNetworks.randomImages(network, 4, SEED));
    run(network, weights, images, Forward.Mode.INFERENCE);
    assertThat(weights.get("bn2.running_mean").data())
        .isEqualTo(before.get("bn2.running_mean").data());
    run(network, weights, images, Forward.Mode.TRAINING);
    assertThat(weights.get("bn2.running_mean").data())
        .isNotEqualTo(before.get("bn2.running_mean").data());
  }

  @Test
  void aShardIsRefused() {
    var net = Network.builder("shard");
    Op gather = new Op.Exchange(Op.Exchange.Kind.ALL_GATHER, 2, 0, Shape.of(2, 4, 4));
    net.add("meet", gather, net.input(1, 4, 4));
    Network shard = net.build();
    assertThatThrownBy(
            () ->
                run(
                    shard,
                    Weights.initial(shard, 1),
                    Tensor.zeros(1, 1, 4, 4),
                    Forward.Mode.INFERENCE))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("'meet'")
        .hasMessageContaining("train the whole network");
  }

  @Test
  void imagesOfAnotherShapeAreRefused() {
    Network network = Toy.network();
    assertThatThrownBy(
            () ->
                run(
                    network,
                    Weights.initial(network, 1),
                    Tensor.zeros(2, 1, 9, 8),
                    Forward.Mode.INFERENCE))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("[1, 8, 8]")
        .hasMessageContaining("[2, 1, 9, 8]");
  }

  private static Variable run(Network network, Weights weights, Tensor images, Forward.Mode mode) {
    var tape = new Tape(WORKERS);
    return Forward.run(
        network, tape, tape.constant(images), new WeightsBinding(weights, 0.1f), mode);
  }

  private static Shape batchShape(Network network, int n) {
    return network.shape(network.input()).prepend(n);
  }

  private static double slope(
      Network network, Weights weights, float[] images, Parameter parameter, int index) {
    float[] data = weights.get(parameter.name()).data();
    float middle = data[index];
    float above = middle + 1e-5f;
    float below = middle - 1e-5f;
    data[index] = above;
    double high = lossOf(network, weights, images);
    data[index] = below;
    double low = lossOf(network, weights, images);
    data[index] = middle;
    return (high - low) / ((double) above - below);
  }

  private static double lossOf(Network network, Weights weights, float[] images) {
    double[] logits = Interpreter.run(network, weights, images, LABELS.length);
    int classes = logits.length / LABELS.length;
    double loss = 0;
    for (int row = 0; row < LABELS.length; row++) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(logits[row * classes + c]);
      }
      loss += Math.log(sum) - logits[row * classes + LABELS[row]];
    }
    return loss / LABELS.length;
  }
}
