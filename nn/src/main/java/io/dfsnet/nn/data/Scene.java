package io.dfsnet.nn.data;

import io.dfsnet.nn.data.Figure.Outline;
import io.dfsnet.nn.data.Figure.Texture;
import java.util.random.RandomGenerator;

/**
 * One image of {@link Synthetic}: a class, and the random stream from which everything comes that
 * the class leaves open. The constants say how hard the images are. Sines are {@link StrictMath}'s,
 * so that the bytes are the same on every machine.
 */
final class Scene {
  /** How many hues and how many textures there are: the side of the Latin square. */
  static final int CODES = 5;

  /** Smaller figures are harder, in pixels. */
  private static final float RADIUS_MIN = 6.2f;

  private static final float RADIUS_MAX = 7.4f;

  /** How far a figure may be rotated either way, in radians; more is harder. */
  private static final float TURN = 0.17f;

  /** How far a hue may be off either way, in radians; neighbours are pi / 2 apart. */
  private static final float HUE_JITTER = 0.25f;

  /** Narrower stripes are harder, in pixels. */
  private static final float PERIOD_MIN = 3.6f;

  private static final float PERIOD_MAX = 4.6f;

  /** How much darker dark stripes are; less is harder. */
  private static final float CONTRAST = 0.6f;

  /** How many small discs distract. */
  private static final int SPECKS = 4;

  /** The largest noise either way, of levels from 0 to 1; its deviation is 0.41 of that. */
  private static final float NOISE = 0.12f;

  private final int label;
  private final RandomGenerator random;

  Scene(int label, RandomGenerator random) {
    this.label = label;
    this.random = random;
  }

  void paint(Canvas canvas) {
    ground(canvas);
    for (int i = 0; i < SPECKS; i++) {
      speck(canvas);
    }
    Outline round = random.nextBoolean() ? Outline.DISC : Outline.RING;
    Outline angular = random.nextBoolean() ? Outline.SQUARE : Outline.TRIANGLE;
    boolean oneAbove = random.nextBoolean();
    float side = random.nextBoolean() ? 1 : -1;
    figure(canvas, round, label % CODES, oneAbove, side);
    figure(canvas, angular, label / CODES, oneAbove, -side);
    noise(canvas);
  }

  /** A grey, slightly coloured ground that becomes brighter to one side. */
  private void ground(Canvas canvas) {
    float base = uniform(0.25f, 0.6f);
    float slope = uniform(0, 0.012f);
    float direction = uniform(0, 2 * (float) Math.PI);
    float slopeX = slope * (float) StrictMath.cos(direction);
    float slopeY = slope * (float) StrictMath.sin(direction);
    for (int channel = 0; channel < Canvas.CHANNELS; channel++) {
      float tint = uniform(0.85f, 1.15f);
      for (int y = 0; y < Canvas.SIZE; y++) {
        for (int x = 0; x < Canvas.SIZE; x++) {
          float level = base + slopeX * (x - Canvas.SIZE / 2) + slopeY * (y - Canvas.SIZE / 2);
          canvas.set(channel, y, x, tint * level);
        }
      }
    }
  }

  /** A small disc in the colour of a figure, without texture. */
  private void speck(Canvas canvas) {
    float x = uniform(0, Canvas.SIZE);
    float y = uniform(0, Canvas.SIZE);
    new Figure(Outline.DISC, Texture.HORIZONTAL, x, y, uniform(1, 2.2f), 0, false, 1, 0, 0)
        .paint(canvas, colour(random.nextInt(CODES)));
  }

  /**
   * A figure that has a code, in one half of the image.
   *
   * @param oneAbove whether the halves are the upper and the lower one, or the left and the right
   * @param side in which half, 1 or -1
   */
  private void figure(Canvas canvas, Outline outline, int code, boolean oneAbove, float side) {
    int hue = random.nextInt(CODES);
    Texture texture = texture(code, hue);
    float radius = uniform(RADIUS_MIN, RADIUS_MAX);
    float middle = (Canvas.SIZE - 1) / 2f;
    float apart = middle + side * uniform(7.2f, 8.6f);
    float along = uniform(radius, Canvas.SIZE - 1 - radius);
    float x = oneAbove ? along : apart;
    float y = oneAbove ? apart : along;
    new Figure(
            outline,
            texture,
            x,
            y,
            radius,
            uniform(-TURN, TURN),
            random.nextBoolean(),
            uniform(PERIOD_MIN, PERIOD_MAX),
            uniform(0, 2 * (float) Math.PI),
            CONTRAST)
        .paint(canvas, colour(hue));
  }

  /** The texture that gives a hue this code: a row of the Latin square, read backwards. */
  static Texture texture(int code, int hue) {
    return Texture.values()[Math.floorMod(code - hue, CODES)];
  }

  /** Hues lie at equal angles around the axis of greys: red, yellow, green, blue, purple. */
  private float[] colour(int hue) {
    float angle = hue * 2 * (float) Math.PI / CODES + uniform(-HUE_JITTER, HUE_JITTER);
    float value = uniform(0.75f, 1);
    float saturation = uniform(0.6f, 0.85f);
    float[] colour = new float[Canvas.CHANNELS];
    for (int channel = 0; channel < colour.length; channel++) {
      float away = angle - channel * 2 * (float) Math.PI / 3;
      colour[channel] = value * (1 - saturation * (1 - (float) StrictMath.cos(away)) / 2);
    }
    return colour;
  }

  /** Adds the difference of two uniform numbers, which is most often small, to every level. */
  private void noise(Canvas canvas) {
    for (int channel = 0; channel < Canvas.CHANNELS; channel++) {
      for (int y = 0; y < Canvas.SIZE; y++) {
        for (int x = 0; x < Canvas.SIZE; x++) {
          canvas.add(channel, y, x, NOISE * (random.nextFloat() - random.nextFloat()));
        }
      }
    }
  }

  private float uniform(float from, float to) {
    return from + (to - from) * random.nextFloat();
  }
}
