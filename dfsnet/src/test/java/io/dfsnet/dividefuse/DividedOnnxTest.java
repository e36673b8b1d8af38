package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Model;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import io.dfsnet.nn.onnx.OnnxFile;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Divided networks leave for other runtimes, and come back divided. */
class DividedOnnxTest {
  private static final long SEED = 4;

  static Stream<Network> divided() {
    return Stream.of(
        Divider.divide(
            Models.create("resnet56", 100, 3, 32, 32, Shortcut.PAD),
            Division.keep(4, List.of(9, 18))),
        Divider.divide(
            TestNetworks.residual(Shortcut.PROJECTION),
            new Division(4, new TreeSet<>(List.of(1)), WidthPolicy.ISO)),
        Divider.divide(TestNetworks.mobileNet(), Division.keep(8, List.of(0, 9))),
        Divider.divide(TestNetworks.sequential(10), Division.keep(2, List.of())));
  }

  @ParameterizedTest
  @MethodSource("divided")
  void theyComeBackAsTheyWere(Network divided) {
    Model model = new Model(divided, TestNetworks.weights(divided, SEED));
    Model read = OnnxFile.fromBytes(OnnxFile.toBytes(model));

    assertThat(read.network()).isEqualTo(divided);
    assertThat(read.network().groups()).isEqualTo(divided.groups());
    model
        .weights()
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(read.weights().get(name).data()).as(name).isEqualTo(tensor.data()));
  }

  /** So an imported network is sharded and run by several nodes as any other. */
  @Test
  void whatComesBackRunsInShards() {
    Network divided =
        Divider.divide(TestNetworks.residual(Shortcut.PAD), Division.keep(4, List.of(1)));
    Weights weights = TestNetworks.weights(divided, SEED);
    Model read = OnnxFile.fromBytes(OnnxFile.toBytes(new Model(divided, weights)));
    float[] image = TestNetworks.images(divided, 1, SEED);
    float[] whole = new float[divided.shape(divided.output()).elements()];
    try (var workers = new Workers(1)) {
      Session.of(divided, weights, 1, workers).run(image, whole);
    }
    float[] cluster = new float[whole.length];
    LocalCluster.of(read.network(), read.weights(), Topology.PARALLEL, 1).run(image, cluster);

    assertThat(cluster).containsExactly(whole);
  }

  @Test
  void shardsAreRefused() {
    Network divided =
        Divider.divide(TestNetworks.residual(Shortcut.PAD), Division.keep(2, List.of(0)));
    Network shard = Sharder.shard(divided, Topology.PARALLEL).shards().getFirst();
    assertThatThrownBy(() -> OnnxFile.toBytes(Model.initial(shard, SEED)))
        .isInstanceOf(NetworkException.class)
        .hasMessage(
            "network 'resnet8-w8/0of2': 'layer1.0.conv1.gather' exchanges with other shards, which"
                + " ONNX has no operator for; export the whole network");
  }
}
