package io.dfsnet.nn.data;

/**
 * A figure of a {@link Scene}: an outline at a place, filled with a texture. Lengths are in pixels,
 * angles in radians.
 *
 * @param radius the outline's unit of length; no outline reaches farther than {@link #REACH} radii
 * @param turn how far outline and texture are rotated
 * @param mirrored whether left and right are exchanged, which shows in the diagonal texture alone
 * @param period the distance from one dark stripe to the next
 * @param phase where in the period the middle of the figure lies
 * @param contrast how much darker the dark parts are, 0 for no texture and 1 for black
 */
record Figure(
    Outline outline,
    Texture texture,
    float centerX,
    float centerY,
    float radius,
    float turn,
    boolean mirrored,
    float period,
    float phase,
    float contrast) {

  /** How far from its centre an outline reaches at most, in radii: the corners of the square. */
  private static final float REACH = 1.15f;

  /** Each outline by its signed distance to a point, in radii: negative inside. */
  enum Outline {
    DISC {
      @Override
      float distance(float x, float y) {
        return length(x, y) - 0.95f;
      }
    },
    RING {
      @Override
      float distance(float x, float y) {
        return Math.abs(length(x, y) - 0.68f) - 0.32f;
      }
    },
    SQUARE {
      @Override
      float distance(float x, float y) {
        return Math.max(Math.abs(x), Math.abs(y)) - 0.8f;
      }
    },
    /** Equilateral; the distance to the nearest side, whose normals are 120 degrees apart. */
    TRIANGLE {
      @Override
      float distance(float x, float y) {
        float slanted = 0.8660254f * Math.abs(x) - 0.5f * y;
        return Math.max(y, slanted) - 0.56f;
      }
    };

    abstract float distance(float x, float y);
  }

  /**
   * What fills a figure: how dark it is at a point, -1 to 1. The point is given by how many periods
   * it lies across and down from the centre, as angles.
   */
  enum Texture {
    HORIZONTAL {
      @Override
      float darkness(float across, float down, float phase) {
        return sin(down + phase);
      }
    },
    VERTICAL {
      @Override
      float darkness(float across, float down, float phase) {
        return sin(across + phase);
      }
    },
    DIAGONAL {
      @Override
      float darkness(float across, float down, float phase) {
        return sin((across + down) * 0.70710677f + phase);
      }
    },
    CHEQUERED {
      @Override
      float darkness(float across, float down, float phase) {
        return 1.6f * sin(0.8f * across + phase) * sin(0.8f * down + phase);
      }
    },
    CONCENTRIC {
      @Override
      float darkness(float across, float down, float phase) {
        return sin(length(across, down) + phase);
      }
    };

    abstract float darkness(float across, float down, float phase);

    private static float sin(float angle) {
      return (float) StrictMath.sin(angle);
    }
  }

  /** Paints the figure in a colour, the level of each channel. Its edge is one pixel soft. */
  void paint(Canvas canvas, float[] colour) {
    float cosine = (float) StrictMath.cos(turn);
    float sine = (float) StrictMath.sin(turn);
    float wave = 2 * (float) Math.PI / period;
    float reach = REACH * radius + 1;
    for (int y = first(centerY - reach); y <= last(centerY + reach); y++) {
      for (int x = first(centerX - reach); x <= last(centerX + reach); x++) {
        float across = cosine * (x - centerX) + sine * (y - centerY);
        float down = cosine * (y - centerY) - sine * (x - centerX);
        float outside = radius * outline.distance(across / radius, down / radius);
        float opacity = Math.clamp(0.5f - outside, 0f, 1f);
        if (opacity > 0) {
          float darkness =
              texture.darkness(wave * (mirrored ? -across : across), wave * down, phase);
          float stripe = Math.clamp(0.5f + 1.2f * darkness, 0f, 1f);
          canvas.blend(y, x, opacity, 1 - contrast * stripe, colour);
        }
      }
    }
  }

  private static float length(float x, float y) {
    return (float) Math.sqrt(x * x + y * y);
  }

  private static int first(float edge) {
    return Math.max(0, (int) Math.floor(edge));
  }

  private static int last(float edge) {
    return Math.min(Canvas.SIZE - 1, (int) Math.ceil(edge));
  }
}
