package io.dfsnet.nn.data;

import io.dfsnet.engine.Shape;
import io.dfsnet.nn.Seeds;

/**
 * Generated images that need no download: two figures before a noisy ground, whose class depends on
 * how their features are <em>bound</em> together. {@code docs/synthetic.md} explains why.
 *
 * <p>One figure is round (a disc or a ring), one angular (a square or a triangle). Each has one of
 * five hues and one of five textures, which together give its code:
 *
 * <pre>
 *            horizontal  vertical  diagonal  chequered  concentric
 *   red          0           1         2         3          4
 *   yellow       1           2         3         4          0        code = (hue + texture) mod 5,
 *   green        2           3         4         0          1        a Latin square
 *   blue         3           4         0         1          2
 *   purple       4           0         1         2          3
 * </pre>
 *
 * and the two codes give the class, one of 25. In a Latin square every hue and every texture goes
 * with every code, so that no feature alone, and no sum of what single features suggest, tells the
 * code: hue, texture and outline must meet, in one place, in one computation. That is what dividing
 * a network into groups hurts and fusing mends. Mirroring left to right keeps the class.
 */
final class Synthetic {
  static final int DEFAULT_TRAIN = 10_000;
  static final int DEFAULT_TEST = 2_000;
  static final int MAX_IMAGES = 500_000;
  static final int CLASSES = Scene.CODES * Scene.CODES;

  private static final Shape SHAPE = Shape.of(3, Canvas.SIZE, Canvas.SIZE);

  /** Rounded from ten thousand images; the three channels agree to two digits. */
  private static final Normalization NORMALIZATION =
      Normalization.of(new float[] {0.42f, 0.42f, 0.42f}, new float[] {0.16f, 0.16f, 0.16f});

  private Synthetic() {}

  /** A source of {@code train} and {@code test} images, the same for the same seed. */
  static DataSource source(int train, int test, long seed) {
    return new LazySource(
        "synthetic",
        () -> generate("synthetic train", train, seed),
        () -> generate("synthetic test", test, seed));
  }

  /**
   * The first {@code count} images of a part. Image i has a class by turns and a random stream of
   * its own, so that fewer images are the beginning of more and every beginning is balanced.
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
