package io.dfsnet.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.convert.ModelFile;
import io.dfsnet.nn.file.NetworkFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of the README: what it prints compiles, runs and is this method. */
class EmbeddingTest {
  private static float[] logits(Path file, float[] image) {
    Model model = ModelFile.read(file).model();
    var network = model.network();
    try (var workers = new Workers(2)) {
      var session = Session.of(network, model.weights(), 1, workers);
      float[] logits = new float[network.shape(network.output()).elements()];
      session.run(image, logits);
      return logits;
    }
  }

  @Test
  void theExampleGivesTheLogitsOfTheNetwork(@TempDir Path folder) {
    var network = TestNetworks.grouped();
    var weights = TestNetworks.randomWeights(network, 7);
    float[] image = TestNetworks.randomImages(network, 1, 7);
    Path file = folder.resolve("network.safetensors");
    NetworkFile.write(file, new Model(network, weights));

    float[] logits = logits(file, image);
    double[] expected = Interpreter.run(network, weights, image, 1);
    assertThat(logits).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) logits[i])
          .isCloseTo(expected[i], within(1e-4 * (1 + Math.abs(expected[i]))));
    }
  }

  @Test
  void theReadmePrintsTheExample() throws IOException {
    String source = Files.readString(Path.of("src/test/java/io/dfsnet/nn/EmbeddingTest.java"));
    String start = "  private static float[] logits(";
    int from = source.indexOf(start);
    String method = source.substring(from, source.indexOf("\n  }\n", from) + 4);
    assertThat(Files.readString(Path.of("../README.md")))
        .contains(method.replace("  private static", "  static").stripIndent());
  }
}
