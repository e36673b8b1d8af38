package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.onnxruntime.OrtException;
import io.dfsnet.engine.Shape;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Files that others wrote, below the folder that {@code -Ddfsnet.test.onnx=DIR} names: each is
 * refused, or computes what ONNX Runtime computes from it.
 */
class ForeignOnnxTest {
  private static final int MAX_FILES = 1000;
  private static final String FOLDER = System.getProperty("dfsnet.test.onnx", "");

  @Test
  void filesOfOthersAreRefusedOrRightlyRead() throws IOException, OrtException {
    assumeFalse(FOLDER.isEmpty(), "no folder of ONNX files: give -Ddfsnet.test.onnx=DIR");
    List<String> wrong = new ArrayList<>();
    int read = 0;
    for (Path file : files()) {
      try {
        Difference difference = difference(file, OnnxFile.read(file));
        read++;
        System.out.printf(Locale.ROOT, "%s: %.1e%n", file.getFileName(), difference.relative());
        if (!(difference.relative() <= 1e-4)) {
          wrong.add(file + ": " + difference);
        }
      } catch (FileFormatException refused) {
        System.out.println("refused: " + refused.getMessage().lines().limit(3).toList());
      }
    }
    assertThat(read).as("files that were read").isPositive();
    assertThat(wrong).isEmpty();
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(Path.of(FOLDER))) {
      return all.filter(file -> file.toString().endsWith(".onnx"))
          .sorted()
          .limit(MAX_FILES)
          .toList();
    }
  }

  /** For the batch that the file states, or one image. */
  private static Difference difference(Path file, Model model) throws IOException, OrtException {
    Network network = model.network();
    try (var theirs = new OrtModel(Files.readAllBytes(file));
        var workers = new Workers(1)) {
      int batch = (int) Math.max(1, theirs.inputShape()[0]);
      Shape input = network.shape(network.input()).prepend(batch);
      float[] images = Values.uniform("images", input.elements());
      float[] ours = new float[batch * network.shape(network.output()).elements()];
      Session.of(network, model.weights(), batch, workers).run(images, ours);
      return Difference.of(ours, theirs.run(images, TorchNetwork.sizes(input)));
    }
  }
}
