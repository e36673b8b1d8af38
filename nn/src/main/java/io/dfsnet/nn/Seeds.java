package io.dfsnet.nn;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Random streams by purpose. One seed serves a whole run; every use draws from a stream of its own,
 * named by its purpose and, where it repeats, by its number (an epoch, an image), so that no use
 * disturbs another and nothing has to be stored to continue an interrupted run.
 */
public final class Seeds {
  private static final RandomGeneratorFactory<RandomGenerator> FACTORY =
      RandomGeneratorFactory.of("L64X128MixRandom");

  private Seeds() {}

  /** The stream of {@code purpose} and {@code numbers} under {@code seed}. */
  public static RandomGenerator random(long seed, String purpose, long... numbers) {
    long state = mix(seed);
    for (int i = 0; i < purpose.length(); i++) {
      state = mix(state ^ purpose.charAt(i));
    }
    for (long number : numbers) {
      state = mix(state ^ number);
    }
    return FACTORY.create(state);
  }

  /**
   * The numbers below {@code count} in an order of the stream that {@link #random} gives, by Fisher
   * and Yates' shuffle: every order is equally likely.
   */
  public static int[] shuffled(int count, long seed, String purpose, long... numbers) {
    RandomGenerator random = random(seed, purpose, numbers);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** SplitMix64's finalizer after its increment (Steele, Lea, Flood, 2014). */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
