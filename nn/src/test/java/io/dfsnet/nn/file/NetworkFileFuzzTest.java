package io.dfsnet.nn.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dfsnet.engine.Tensor;
import io.dfsnet.nn.EveryOp;
import io.dfsnet.nn.Hostile;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile model files, and hostile graphs in sound files, are read or refused; see docs/fuzzing.md.
 */
class NetworkFileFuzzTest {
  @MethodSource("files")
  @FuzzTest
  void readsOrRefusesFiles(byte[] file) {
    readsOrRefuses(file);
  }

  /** The graph alone, which reaches the checks behind those of the container. */
  @MethodSource("graphs")
  @FuzzTest
  void readsOrRefusesGraphs(byte[] graph) {
    String text = new String(graph, StandardCharsets.UTF_8);
    readsOrRefuses(new SafeTensors(WEIGHTS, Map.of(NetworkFile.NETWORK, text)).toBytes());
  }

  static Stream<byte[]> files() {
    return models().map(NetworkFile::toBytes);
  }

  static Stream<byte[]> graphs() {
    return models()
        .map(model -> NetworkJson.write(model.network()).toString())
        .map(json -> json.getBytes(StandardCharsets.UTF_8));
  }

  private static Stream<Model> models() {
    return Stream.of(small(), EveryOp.network()).map(network -> Model.initial(network, 1));
  }

  private static Network small() {
    Network.Builder network = Network.builder("small");
    String x = network.add("c", Op.Conv2d.square(1, 2, 1, 1, 0, 1), network.input(1, 2, 2));
    network.add("relu", new Op.Relu(), x);
    return network.build();
  }

  /** Of the sizes that the seeds' graphs need, so that these are read. */
  private static final Map<String, Tensor> WEIGHTS = weights();

  private static Map<String, Tensor> weights() {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    models().forEach(model -> weights.putAll(model.weights().tensors()));
    return weights;
  }

  private static void readsOrRefuses(byte[] file) {
    Hostile.readOrRefused(FileFormatException.class, () -> NetworkFile.fromBytes(file))
        .ifPresent(
            model -> {
              byte[] written = NetworkFile.toBytes(model);
              Model again = NetworkFile.fromBytes(written);
              assertThat(again.network()).isEqualTo(model.network());
              assertThat(NetworkFile.toBytes(again)).isEqualTo(written);
            });
  }
}
