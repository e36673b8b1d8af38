package io.dfsnet.nn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.nn.data.Augmentation;
import io.dfsnet.nn.data.Batch;
import io.dfsnet.nn.data.Batches;
import io.dfsnet.nn.data.DataException;
import io.dfsnet.nn.data.DataSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.NoSuchElementException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefetchTest {
  private final Batches batches = new Batches(Toy.images(33, 1), 8, Augmentation.CROP_FLIP, 4);

  @ParameterizedTest
  @CsvSource({"0, 1", "0, 2", "1, 3", "3, 1", "4, 8"})
  void givesTheBatchesOfTheEpochInOrder(int first, int threads) {
    try (var prefetch = new Prefetch(batches, Mixup.NONE, 3, first, threads)) {
      for (int index = first; index < batches.perEpoch(); index++) {
        Batch expected = batches.get(3, index);
        Batch found = prefetch.next();
        assertThat(found.labels()).isEqualTo(expected.labels());
        assertThat(found.images().data()).isEqualTo(expected.images().data());
      }
      assertThatThrownBy(prefetch::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  /** Many more batches than buffers, and a reader that is slower than the threads. */
  @Test
  void aBatchIsNotOverwrittenBeforeTheNextOneIsAskedFor() throws InterruptedException {
    var many = new Batches(Toy.images(400, 1), 2, Augmentation.CROP_FLIP, 4);
    Set<Batch> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    try (var prefetch = new Prefetch(many, Mixup.NONE, 0, 0, 3)) {
      for (int index = 0; index < many.perEpoch(); index++) {
        Batch found = prefetch.next();
        buffers.add(found);
        if (index % 20 == 0) {
          Thread.sleep(2);
        }
        assertThat(found.images().data()).isEqualTo(many.get(0, index).images().data());
      }
    }
    assertThat(buffers).hasSizeLessThanOrEqualTo(5);
  }

  /** One image of four cannot be read: its batch says so, in the words of its reader. */
  @Test
  void aFailureReachesTheTrainerWithItsMessage(@TempDir Path folder) throws IOException {
    Path images = Files.createDirectories(folder.resolve("train/a"));
    for (int i = 0; i < 4; i++) {
      Files.writeString(images.resolve(i + ".jpg"), "not an image");
    }
    var broken = DataSources.open("folder:" + folder + ",size=4").train();
    try (var prefetch =
        new Prefetch(new Batches(broken, 2, Augmentation.NONE, 1), Mixup.NONE, 0, 0)) {
      for (int batch = 0; batch < 2; batch++) {
        assertThatThrownBy(prefetch::next)
            .isInstanceOf(DataException.class)
            .hasMessageContaining(".jpg: is neither JPEG nor PNG");
      }
    }
  }

  @Test
  void anInterruptedWaitEndsAndStaysInterrupted() {
    // So many images that the batch cannot be there already.
    var slow = new Batches(Toy.images(20_000, 1), 20_000, Augmentation.CROP_FLIP, 4);
    try (var prefetch = new Prefetch(slow, Mixup.NONE, 0, 0)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(prefetch::next).isInstanceOf(IllegalStateException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
