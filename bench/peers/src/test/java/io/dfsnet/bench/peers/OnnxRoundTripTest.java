package io.dfsnet.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.dfsnet.dividefuse.Divider;
import io.dfsnet.dividefuse.Division;
import io.dfsnet.dividefuse.WidthPolicy;
import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.file.FileFormatException;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.onnx.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime computes from our files what we compute, and its own files come back to us. */
class OnnxRoundTripTest {
  /** Of logits, as {@link Difference#relative}. */
  private static final double TOLERANCE = 1e-4;

  @TempDir Path folder;

  static Stream<Network> networks() {
    Network resnet56 = small("resnet56", Shortcut.PROJECTION);
    Network padded = small("resnet20", Shortcut.PAD);
    var wider = new Division(4, new TreeSet<>(List.of(9, 18)), WidthPolicy.ISO);
    return Stream.of(
        small("resnet20", Shortcut.PROJECTION),
        padded,
        Divider.divide(padded, Division.keep(4, List.of(3))),
        Divider.divide(resnet56, Division.keep(4, List.of(9, 18))),
        Divider.divide(resnet56, wider),
        Models.create("mobilenetv2"),
        small("mobilenetv2-w0.5-32", Shortcut.PROJECTION),
        small("shufflenetv2-32", Shortcut.PROJECTION),
        small("vgg16bn-w16-32", Shortcut.PROJECTION),
        small("resnet50-w16-32", Shortcut.PROJECTION));
  }

  private static Network small(String name, Shortcut shortcut) {
    return Models.create(name, 100, 3, 32, 32, shortcut);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void theOtherRuntimeGivesTheSameLogits(Network network) throws OrtException {
    Model model = Networks.model(network);
    assertSameLogits(OnnxFile.toBytes(model), model, "logits");
  }

  @ParameterizedTest
  @MethodSource("networks")
  void whatWasWrittenComesBackAsItWas(Network network) {
    Model model = Networks.model(network);
    Model read = OnnxFile.fromBytes(OnnxFile.toBytes(model));
    assertThat(read.network()).isEqualTo(network);
    assertThat(read.weights().tensors().keySet()).isEqualTo(model.weights().tensors().keySet());
    model
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              assertThat(read.weights().get(name).shape()).as(name).isEqualTo(tensor.shape());
              // Arrays.equals compares bits.
              assertThat(Arrays.equals(read.weights().get(name).data(), tensor.data()))
                  .as(name)
                  .isTrue();
            });
  }

  /** Written by ONNX Runtime, batch norms folded into convolutions, by protobuf's own library. */
  @ParameterizedTest
  @MethodSource("networks")
  void whatTheOtherRuntimeWritesIsRead(Network network) throws OrtException, IOException {
    Model model = Networks.model(network);
    Path rewritten = folder.resolve("rewritten.onnx");
    OrtModel.rewrite(OnnxFile.toBytes(model), OptLevel.BASIC_OPT, rewritten);
    Model read = OnnxFile.read(rewritten);
    assertThat(read.network().nodes()).hasSizeLessThan(network.nodes().size());
    assertSameLogits(Files.readAllBytes(rewritten), read, "rewritten");
    float[] images = Networks.images(network, 1);
    assertWithin(logits(read, images), logits(model, images), "read back", network);
  }

  /** A convolution and its ReLU become an operator that no standard knows: all are listed. */
  @Test
  void whatOnlyTheOtherRuntimeKnowsIsListed() throws OrtException {
    Model model = Networks.model(small("resnet20", Shortcut.PROJECTION));
    Path rewritten = folder.resolve("rewritten.onnx");
    OrtModel.rewrite(OnnxFile.toBytes(model), OptLevel.EXTENDED_OPT, rewritten);
    assertThatThrownBy(() -> OnnxFile.read(rewritten))
        .isInstanceOf(FileFormatException.class)
        .hasMessageContaining("of its nodes cannot be read")
        .satisfies(
            refused ->
                assertThat(refused.getMessage().lines().filter(line -> line.contains("FusedConv")))
                    .hasSize(10));
  }

  private static void assertSameLogits(byte[] file, Model model, String what) throws OrtException {
    int batch = 2;
    Network network = model.network();
    float[] images = Networks.images(network, batch);
    float[] ours = new float[batch * network.shape(network.output()).elements()];
    try (var workers = new Workers(1);
        var theirs = new OrtModel(file)) {
      Session.of(network, model.weights(), batch, workers).run(images, ours);
      float[] expected =
          theirs.run(images, TorchNetwork.sizes(Networks.imageShape(network, batch)));
      assertWithin(ours, expected, what, network);
    }
  }

  private static float[] logits(Model model, float[] images) {
    Network network = model.network();
    float[] logits = new float[network.shape(network.output()).elements()];
    try (var workers = new Workers(1)) {
      Session.of(network, model.weights(), 1, workers).run(images, logits);
    }
    return logits;
  }

  private static void assertWithin(float[] found, float[] expected, String what, Network network) {
    Difference difference = Difference.of(found, expected);
    System.out.printf(
        Locale.ROOT,
        "%s: %s differ by %.1e, an element by %.1e%n",
        network,
        what,
        difference.relative(),
        difference.largest());
    assertThat(difference.relative()).as("%s of %s", what, network).isLessThan(TOLERANCE);
  }
}
