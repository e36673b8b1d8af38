package io.dfsnet.bench.peers;

/** A lane's library has no way to do some work; the message says what it lacks. */
final class UnsupportedWorkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnsupportedWorkException(String reason) {
    super(reason);
  }
}
