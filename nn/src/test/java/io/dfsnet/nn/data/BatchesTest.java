package io.dfsnet.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private static final int CHANNELS = 2;
  private static final int HEIGHT = 7;
  private static final int WIDTH = 5;

  @Test
  void anEpochVisitsEveryImageOnceInAnOrderOfItsOwn() {
    Batches batches = new Batches(numbered(20), 5, Augmentation.NONE, 3);
    assertThat(batches.perEpoch()).isEqualTo(4);

    int[] first = epoch(batches, 0);
    int[] second = epoch(batches, 1);
    int[] inOrder = numbered(20).labels();
    assertThat(first).containsExactlyInAnyOrder(inOrder).isNotEqualTo(inOrder);
    assertThat(second).containsExactlyInAnyOrder(inOrder).isNotEqualTo(first);
    assertThat(epoch(new Batches(numbered(20), 5, Augmentation.NONE, 4), 0)).isNotEqualTo(first);
  }

  @Test
  void imagesThatDoNotFillABatchAreLeftOut() {
    Batches batches = new Batches(numbered(11), 4, Augmentation.NONE, 3);
    assertThat(batches.perEpoch()).isEqualTo(2);
    assertThat(epoch(batches, 0)).hasSize(8).doesNotHaveDuplicates();
    assertThatThrownBy(() -> batches.get(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Every order of four images about equally often: chi-square over 24 orders. */
  @Test
  void everyOrderIsEquallyLikely() {
    Batches batches = new Batches(numbered(4), 4, Augmentation.NONE, 9);
    int[] counts = new int[256];
    int epochs = 4800;
    for (int epoch = 0; epoch < epochs; epoch++) {
      int[] order = epoch(batches, epoch);
      counts[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
    }
    double chiSquare = 0;
    int orders = 0;
    for (int count : counts) {
      if (count > 0) {
        orders++;
        chiSquare += Math.pow(count - epochs / 24.0, 2) / (epochs / 24.0);
      }
    }
    assertThat(orders).isEqualTo(24);
    // 23 degrees of freedom: above 49.7 in one of a thousand fair shuffles
    assertThat(chiSquare).isLessThan(49.7);
  }

  @Test
  void withoutAugmentationImagesAreAsTheyAre() {
    ImageSet images = numbered(6);
    Batch batch = new Batches(images, 6, Augmentation.NONE, 1).get(2, 0);
    assertThat(batch.images().shape()).isEqualTo(Shape.of(6, CHANNELS, HEIGHT, WIDTH));
    for (int i = 0; i < 6; i++) {
      float[] expected = new float[images.shape().elements()];
      images.normalized(batch.labels()[i], expected, 0);
      assertThat(image(batch, i)).isEqualTo(expected);
    }
  }

  /** As torchvision does it: pad with black, cut the window out, mirror, only then normalise. */
  @Test
  void augmentationPadsCropsAndMirrorsBeforeItNormalises() {
    ImageSet images = numbered(12);
    Augmentation augmentation = new Augmentation(2, true);
    boolean mirroredOnce = false;
    boolean straightOnce = false;
    for (int epoch = 0; epoch < 5; epoch++) {
      Batch batch = new Batches(images, 12, augmentation, 77).get(epoch, 0);
      for (int i = 0; i < 12; i++) {
        RandomGenerator random = Seeds.random(77, "augment", epoch, batch.labels()[i]);
        int top = random.nextInt(-2, 3);
        int left = random.nextInt(-2, 3);
        boolean mirrored = random.nextBoolean();
        assertThat(image(batch, i))
            .isEqualTo(reference(images, batch.labels()[i], top, left, mirrored));
        mirroredOnce |= mirrored;
        straightOnce |= !mirrored;
      }
    }
    assertThat(mirroredOnce && straightOnce).isTrue();
  }

  /** What is cut out is a clipped square, its centre is any pixel, and the rest stays. */
  @Test
  void cutoutClearsASquareAfterTheSameCropAndFlip() {
    ImageSet images = numbered(12);
    Augmentation plain = new Augmentation(2, true);
    int cleared = 0;
    int whole = 0;
    for (int side : new int[] {1, 2, 3, 4, 20}) {
      Batches without = new Batches(images, 12, plain, 77);
      Batches with = new Batches(images, 12, plain.withCutout(side), 77);
      for (int epoch = 0; epoch < 20; epoch++) {
        Batch expected = without.get(epoch, 0);
        Batch found = with.get(epoch, 0);
        for (int i = 0; i < 12; i++) {
          RandomGenerator random = Seeds.random(77, "augment", epoch, found.labels()[i]);
          random.nextInt(-2, 3);
          random.nextInt(-2, 3);
          random.nextBoolean();
          int row = random.nextInt(HEIGHT);
          int column = random.nextInt(WIDTH);
          for (int p = 0; p < CHANNELS * HEIGHT * WIDTH; p++) {
            int y = p / WIDTH % HEIGHT - (row - side / 2);
            int x = p % WIDTH - (column - side / 2);
            boolean inside = y >= 0 && y < side && x >= 0 && x < side;
            float before = image(expected, i)[p];
            assertThat(image(found, i)[p]).isEqualTo(inside ? 0f : before);
            cleared += inside ? 1 : 0;
            whole++;
          }
        }
      }
    }
    assertThat(cleared).isBetween(whole / 10, whole / 2);
  }

  @Test
  void theBorderIsBlackBeforeNormalisation() {
    float[] target = new float[CHANNELS * HEIGHT * WIDTH];
    numbered(1).shifted(0, HEIGHT, 0, false, target, 0);
    float black = (0 - 0.5f) / 0.25f;
    assertThat(target).containsOnly(black);
  }

  @Test
  void allShiftsOccur() {
    ImageSet images = numbered(40);
    int[][] counts = new int[3][3];
    Batches batches = new Batches(images, 40, new Augmentation(1, false), 5);
    for (int epoch = 0; epoch < 30; epoch++) {
      Batch batch = batches.get(epoch, 0);
      for (int i = 0; i < 40; i++) {
        for (int top = -1; top <= 1; top++) {
          for (int left = -1; left <= 1; left++) {
            if (Arrays.equals(
                image(batch, i), reference(images, batch.labels()[i], top, left, false))) {
              counts[top + 1][left + 1]++;
            }
          }
        }
      }
    }
    // 1200 images over 9 shifts: 133 each on average, with a deviation of 11
    for (int[] row : counts) {
      for (int count : row) {
        assertThat(count).isBetween(85, 185);
      }
    }
  }

  @Test
  void aBatchIsTheSameWheneverAndWhereverItIsAskedFor() throws Exception {
    ImageSet images = numbered(60);
    Batches alone = new Batches(images, 7, Augmentation.CROP_FLIP, 8);
    Batches shared = new Batches(images, 7, Augmentation.CROP_FLIP, 8);
    List<Future<Batch>> found = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 400; i++) {
        int number = i;
        found.add(threads.submit(() -> shared.get(number % 3, number % 8)));
      }
    }
    for (int i = 399; i >= 0; i--) {
      Batch expected = alone.get(i % 3, i % 8);
      assertThat(found.get(i).get().labels()).isEqualTo(expected.labels());
      assertThat(found.get(i).get().images().data()).isEqualTo(expected.images().data());
    }
  }

  @Test
  void sizesThatDoNotFitAreRefused() {
    for (int size : new int[] {0, -1, 5}) {
      assertThatThrownBy(() -> new Batches(numbered(4), size, Augmentation.NONE, 0))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("1 to 4 images of this set, found " + size);
    }
    for (int pad : new int[] {-1, 257}) {
      assertThatThrownBy(() -> new Augmentation(pad, false))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("0 to 256 pixels wide, found " + pad);
    }
    for (int side : new int[] {-1, 1025}) {
      assertThatThrownBy(() -> Augmentation.NONE.withCutout(side))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("a side of 0 to 1024 pixels, found " + side);
    }
    assertThatThrownBy(() -> new Batch(io.dfsnet.engine.Tensor.zeros(2, 1, 1, 1), new int[3]))
        .isInstanceOf(DataException.class);
  }

  /** The pipeline of transforms step by step, each on an image of its own. */
  private static float[] reference(
      ImageSet images, int image, int top, int left, boolean mirrored) {
    int pad = 16;
    int[][][] padded = new int[CHANNELS][HEIGHT + 2 * pad][WIDTH + 2 * pad];
    float[] result = new float[CHANNELS * HEIGHT * WIDTH];
    for (int c = 0; c < CHANNELS; c++) {
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          padded[c][y + pad][x + pad] = images.pixel(image, c, y, x);
        }
      }
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          int seen = mirrored ? WIDTH - 1 - x : x;
          int level = padded[c][pad + top + y][pad + left + seen];
          result[(c * HEIGHT + y) * WIDTH + x] = (level / 255f - 0.5f) / 0.25f;
        }
      }
    }
    return result;
  }

  private static int[] epoch(Batches batches, int epoch) {
    int[] labels = new int[0];
    for (int i = 0; i < batches.perEpoch(); i++) {
      int[] more = batches.get(epoch, i).labels();
      labels = Arrays.copyOf(labels, labels.length + more.length);
      System.arraycopy(more, 0, labels, labels.length - more.length, more.length);
    }
    return labels;
  }

  private static float[] image(Batch batch, int i) {
    int size = CHANNELS * HEIGHT * WIDTH;
    return Arrays.copyOfRange(batch.images().data(), i * size, (i + 1) * size);
  }

  /** Images of noise; the label of each is its number. */
  private static ImageSet numbered(int images) {
    Shape shape = Shape.of(CHANNELS, HEIGHT, WIDTH);
    byte[] pixels = new byte[images * shape.elements()];
    RandomGenerator random = Seeds.random(6, "pixels");
    random.nextBytes(pixels);
    int[] labels = new int[images];
    Arrays.setAll(labels, i -> i);
    float[] mean = {0.5f, 0.5f};
    float[] deviation = {0.25f, 0.25f};
    return new ImageSet(
        "numbered", images, shape, pixels, labels, Normalization.of(mean, deviation));
  }
}
