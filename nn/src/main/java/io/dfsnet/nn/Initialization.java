package io.dfsnet.nn;

import java.util.random.RandomGenerator;

/**
 * From which distribution the fresh weights of convolutions and linear layers are drawn. What they
 * have in common is a spread that falls with the number of inputs of an output, the fan-in. Where a
 * batch norm follows, the spread does not matter to what a layer computes, only to how far a step
 * turns its weights at first.
 */
public enum Initialization {
  /** Normal, of variance 2 / fan-in ("Delving Deep into Rectifiers", 2015): keeps ReLUs lively. */
  HE {
    @Override
    double spread(int fanIn) {
      return Math.sqrt(2.0 / fanIn);
    }

    @Override
    double draw(RandomGenerator random) {
      return random.nextGaussian();
    }
  },

  /** Uniform within 1 / sqrt(fan-in), of variance 1 / (3 fan-in): as PyTorch's layers begin. */
  UNIFORM {
    @Override
    double spread(int fanIn) {
      return Math.sqrt(1.0 / fanIn);
    }

    @Override
    double draw(RandomGenerator random) {
      return 2 * random.nextDouble() - 1;
    }
  };

  /** What a drawn value is multiplied by. */
  abstract double spread(int fanIn);

  /** A value of the distribution whose spread is 1. */
  abstract double draw(RandomGenerator random);

  /** Overwrites the weights of one layer. */
  final void fill(float[] weights, int fanIn, RandomGenerator random) {
    double spread = spread(fanIn);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (spread * draw(random));
    }
  }
}
