package io.dfsnet.cli.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What of a convolution is computed. */
public enum Pass {
  /** The output, from input and weights. */
  FORWARD(1),
  /** The gradient of the input. */
  BACKWARD_DATA(1),
  /** The gradient of the weights. */
  BACKWARD_WEIGHTS(1),
  /** Both gradients, one after the other, as a training step needs them. */
  BACKWARD(2);

  private final int products;

  Pass(int products) {
    this.products = products;
  }

  /** How many times the multiply-accumulates of the forward pass this is. */
  int products() {
    return products;
  }

  /** The pass as problems and options write it, for example {@code backward-data}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The pass of this word, if it is one. */
  public static Optional<Pass> of(String word) {
    return Arrays.stream(values()).filter(pass -> pass.word().equals(word)).findFirst();
  }

  /** The words of all passes. */
  public static List<String> words() {
    return Arrays.stream(values()).map(Pass::word).toList();
  }
}
