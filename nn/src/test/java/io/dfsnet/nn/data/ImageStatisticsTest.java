package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.TestData;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ImageStatisticsTest {

  /** By hand: levels 0 and 255 have mean 1/2 and deviation 1/2, constant ones deviation 0. */
  @Test
  void meanAndDeviationAreByChannel() {
    byte[] pixels = {0, -1, 51, 51, -1, 0, 51, 51};
    var normalization = Normalization.of(new float[] {0.3f, 0.4f}, new float[] {1, 2});
    var images = new ImageSet("s", 3, Shape.of(2, 1, 2), pixels, new int[] {2, 2}, normalization);
    var read = new AtomicInteger();
    ImageStatistics statistics = ImageStatistics.of(images, read::set);
    assertThat(statistics.mean()).containsExactly(new double[] {0.5, 0.2}, within(1e-15));
    assertThat(statistics.deviation()).containsExactly(new double[] {0.5, 0}, within(1e-8));
    assertThat(statistics.labels()).containsExactly(0, 0, 2);
    assertThat(statistics.occurring()).isEqualTo(1);
    assertThat(statistics.fewest()).isZero();
    assertThat(statistics.most()).isEqualTo(2);
    assertThat(read).hasValue(2);
  }

  /** The figures that are published with the training set, which the normalisation rounds. */
  @Test
  void realCifar100HasThePublishedMoments() {
    ImageSet train = DataSources.open("cifar100:" + TestData.folder().resolve("cifar100")).train();
    ImageStatistics statistics = ImageStatistics.of(train, read -> {});
    double[] mean = {0.5071, 0.4865, 0.4409};
    double[] deviation = {0.2673, 0.2564, 0.2762};
    assertThat(statistics.mean()).containsExactly(mean, within(1e-4));
    assertThat(statistics.deviation()).containsExactly(deviation, within(1e-4));
  }
}
