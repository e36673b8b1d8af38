package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Interpreter;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.TestNetworks;
import io.dfsnet.nn.data.ImageSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 99, 100, 101, 250})
  void countsEveryImageOnce(int size) {
    ImageSet images = Toy.images(size, 3);
    Network network = Toy.network();
    var model = new Model(network, TestNetworks.randomWeights(network, 3));
    int correct = 0;
    double loss = 0;
    for (int i = 0; i < size; i++) {
      float[] pixels = new float[64];
      images.normalized(i, pixels, 0);
      double[] logits = Interpreter.run(network, model.weights(), pixels, 1);
      double right = logits[images.label(i)];
      correct += Arrays.stream(logits).allMatch(logit -> logit <= right) ? 1 : 0;
      loss += Math.log(Arrays.stream(logits).map(Math::exp).sum()) - right;
    }
    try (var workers = new Workers(2)) {
      Evaluation.Result result = Evaluation.of(model, images, workers);
      assertThat(result.total()).isEqualTo(size);
      assertThat(result.correct()).isEqualTo(correct);
      assertThat(result.accuracy()).isEqualTo((double) correct / size);
      assertThat(result.loss()).isCloseTo(loss / size, within(1e-5));
    }
  }

  /** The last batch is smaller, and nobody sees what is left over behind its images. */
  @Test
  void answersComeInTheOrderOfTheImages() {
    ImageSet images = Toy.images(201, 3);
    List<Integer> labels = new ArrayList<>();
    List<Integer> rows = new ArrayList<>();
    try (var workers = new Workers(1)) {
      Evaluation.run(
          Toy.model(),
          images,
          workers,
          (logits, wanted) -> {
            rows.add(logits.length / Toy.CLASSES);
            Arrays.stream(wanted).forEach(labels::add);
          });
    }
    assertThat(rows).containsExactly(100, 100, 1);
    assertThat(labels).containsExactlyElementsOf(Arrays.stream(images.labels()).boxed().toList());
  }

  @Test
  void imagesThatDoNotFitAreRefused() {
    var net = Network.builder("three classes");
    String x = net.add("pool", new Op.GlobalAveragePool(), net.input(1, 8, 8));
    net.add("fc", new Op.Linear(1, 3, true, 1), x);
    try (var workers = new Workers(1)) {
      assertThatThrownBy(
              () -> Evaluation.of(Model.initial(net.build(), 1), Toy.images(5, 1), workers))
          .isInstanceOf(NetworkException.class)
          .hasMessageContaining("[3]")
          .hasMessageContaining("4 classes");
    }
  }
}
