package io.dfsnet.nn.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.EveryOp;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.TestNetworks;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxFileTest {
  private static final long SEED = 20261123;

  @TempDir Path folder;

  /** The bytes as the encoding's description and the numbers of onnx.proto give them. */
  @Test
  void writesTheFormat() {
    var network = Network.builder("n");
    String x = network.input(1, 2, 3);
    network.add("relu", new Op.Relu(), x);

    byte[] shape =
        Proto.message(
            Proto.bytes(1, Proto.text(2, "N")),
            Proto.bytes(1, Proto.varint(1, 1)),
            Proto.bytes(1, Proto.varint(1, 2)),
            Proto.bytes(1, Proto.varint(1, 3)));
    byte[] type = Proto.bytes(1, Proto.varint(1, 1), Proto.bytes(2, shape));
    byte[] relu =
        Proto.message(
            Proto.text(1, "input"),
            Proto.text(2, "relu"),
            Proto.text(3, "relu"),
            Proto.text(4, "Relu"));
    byte[] graph =
        Proto.message(
            Proto.bytes(1, relu),
            Proto.text(2, "n"),
            Proto.bytes(11, Proto.text(1, "input"), Proto.bytes(2, type)),
            Proto.bytes(12, Proto.text(1, "relu"), Proto.bytes(2, type)));
    byte[] file =
        Proto.message(
            Proto.varint(1, 8),
            Proto.text(2, "dfsnet"),
            Proto.bytes(8, Proto.text(1, ""), Proto.varint(2, 17)),
            Proto.bytes(7, graph));
    assertThat(OnnxFile.toBytes(Model.initial(network.build(), 0))).isEqualTo(file);
  }

  static Stream<Network> networks() {
    return Stream.concat(
        TestNetworks.all().stream(),
        Stream.of(
            Models.create("resnet20", 100, 3, 32, 32, Shortcut.PROJECTION),
            Models.create("resnet20", 10, 3, 32, 32, Shortcut.PAD),
            Models.create("resnet18-w4", 10, 3, 64, 64, Shortcut.PAD),
            Models.create("resnet50-w4", 10, 3, 64, 64, Shortcut.PROJECTION),
            Models.create("vgg16bn-w4", 10, 3, 32, 32, Shortcut.PAD),
            Models.create("mobilenetv2-w0.35-32"),
            Models.create("shufflenetv2-w0.5-32"),
            imageAlone(),
            collidingNames(),
            unusualShortcuts()));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void networksComeBackAsTheyWere(Network network) {
    Model model = new Model(network, TestNetworks.randomWeights(network, SEED));
    byte[] bytes = OnnxFile.toBytes(model);
    Model read = OnnxFile.fromBytes(bytes);

    assertThat(read.network().nodes()).containsExactlyElementsOf(network.nodes());
    assertThat(read.network()).isEqualTo(network);
    assertEqualWeights(read, model);
    assertThat(OnnxFile.toBytes(read)).isEqualTo(bytes);
  }

  @Test
  void sessionsGiveTheSameLogits() {
    for (Network network : TestNetworks.all()) {
      Model model = new Model(network, TestNetworks.randomWeights(network, SEED));
      Model read = OnnxFile.fromBytes(OnnxFile.toBytes(model));
      assertThat(logits(read)).as("%s, seed %d", network, SEED).containsExactly(logits(model));
    }
  }

  @Test
  void networksAboveHaveEveryOperationThatCanBeExported() {
    Set<Class<?>> ops = new HashSet<>(Set.of(Op.Exchange.class));
    networks().forEach(network -> ops.addAll(EveryOp.ops(network)));
    assertThat(ops).containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
  }

  @Test
  void filesHoldTheSameBytes() throws IOException {
    Network network = TestNetworks.grouped();
    Model model = new Model(network, TestNetworks.randomWeights(network, SEED));
    Path file = folder.resolve("model.onnx");
    OnnxFile.write(file, model);

    assertThat(Files.readAllBytes(file)).isEqualTo(OnnxFile.toBytes(model));
    assertThat(OnnxFile.read(file).network()).isEqualTo(network);
    assertThat(folder).isDirectoryContaining(file::equals);
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void shardsAreRefused() {
    assertThatThrownBy(() -> OnnxFile.toBytes(Model.initial(EveryOp.network(), 0)))
        .isInstanceOf(NetworkException.class)
        .hasMessageContaining("'gather' exchanges with other shards");
    Path file = folder.resolve("model.onnx");
    assertThatThrownBy(() -> OnnxFile.write(file, Model.initial(EveryOp.network(), 0)))
        .isInstanceOf(NetworkException.class);
    assertThat(file).doesNotExist();
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> OnnxFile.read(folder.resolve("none")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageEndingWith("none: does not exist");
    assertThatThrownBy(() -> OnnxFile.read(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be read");
  }

  private static float[] logits(Model model) {
    Network network = model.network();
    float[] logits = new float[2 * network.shape(network.output()).elements()];
    try (var workers = new Workers(1)) {
      Session.of(network, model.weights(), 2, workers)
          .run(TestNetworks.randomImages(network, 2, SEED), logits);
    }
    return logits;
  }

  static void assertEqualWeights(Model found, Model wanted) {
    assertThat(found.weights().tensors()).hasSameSizeAs(wanted.weights().tensors());
    wanted
        .weights()
        .tensors()
        .forEach(
            (name, tensor) -> {
              assertThat(found.weights().get(name).shape()).isEqualTo(tensor.shape());
              assertThat(found.weights().get(name).data()).as(name).isEqualTo(tensor.data());
            });
  }

  private static Network imageAlone() {
    var network = Network.builder("image-alone");
    network.input(2, 3, 4);
    return network.build();
  }

  /** Names that the operators in between and the weights would have had. */
  private static Network collidingNames() {
    var network = Network.builder("colliding names");
    String x = network.add("photo", new Op.Input(4, 6, 6));
    x = network.add("conv", Op.Conv2d.square(4, 4, 3, 1, 1, 1), x);
    x = network.add("conv.weight", new Op.Relu6(), x);
    x = network.add("conv.weight/least", new Op.Relu(), x);
    x = network.add("mix", new Op.ChannelShuffle(2), x);
    x = network.add("mix/split", new Op.ChannelShuffle(4), x);
    x = network.add("mix/transposed", new Op.ChannelSlice(0, 4), x);
    x = network.add("pool/means", new Op.ChannelShuffle(1), x);
    String pooled = network.add("pool", new Op.GlobalAveragePool(), x);
    String flat = network.add("pool/flatten", new Op.Flatten(), pooled);
    network.add("pool/flatten_2", new Op.Add(), flat, pooled);
    return network.build();
  }

  /** Odd numbers of new channels, strides without new channels, none of both. */
  private static Network unusualShortcuts() {
    var network = Network.builder("shortcuts", 2);
    String x = network.input(4, 9, 7);
    List<String> results = new ArrayList<>();
    for (var shortcut :
        List.of(
            new Op.PadShortcut(9, 2, 1),
            new Op.PadShortcut(4, 3, 1),
            new Op.PadShortcut(4, 3, 2),
            new Op.PadShortcut(4, 1, 1),
            new Op.PadShortcut(4, 1, 4),
            new Op.PadShortcut(10, 1, 2),
            new Op.PadShortcut(20, 9, 4))) {
      String y = network.add("shortcut" + results.size(), shortcut, x);
      results.add(network.add("mean" + results.size(), new Op.GlobalAveragePool(), y));
    }
    List<String> logits = new ArrayList<>();
    for (String mean : results) {
      int channels = network.shape(mean).size(0);
      logits.add(
          network.add(
              "fc." + mean, new Op.Linear(channels, 3, false, channels % 2 == 0 ? 2 : 1), mean));
    }
    String sum = logits.getFirst();
    for (String each : logits.subList(1, logits.size())) {
      sum = network.add("sum." + each, new Op.Add(), each, sum);
    }
    return network.build();
  }
}
