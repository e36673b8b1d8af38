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

  /**
   * Checks an option.
   *
   * @param option by its name on the command line, without dashes
   * @param rule what must hold, as in {@code must be at least 1}
   */
  static void require(boolean holds, String option, Object found, String rule) {
    if (!holds) {
      throw new TrainingException(option + " " + rule + ", found " + found);
    }
  }
}
