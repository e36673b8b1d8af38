package io.dfsnet.nn.data;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Seeds;

/**
 * Generated images that need no download: two figures before a noisy ground, whose class depends on
 * how their features are <em>bound</em> together. {@code docs/synthetic.md} shows and explains
 * them.
 *
 * <p>One figure is round (a disc or a ring), one angular (a square or a triangle). Each has one of
 * four hues and one of four textures. Its code is
 *
 * <pre>
 *                  horizontal  vertical  diagonal  chequered
 *   red                0          1         2          3
 *   yellow-green       1          2         3          0       code = (hue + texture) mod 4,
 *   cyan               2          3         0          1       a Latin square
 *   violet             3          0         1          2
 * </pre>
 *
 * and the class is made of the round figure's code, the angular figure's code and which of the two
 * is above: 4 * 4 * 2 = 32 classes, equally frequent. In a Latin square every hue and every texture
 * goes with every code, so that no feature alone, and no sum of what single features suggest, tells
 * the code: hue, texture and outline must meet, in one place, in one computation. That is what
 * dividing a network into groups hurts and fusing mends. Mirroring left to right keeps the class.
 */
final class Synthetic {
  static final int DEFAULT_TRAIN = 10_000;
  static final int DEFAULT_TEST = 2_000;
  static final int MAX_IMAGES = 500_000;
  static final int CLASSES = 32;

  private static final Shape SHAPE = Shape.of(3, Canvas.SIZE, Canvas.SIZE);

  /** Rounded means and deviations of ten thousand images. */
  private static final Normalization NORMALIZATION =
      Normalization.of(new float[] {0.5f, 0.5f, 0.5f}, new float[] {0.2f, 0.2f, 0.2f});

  private Synthetic() {}

  /** A source of {@code train} and {@code test} images, the same for the same seed. */
  static DataSource source(int train, int test, long seed) {
    return new LazySource(
        "synthetic",
        () -> generate("synthetic train", train, seed),
        () -> generate("synthetic test", test, seed));
  }

  /**
   * The first {@code count} images of a part. Image i has class i modulo 32 and a random stream of
   * its own, so that fewer images are the beginning of more.
   */
  private static ImageSet generate(String part, int count, long seed) {
    byte[] pixels = new byte[count * SHAPE.elements()];
    int[] labels = new int[count];
    Canvas canvas = new Canvas();
    for (int i = 0; i < count; i++) {
      labels[i] = i % CLASSES;
      new Scene(labels[i], Seeds.random(seed, part, i)).paint(canvas);
      canvas.copyTo(pixels, i * SHAPE.elements());
    }
    return new ImageSet(part, CLASSES, SHAPE, pixels, labels, NORMALIZATION);
  }
}
