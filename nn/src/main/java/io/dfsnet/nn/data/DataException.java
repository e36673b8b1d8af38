package io.dfsnet.nn.data;

/** Data that break a rule; the message names the file or the set, the rule and the mend. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
