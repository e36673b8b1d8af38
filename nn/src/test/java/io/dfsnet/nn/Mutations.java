package io.dfsnet.nn;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Damages bytes in the ways that find parsers' faults: flips, cuts, copies, and hostile words. */
public final class Mutations {
  private static final String[] WORDS = {
    "-1",
    "0",
    "2147483647",
    "2147483648",
    "9223372036854775807",
    "99999999999999999999",
    "1e400",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\\u0000",
    "\\",
    "\"",
    "[",
    "{",
    "}",
    "]",
    ",",
    ":",
    "1.5"
  };

  private Mutations() {}

  /** A damaged copy, with one to four faults. */
  public static byte[] mutate(byte[] bytes, RandomGenerator random) {
    byte[] mutant = bytes;
    for (int faults = random.nextInt(1, 5); faults > 0; faults--) {
      mutant = once(mutant, random);
    }
    return mutant;
  }

  private static byte[] once(byte[] bytes, RandomGenerator random) {
    int from = random.nextInt(bytes.length + 1);
    int to = Math.min(bytes.length, from + random.nextInt(12));
    return switch (random.nextInt(5)) {
      case 0 -> {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
          flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        yield flipped;
      }
      case 1 -> splice(bytes, from, to, new byte[0]);
      case 2 -> splice(bytes, from, from, Arrays.copyOfRange(bytes, from, to));
      case 3 -> splice(bytes, from, to, WORDS[random.nextInt(WORDS.length)].getBytes());
      default -> Arrays.copyOf(bytes, random.nextInt(20) == 0 ? from : bytes.length);
    };
  }

  /** {@code bytes} with {@code middle} in place of those from {@code from} to {@code to}. */
  private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
    byte[] result = new byte[bytes.length - (to - from) + middle.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }
}
