package io.dfsnet.engine;

/**
 * Tensors or geometries that do not fit together. The message names the operation, the values, the
 * rule that they break and, where there is one, the mend.
 */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * @param operation the operation that refuses, for example {@code conv2d}
   * @param rule what was found and which rule it breaks
   */
  public ShapeException(String operation, String rule) {
    super(operation + ": " + rule);
  }
}
