package io.dfsnet.cli.bench;

/** A kernel computed something else than the reference: its speed means nothing. */
public final class WrongResultException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WrongResultException(String message) {
    super(message);
  }
}
