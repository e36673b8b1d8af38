package io.dfsnet.nn.train;

/**
 * Options, images or a saved state that a training cannot use; the message names what was found,
 * the rule, and the mend where there is one.
 */
public final class TrainingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public TrainingException(String message) {
    super("training: " + message);
  }
}
