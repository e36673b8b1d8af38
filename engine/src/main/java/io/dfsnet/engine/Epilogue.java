package io.dfsnet.engine;

/**
 * What a fused kernel does to each output element after its sum, in this order: {@code + bias[o]}
 * for output channel {@code o}, {@code + addend[i]} at the element's own index, {@code activation}.
 *
 * @param bias one value per output channel, or null for none
 * @param addend as many values as the output, or null for none; never the output array itself,
 *     because a kernel may write an element twice
 * @param activation what is applied last
 */
public record Epilogue(float[] bias, float[] addend, Activation activation) {
  /** Leaves the sums as they are. */
  public static final Epilogue NONE = new Epilogue(null, null, Activation.NONE);

  /** True if the sums stay as they are. */
  boolean isNone() {
    return bias == null && addend == null && activation == Activation.NONE;
  }
}
