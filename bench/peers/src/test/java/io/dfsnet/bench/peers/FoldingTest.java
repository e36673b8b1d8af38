package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Session;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FoldingTest {

  @ParameterizedTest
  @ValueSource(strings = {"resnet8", "resnet8-g4", "mobilenetv2-w0.5-32"})
  void leavesNoBatchNormAndTheSameAnswers(String name) {
    Model model = Networks.model(name);
    Model folded = Folding.of(model);
    assertThat(folded.network().nodes())
        .noneMatch(node -> node.op() instanceof Op.BatchNorm)
        .hasSizeLessThan(model.network().nodes().size());
    float[] expected = logits(model);
    double[] doubles = new double[expected.length];
    java.util.Arrays.setAll(doubles, i -> expected[i]);
    var work = new Work.Inference(name, 2);
    assertThat(Agreement.of(work, logits(folded), doubles).wrong()).isFalse();
  }

  private static float[] logits(Model model) {
    Network network = model.network();
    try (var workers = new Workers(1)) {
      float[] logits = new float[network.shape(network.output()).prepend(2).elements()];
      Session.of(network, model.weights(), 2, workers).run(Networks.images(network, 2), logits);
      return logits;
    }
  }
}
