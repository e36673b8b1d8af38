package io.dfsnet.dividefuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Collective;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.NetworkException;
import io.dfsnet.nn.Session;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The compiled whole network against its compiled shards: bit for bit. */
@Timeout(60)
class LocalClusterTest {
  private static final long SEED = 40;

  @ParameterizedTest
  @EnumSource(Topology.class)
  void shardsComputeWhatTheWholeNetworkDoes(Topology topology) {
    for (Shortcut shortcut : Shortcut.values()) {
      for (int groups : new int[] {2, 4, 8}) {
        for (var fused : List.of(List.<Integer>of(), List.of(0), List.of(1, 2), List.of(0, 1, 2))) {
          var division = Division.keep(groups, fused);
          assertAgree(Divider.divide(TestNetworks.residual(shortcut), division), topology, 2);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(WidthPolicy.class)
  void atEveryWidthAndForOtherArchitectures(WidthPolicy width) {
    var division = new Division(4, new TreeSet<>(List.of(0)), width);
    for (Topology topology : Topology.values()) {
      for (Network original :
          List.of(
              TestNetworks.sequential(7),
              TestNetworks.sequential(8),
              TestNetworks.bottleneck(),
              TestNetworks.invertedResidual())) {
        assertAgree(Divider.divide(original, division), topology, 3);
      }
    }
  }

  /** Logits that are split over two groups and normalised there, and logits that are not. */
  @ParameterizedTest
  @EnumSource(Topology.class)
  void withBatchNormsOverFeatures(Topology topology) {
    Network original = Models.create("mnist3", 10, 1, 10, 11, Shortcut.PAD);
    for (int groups : new int[] {2, 4, 8}) {
      for (var fused : List.of(List.<Integer>of(), List.of(0))) {
        assertAgree(Divider.divide(original, Division.keep(groups, fused)), topology, 2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Topology.class)
  void onImagesOfTheRealSize(Topology topology) {
    Network original = Models.create("resnet14", 100, 3, 32, 32, Shortcut.PROJECTION);
    assertAgree(Divider.divide(original, Division.keep(4, List.of(0, 2, 4))), topology, 1);
  }

  @Test
  void tensorParallelismComputesTheOriginalsConvolutionsExactly() {
    // Without the linear layer, whose parts are summed in another order than one dense sum.
    Network original = TestNetworks.residual(Shortcut.PROJECTION);
    var features = Network.builder("features");
    original.nodes().stream()
        .limit(original.nodes().size() - 1)
        .forEach(node -> features.add(node));
    Network body = features.build();
    Weights weights = TestNetworks.weights(body, SEED);
    float[] images = TestNetworks.images(body, 1, SEED);
    float[] gathered = new float[32];
    LocalCluster.of(Divider.tensorParallel(body, 4), weights, Topology.PARALLEL, 1)
        .run(images, gathered);

    assertThat(gathered).containsExactly(session(body, weights, images, 1));
  }

  @Test
  void runsAgainAndAgain() {
    Network divided = residual(4);
    Weights weights = TestNetworks.weights(divided, SEED);
    LocalCluster cluster = LocalCluster.of(divided, weights, Topology.PARALLEL, 1);
    float[] output = new float[10];
    for (long seed = 0; seed < 3; seed++) {
      float[] image = TestNetworks.images(divided, 1, seed);
      cluster.run(image, output);
      assertThat(output).as("seed %d", seed).containsExactly(session(divided, weights, image, 1));
    }
  }

  @Test
  void aFailingShardStopsTheOthersAndTheClusterRunsAgain() {
    Network divided = residual(4);
    Weights weights = TestNetworks.weights(divided, SEED);
    var broken = new AtomicBoolean();
    LocalCluster cluster =
        LocalCluster.of(
            divided, weights, Topology.PARALLEL, 1, exchanges -> failing(exchanges, broken, 2, 1));
    float[] image = TestNetworks.images(divided, 1, SEED);
    float[] output = new float[10];

    broken.set(true);
    assertThatThrownBy(() -> cluster.run(image, output))
        .isInstanceOf(ShardException.class)
        .hasMessage("local cluster: group 2 failed: cable torn")
        .hasRootCauseMessage("cable torn");
    broken.set(false);
    cluster.run(image, output);
    assertThat(output).containsExactly(session(divided, weights, image, 1));
  }

  @Test
  void anInterruptEndsTheRun() throws InterruptedException {
    Network divided = residual(2);
    Weights weights = TestNetworks.weights(divided, SEED);
    var arrived = new CountDownLatch(1);
    var waiting = new AtomicBoolean(true);
    LocalCluster cluster =
        LocalCluster.of(
            divided,
            weights,
            Topology.PARALLEL,
            1,
            exchanges ->
                (exchange, index, n, input, output) -> {
                  while (exchange.group() == 0 && waiting.get()) {
                    arrived.countDown();
                    Thread.onSpinWait();
                  }
                  exchanges.exchange(exchange, index, n, input, output);
                });
    var thrown = new Throwable[1];
    var stillInterrupted = new AtomicBoolean();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    cluster.run(TestNetworks.images(divided, 1, SEED), new float[10]);
                  } catch (ShardException expected) {
                    thrown[0] = expected;
                    stillInterrupted.set(Thread.currentThread().isInterrupted());
                  }
                });
    arrived.await();
    caller.interrupt();
    while (caller.isInterrupted()) {
      Thread.onSpinWait();
    }
    waiting.set(false);
    caller.join();

    assertThat(thrown[0]).hasMessage("local cluster: interrupted");
    assertThat(stillInterrupted).isTrue();
  }

  @Test
  void refusesArraysThatDoNotFitAndForeignWeights() {
    Network divided = residual(2);
    Weights weights = TestNetworks.weights(divided, SEED);
    LocalCluster cluster = LocalCluster.of(divided, weights, Topology.PARALLEL, 1);

    assertThatThrownBy(() -> cluster.run(new float[5], new float[10]))
        .isInstanceOf(ShardException.class)
        .hasRootCauseInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> cluster.run(TestNetworks.images(divided, 1, SEED), new float[11]))
        .isInstanceOf(DivisionException.class);
    assertThatThrownBy(() -> LocalCluster.of(residual(4), weights, Topology.PARALLEL, 1))
        .isInstanceOf(NetworkException.class);
  }

  private static Collective failing(
      Collective exchanges, AtomicBoolean broken, int group, int atIndex) {
    return (exchange, index, n, input, output) -> {
      if (broken.get() && exchange.group() == group && index == atIndex) {
        throw new IllegalStateException("cable torn");
      }
      exchanges.exchange(exchange, index, n, input, output);
    };
  }

  private static Network residual(int groups) {
    return Divider.divide(
        TestNetworks.residual(Shortcut.PAD), Division.keep(groups, List.of(0, 1, 2)));
  }

  private static void assertAgree(Network divided, Topology topology, int batch) {
    Weights weights = TestNetworks.weights(divided, SEED);
    float[] images = TestNetworks.images(divided, batch, SEED);
    float[] whole = session(divided, weights, images, batch);
    float[] shards = new float[whole.length];
    LocalCluster.of(divided, weights, topology, batch).run(images, shards);

    assertThat(shards)
        .as("%s, %s, fused %s, seed %d", divided, topology, DivisionReport.of(divided).rows(), SEED)
        .containsExactly(whole);
    assertThat(whole[0]).isNotEqualTo(whole[1]).isFinite();
  }

  private static float[] session(Network network, Weights weights, float[] images, int batch) {
    float[] output = new float[batch * network.shape(network.output()).elements()];
    Session.of(network, weights, batch, new Workers(1)).run(images, output);
    return output;
  }
}
