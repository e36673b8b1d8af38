package io.dfsnet.nas;

/**
 * A search that cannot be done as asked; the message names what was found, the rule and the mend.
 */
public final class SearchException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public SearchException(String message) {
    super(message);
  }
}
