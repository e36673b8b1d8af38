package io.dfsnet.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Workers;
import io.dfsnet.nn.Network;
import io.dfsnet.nn.data.DataSources;
import io.dfsnet.nn.models.Models;
import io.dfsnet.nn.models.Shortcut;
import org.junit.jupiter.api.Test;

/** Every benchmark prepares itself, which includes the check of its results, and runs. */
class ChecksTest {

  @Test
  void kernels() {
    var convolution = new ConvolutionBenchmark.Backward();
    convolution.problem = "n2 g2 ic4 ih6 oc6 kh3 sh2 ph1";
    runOnce(convolution);
    var product = new ProductBenchmark.Prepared();
    product.product = "m3 n20 k7";
    runOnce(product);
  }

  @Test
  void blockTails() {
    var benchmark = new BlockTailBenchmark();
    benchmark.shape = "3x5x4x7";
    benchmark.threads = 2;
    benchmark.prepare();
    benchmark.forward();
    benchmark.backward();
    benchmark.close();
    assertThatThrownBy(
            () ->
                BlockTailReference.requireNear("sum", new float[] {1, 2.001f}, new double[] {1, 2}))
        .hasMessage("sum: found 2.001 at element 1, the reference is 2.0");
    assertThatThrownBy(
            () -> BlockTailReference.requireNear("sum", new float[] {Float.NaN}, new double[1]))
        .hasMessageContaining("found NaN");
  }

  @Test
  void sessions() {
    var benchmark = new SessionBenchmark();
    benchmark.network = "resnet8-w4";
    benchmark.groups = 2;
    benchmark.batch = 2;
    benchmark.threads = 2;
    benchmark.prepare();
    benchmark.run();
    benchmark.close();
  }

  @Test
  void trainingSteps() {
    var benchmark = new TrainingBenchmark();
    benchmark.network = "resnet8-w4";
    benchmark.batch = 16;
    benchmark.threads = 2;
    benchmark.prepare();
    benchmark.step();
    benchmark.close();
  }

  @Test
  void slopesFollowTheLossAndNotTheStep() {
    var images = DataSources.open("synthetic:train=16,test=1").train();
    Network network = Models.create("resnet8-w4", 10, 3, 32, 32, Shortcut.PROJECTION);
    try (var workers = new Workers(1)) {
      var check = new TrainingCheck(network, images, workers);
      check.requireSlope(-2, -2.001);
      assertThatThrownBy(() -> check.requireSlope(-2, -2.1)).hasMessageContaining("slope -2.1");
      assertThatThrownBy(() -> check.requireSlope(-2, Double.NaN)).hasMessageContaining("NaN");
    }
  }

  private static void runOnce(Kernel kernel) {
    kernel.threads = 2;
    kernel.prepare();
    kernel.run();
    kernel.close();
  }
}
