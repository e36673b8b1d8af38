package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefetchTest {
  private final Batches batches = new Batches(Toy.images(33, 1), 8, Augmentation.CROP_FLIP, 4);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4})
  void givesTheBatchesOfTheEpochInOrder(int first) {
    try (var prefetch = new Prefetch(batches, 3, first)) {
      for (int index = first; index < batches.perEpoch(); index++) {
        Batch expected = batches.get(3, index);
        Batch found = prefetch.next();
        assertThat(found.labels()).isEqualTo(expected.labels());
        assertThat(found.images().data()).isEqualTo(expected.images().data());
      }
      assertThatThrownBy(prefetch::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void anInterruptedWaitEndsAndStaysInterrupted() {
    // So many images that the batch cannot be there already.
    var slow = new Batches(Toy.images(20_000, 1), 20_000, Augmentation.CROP_FLIP, 4);
    try (var prefetch = new Prefetch(slow, 0, 0)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(prefetch::next).isInstanceOf(IllegalStateException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
