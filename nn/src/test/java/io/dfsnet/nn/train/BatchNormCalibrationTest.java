package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.Op;
import io.dfsnet.nn.TestNetworks;
import io.dfsnet.nn.Weights;
import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchNormCalibrationTest {
  private static final List<Batch> BATCHES = batches();

  @Test
  void runningStatisticsAreThePlainMeansOverTheBatches() {
    // The first batch norm reads the images, so what it should measure needs no network.
    var net = Network.builder("norms");
    String x = net.add("first", new Op.BatchNorm(1, 1e-5f), net.input(1, 8, 8));
    x = net.add("conv", Op.Conv2d.square(1, 2, 3, 1, 1, 1), x);
    x = net.add("second", new Op.BatchNorm(2, 1e-5f), x);
    net.add("pool", new Op.GlobalAveragePool(), x);
    Weights weights = calibrated(net.build(), 1);
    double mean = 0;
    double variance = 0;
    for (Batch batch : BATCHES) {
      float[] pixels = batch.images().data();
      double batchMean =
          IntStream.range(0, pixels.length).mapToDouble(i -> pixels[i]).average().orElseThrow();
      double squares = 0;
      for (float pixel : pixels) {
        squares += (pixel - batchMean) * (pixel - batchMean);
      }
      mean += batchMean / BATCHES.size();
      variance += squares / (pixels.length - 1) / BATCHES.size();
    }
    assertThat((double) weights.get("first.running_mean").data()[0]).isCloseTo(mean, within(1e-6));
    assertThat((double) weights.get("first.running_var").data()[0])
        .isCloseTo(variance, within(1e-5));
    assertThat(weights.get("second.running_var").data()).doesNotContain(0f, 1f);
  }

  @Test
  void whatWasThereBeforeDoesNotMatter() {
    Weights clean = calibrated(Toy.network(), 1);
    Weights spoiled = Weights.initial(Toy.network(), 1);
    Arrays.fill(spoiled.get("bn1.running_mean").data(), Float.NaN);
    Arrays.fill(spoiled.get("bn2.running_var").data(), Float.POSITIVE_INFINITY);
    run(Toy.network(), spoiled, BATCHES);
    for (String name : clean.tensors().keySet()) {
      assertThat(spoiled.get(name).data()).as(name).isEqualTo(clean.get(name).data());
    }
  }

  @Test
  void onlyRunningStatisticsChange() {
    Network network = Toy.network();
    Weights before = TestNetworks.randomWeights(network, 4);
    Weights after = before.copy();
    run(network, after, BATCHES);
    for (var parameter : network.parameters()) {
      float[] old = before.get(parameter.name()).data();
      float[] now = after.get(parameter.name()).data();
      if (parameter.role().trainable()) {
        assertThat(now).as(parameter.name()).isEqualTo(old);
      } else {
        assertThat(now).as(parameter.name()).isNotEqualTo(old);
      }
    }
  }

  @Test
  void noBatchesAreRefused() {
    Network network = Toy.network();
    Weights weights = Weights.initial(network, 1);
    assertThatThrownBy(() -> run(network, weights, List.of()))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("at least one batch");
  }

  private static Weights calibrated(Network network, long seed) {
    Weights weights = Weights.initial(network, seed);
    run(network, weights, BATCHES);
    return weights;
  }

  private static void run(Network network, Weights weights, List<Batch> batches) {
    try (var workers = new Workers(1)) {
      BatchNormCalibration.run(network, weights, batches, workers);
    }
  }

  private static List<Batch> batches() {
    var batches = new Batches(Toy.images(48, 5), 16, Augmentation.NONE, 1);
    return IntStream.range(0, 3).mapToObj(index -> batches.get(0, index)).toList();
  }
}
